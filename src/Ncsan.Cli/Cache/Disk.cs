namespace Ncsan.Cli.Cache;

/// <summary>What a failed write means, and writes that replace a file whole.</summary>
internal static class Disk
{
    /// <summary>ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL of Windows, ENOSPC and Linux' EDQUOT elsewhere.</summary>
    public static bool IsFull(Exception e) => e is IOException && (OperatingSystem.IsWindows() ? (e.HResult & 0xFFFF) is 39 or 112 : e.HResult is 28 or 122);

    public static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');

    /// <summary>
    /// Writes beside and then renames: a process that still runs an old copy (its <c>ncsan</c> was killed) keeps its mapped file, and nobody sees half a file.
    /// </summary>
    public static void Replace(string path, Action<string> write)
    {
        string temporary = path + ".ncsan-new";
        try
        {
            write(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
