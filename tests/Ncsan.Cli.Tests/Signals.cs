using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Ncsan.Cli.Tests;

/// <summary>Signals of Unix, to one process.</summary>
internal static class Signals
{
    public const int Interrupt = 2, Terminate = 15;

    public static void Send(Process process, int signal) => Assert.Equal(0, kill(process.Id, signal));

    [DllImport("libc")]
    private static extern int kill(int pid, int signal);
}
