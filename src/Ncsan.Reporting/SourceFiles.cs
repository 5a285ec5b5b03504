namespace Ncsan.Reporting;

/// <summary>The source files that findings name: their lines, where the files can be read here, and their paths as a reader wants them.</summary>
public sealed class SourceFiles(string baseDirectory)
{
    // A path that a deterministic build wrote: the root of the repository, whatever it was called there.
    private const string MappedRoot = "/_/";
    private const int LongestLine = 160;

    private readonly string _base = Path.TrimEndingDirectorySeparator(Path.GetFullPath(baseDirectory));
    private readonly Dictionary<string, string[]> _files = new(StringComparer.Ordinal);

    /// <summary>The base folder as a URI that ends in a slash.</summary>
    public string BaseUri => new Uri(_base + Path.DirectorySeparatorChar).AbsoluteUri;

    /// <summary>The path relative to the base folder if the file is below it; else as it stands.</summary>
    public string Shown(string file)
    {
        if (file.StartsWith(MappedRoot, StringComparison.Ordinal)) { return file[MappedRoot.Length..]; }
        string prefix = _base + Path.DirectorySeparatorChar;
        return file.StartsWith(prefix, StringComparison.Ordinal) ? file[prefix.Length..].Replace('\\', '/') : file;
    }

    /// <summary><c>file:line</c>, or null where there are no symbols.</summary>
    public string? Place(string? file, int line) => file is null ? null : line > 0 ? $"{Shown(file)}:{line}" : Shown(file);

    /// <summary>The text of a line, trimmed, or null where it can't be read.</summary>
    public string? Line(string? file, int line)
    {
        if (file is null || line < 1) { return null; }
        if (!_files.TryGetValue(file, out string[]? lines)) { _files.Add(file, lines = Load(file)); }
        string text = line <= lines.Length ? lines[line - 1].Trim() : "";
        return text.Length == 0 ? null : text.Length <= LongestLine ? text : text[..(LongestLine - 1)] + "…";
    }

    private string[] Load(string file)
    {
        try
        {
            string path = file.StartsWith(MappedRoot, StringComparison.Ordinal) || !Path.IsPathFullyQualified(file) ? Path.Combine(_base, Shown(file)) : file;
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [];
        }
    }
}
