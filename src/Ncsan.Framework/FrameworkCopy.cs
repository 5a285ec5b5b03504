using System.Globalization;

namespace Ncsan.Framework;

/// <summary>An instrumented framework that is whole, held so that nobody deletes it while a program runs on it.</summary>
public sealed class FrameworkCopy : IDisposable
{
    /// <summary>The last file that is written: every other file with its length and time.</summary>
    private const string SealFile = "seal";

    private readonly FileStream _lock;

    internal FrameworkCopy(string folder, StockRuntime stock, bool compiled, FileStream held) => (Folder, Stock, IsCompiled, _lock) = (folder, stock, compiled, held);

    /// <summary>Its root: what DOTNET_ROOT names.</summary>
    public string Folder { get; }

    /// <summary>What it was made from.</summary>
    public StockRuntime Stock { get; }

    /// <summary>Whether it is compiled ahead. If not, everything of the framework that a program uses is compiled at each start.</summary>
    public bool IsCompiled { get; }

    /// <summary>Its <c>dotnet</c>.</summary>
    public string Host => Path.Combine(Folder, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");

    /// <summary>Whether an entry is all there: a look at each file's length and time, a few milliseconds.</summary>
    public static bool IsWhole(string folder)
    {
        string seal = Path.Combine(folder, SealFile);
        if (!File.Exists(seal)) { return false; }
        bool ended = false;
        foreach (string line in File.ReadLines(seal))
        {
            if (ended) { return false; }
            if (line == "end") { ended = true; continue; }
            if (line.Split('\t') is not [var path, var length, var ticks]) { return false; }
            var file = new FileInfo(Path.Combine(folder, path));
            if (!file.Exists || Text(file.Length) != length || Text(file.LastWriteTimeUtc.Ticks) != ticks) { return false; }
        }

        return ended;
    }

    /// <summary>The files of an entry whose content is not what was built.</summary>
    public static IReadOnlyList<string> Damaged(string folder)
    {
        string list = Path.Combine(folder, OverlayListing.FilesFile);
        if (!File.Exists(list)) { return [OverlayListing.FilesFile]; }
        return [.. File.ReadLines(list).Select(l => l.Split('\t')).Where(f => f.Length != 3 || !File.Exists(Path.Combine(folder, f[0])) || OverlayListing.HashOf(Path.Combine(folder, f[0])) != f[2]).Select(f => f[0])];
    }

    /// <summary>What its builder noted, a fact and its value.</summary>
    public static IReadOnlyList<(string Fact, string Value)> Summary(string folder)
    {
        string file = Path.Combine(folder, OverlayListing.SummaryFile);
        return File.Exists(file) ? [.. File.ReadLines(file).Select(l => l.Split('\t', 2)).Where(f => f.Length == 2).Select(f => (f[0], f[1]))] : [];
    }

    internal static void Seal(string folder)
    {
        var lines = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => new FileInfo(f))
            .Select(f => $"{Path.GetRelativePath(folder, f.FullName)}\t{Text(f.Length)}\t{Text(f.LastWriteTimeUtc.Ticks)}").ToList();
        File.WriteAllLines(Path.Combine(folder, SealFile), [.. lines, "end"]);
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
