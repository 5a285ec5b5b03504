using System.Runtime.InteropServices;

namespace Ncsan.Bench;

/// <summary>Processor time of other processes.</summary>
internal static class Processor
{
    /// <summary>What all processes used that we started, and theirs, in milliseconds; 0 where that cannot be asked for.</summary>
    internal static unsafe double OfChildren()
    {
        if (!OperatingSystem.IsLinux()) { return 0; }
        long* usage = stackalloc long[18];
        return getrusage(-1, usage) == 0 ? ((usage[0] + usage[2]) * 1000.0) + ((usage[1] + usage[3]) / 1000.0) : 0;
    }

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern unsafe int getrusage(int who, long* usage);
}
