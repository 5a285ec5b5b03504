namespace Ncsan.Cli.Cache;

/// <summary>A lock between processes on a copy: many may run from it, one may change it. The system drops it with the process.</summary>
internal static class CopyLock
{
    /// <summary>Null when somebody is changing the copy.</summary>
    public static FileStream? TryShared(string path) => Try(path, FileMode.Open, FileAccess.Read, FileShare.Read);

    /// <summary>Null when somebody runs from the copy or changes it. Makes the file if need be.</summary>
    public static FileStream? TryExclusive(string path) => Try(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static FileStream? Try(string path, FileMode mode, FileAccess access, FileShare share)
    {
        try
        {
            return new FileStream(path, mode, access, share, bufferSize: 0);
        }
        catch (IOException e) when (IsHeld(e))
        {
            return null;
        }
    }

    // EWOULDBLOCK (11 on Linux, 35 on macOS) from flock, or Windows' sharing violation; any other failure is about the file, not the lock.
    private static bool IsHeld(IOException e) => e.GetType() == typeof(IOException) && (e.HResult & 0xFFFF) is 11 or 35 or 32 or 33;
}
