using System.Globalization;

namespace Ncsan.Cli.Cache;

/// <summary>What became of one file of the application when its copy was made.</summary>
/// <param name="File">The file, as it was.</param>
/// <param name="Hash">Of an assembly: of its content, so that a rebuild that changes nothing rewrites nothing. Else empty.</param>
/// <param name="Fate">What became of it.</param>
/// <param name="Id">The NCS1xxx id of the blind spot it is, or empty.</param>
/// <param name="Reason">Why it is one.</param>
/// <param name="CleanMethods">How many of its methods stay clean though they have accesses.</param>
/// <param name="LeftAlone">How many of its accesses are left alone by design, by reason: <c>StackLocal=12 InitOnly=3</c>.</param>
internal sealed record ManifestEntry(SourceFile File, string Hash, FileFate Fate, string Id = "", string Reason = "", int CleanMethods = 0, string LeftAlone = "");

/// <summary>What became of a file.</summary>
internal enum FileFate
{
    /// <summary>Copied; it is no assembly.</summary>
    Content,

    /// <summary>An assembly that is now instrumented.</summary>
    Rewritten,

    /// <summary>An assembly that is copied as it is.</summary>
    AsItIs,
}

/// <summary>The record of a copy: what it holds and from what, so that the next run does again only what has changed.</summary>
internal sealed class Manifest(string header, IReadOnlyDictionary<string, ManifestEntry> entries)
{
    public static readonly Manifest Empty = new("", new Dictionary<string, ManifestEntry>());

    /// <summary>The stamp's header: with another one nothing can be kept.</summary>
    public string Header { get; } = header;

    public IReadOnlyDictionary<string, ManifestEntry> Entries { get; } = entries;

    /// <summary>The manifest at <paramref name="path"/>; an empty one when there is none or it cannot be read, which costs a rewrite and nothing else.</summary>
    public static Manifest Read(string path)
    {
        try
        {
            string[] lines = File.ReadAllLines(path);
            return new Manifest(lines[0] + "\n" + lines[1] + "\n", lines.Skip(2).Select(Entry).ToDictionary(e => e.File.Path, StringComparer.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException or ArgumentException)
        {
            return Empty;
        }
    }

    /// <summary>The same files, of which nothing can be kept; what is gone from the application can still be told.</summary>
    public Manifest Outdated() => new("", Entries.ToDictionary(e => e.Key, e => e.Value with { File = default, Hash = "-" }));

    public void Write(string path) => File.WriteAllText(path, Header + string.Concat(Entries.Values.OrderBy(e => e.File.Path, StringComparer.Ordinal).Select(Line)));

    private static string Line(ManifestEntry e) => string.Create(CultureInfo.InvariantCulture,
        $"{e.File.Path}\t{e.File.Length}\t{e.File.Ticks}\t{e.Hash}\t{e.Fate}\t{e.Id}\t{e.CleanMethods}\t{e.Reason.ReplaceLineEndings(" ").Replace('\t', ' ')}\t{e.LeftAlone}\n");

    private static ManifestEntry Entry(string line)
    {
        string[] f = line.Split('\t');
        var file = new SourceFile(f[0], long.Parse(f[1], CultureInfo.InvariantCulture), long.Parse(f[2], CultureInfo.InvariantCulture));
        return new ManifestEntry(file, f[3], Enum.Parse<FileFate>(f[4]), f[5], f[7], int.Parse(f[6], CultureInfo.InvariantCulture), f[8]);
    }
}
