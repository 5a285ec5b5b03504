using Ncsan.Cli.Cache;

namespace Ncsan.Cli.Running;

/// <summary>
/// The file that the runtime appends to. It starts with the blind spots of the copy, so that it can be rendered again by itself.
/// </summary>
internal static class FindingsFile
{
    /// <summary>How many findings files of ours are kept.</summary>
    private const int Kept = 20;

    /// <summary>Makes the file.</summary>
    /// <exception cref="InputException">It cannot be written.</exception>
    public static string Prepare(CopyLocation copy, RunOptions options)
    {
        string path = options.FindingsFile ?? options.Files.Json ?? Path.Combine(copy.FindingsFolder, $"{DateTime.UtcNow.Ticks:x16}-{Environment.ProcessId}.jsonl");
        path = Path.GetFullPath(path);
        try
        {
            if (Path.GetDirectoryName(path) is { } folder) { Directory.CreateDirectory(folder); }
            File.Copy(copy.BlindSpotsFile, path, overwrite: true);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(Disk.IsFull(e) ? "NCS2006" : "NCS2003", $"the findings file '{path}' cannot be written: {Disk.OneLine(e)}.");
        }
    }

    /// <summary>The file of this user's last run, or null.</summary>
    public static string? Last()
    {
        try
        {
            return File.Exists(Pointer) && File.ReadAllText(Pointer) is { Length: > 0 } path && File.Exists(path) ? path : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Remembers the file for <c>ncsan report</c>, and lets old ones of ours go.</summary>
    public static void Remember(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Pointer)!);
            File.WriteAllText(Pointer, path);
            foreach (string old in OwnFilesBeside(path).OrderDescending(StringComparer.Ordinal).Skip(Kept)) { File.Delete(old); }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next report has to be told its file, that is all.
        }
    }

    private static string Pointer => Path.Combine(CopyLocation.UserCache(), "last");

    private static IEnumerable<string> OwnFilesBeside(string path) =>
        Path.GetDirectoryName(path) is { } folder && folder.EndsWith(CopyLocation.FindingsSuffix, StringComparison.Ordinal) ? Directory.EnumerateFiles(folder, "*.jsonl") : [];
}
