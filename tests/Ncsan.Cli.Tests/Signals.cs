using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Ncsan.Cli.Tests;

/// <summary>Signals of Unix, to one process.</summary>
internal static class Signals
{
    public const int Interrupt = 2, Terminate = 15;

    /// <summary>A job that a script put into the background ignores Ctrl-C, and so does everything that it starts; nobody could end such a program with it.</summary>
    public static void SkipIfIgnored(int signal)
    {
        if (!OperatingSystem.IsLinux()) { return; }
        string mask = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..].Trim();
        Assert.SkipWhen((ulong.Parse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> (signal - 1) & 1) != 0, $"signal {signal} is ignored here, as in the background of a script");
    }

    public static void Send(Process process, int signal) => Assert.Equal(0, kill(process.Id, signal));

    [DllImport("libc")]
    private static extern int kill(int pid, int signal);
}
