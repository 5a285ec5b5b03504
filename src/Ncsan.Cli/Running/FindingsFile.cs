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

    /// <summary>Lets old files of ours beside this one go.</summary>
    public static void Prune(string path)
    {
        try
        {
            foreach (string old in OwnFilesBeside(path).OrderDescending(StringComparer.Ordinal).Skip(Kept)) { File.Delete(old); }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // They go another time.
        }
    }

    private static IEnumerable<string> OwnFilesBeside(string path) =>
        Path.GetDirectoryName(path) is { } folder && folder.EndsWith(CopyLocation.FindingsSuffix, StringComparison.Ordinal) ? Directory.EnumerateFiles(folder, "*.jsonl") : [];
}
