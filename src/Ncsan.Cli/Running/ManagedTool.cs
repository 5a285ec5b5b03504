using System.Runtime.InteropServices;

namespace Ncsan.Cli.Running;

/// <summary>The tool beside its native launcher.</summary>
internal static unsafe class ManagedTool
{
    /// <summary>Goes on as <c>dotnet ncsan.dll</c> with the same arguments, in the same process where the system can do that.</summary>
    /// <returns>Its exit code, where it is a process of its own.</returns>
    /// <exception cref="InputException">There is no .NET installation.</exception>
    public static int Become(string[] args)
    {
        string[] command = [DotnetHost.Path, System.IO.Path.Combine(AppContext.BaseDirectory, "ncsan.dll"), .. args];
        var launch = new Launch(command[0], command[1..], new Dictionary<string, string>());
        if (OperatingSystem.IsWindows()) { return ChildProcess.Start(launch).WaitForExit(); }

        using var arguments = new NativeStrings(command);
        execvp(arguments.Array[0], arguments.Array);
        throw ChildProcess.Refused(launch, Marshal.GetPInvokeErrorMessage(Marshal.GetLastSystemError()));
    }

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int execvp(byte* file, byte** arguments);
}
