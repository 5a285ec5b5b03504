using System.Globalization;
using System.IO.Enumeration;
using System.Text;
using Ncsan.Cli.Applications;

namespace Ncsan.Cli.Cache;

/// <summary>
/// What a rewritten copy was made from: our own build, the options, and each file of the application by length and time. A copy with an equal
/// stamp is up to date. Compared as text, because hashing would load the cryptography library into every start.
/// </summary>
internal static class Stamp
{
    /// <summary>More than any application has: a program that lies in a folder of everything (a home, a temporary folder) is not copied with all of it.</summary>
    private const int MaxFiles = 20_000;
    private const long MaxBytes = 4L << 30;

    /// <summary>The first lines of the stamp: what makes everything stale when it changes.</summary>
    public static string Header(RewriteChoice choice) => $"{OwnBuild}\n{choice.Text}\n";

    /// <summary>The files of the application, by relative path.</summary>
    /// <exception cref="InputException">The folder holds more than an application.</exception>
    public static List<SourceFile> Files(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = true };
        var found = new FileSystemEnumerable<SourceFile>(folder, (ref FileSystemEntry e) => new(Path.GetRelativePath(folder, e.ToFullPath()), e.Length, e.LastWriteTimeUtc.UtcTicks), options)
        {
            // A link to nowhere cannot be copied, and is nothing to a program.
            ShouldIncludePredicate = (ref FileSystemEntry e) => !e.IsDirectory && ((e.Attributes & FileAttributes.ReparsePoint) == 0 || File.ResolveLinkTarget(e.ToFullPath(), returnFinalTarget: true) is { Exists: true }),
            ShouldRecursePredicate = (ref FileSystemEntry e) => (e.Attributes & FileAttributes.ReparsePoint) == 0 && !CopyLocation.IsCopy(e.ToFullPath()),
        };
        var files = new List<SourceFile>();
        long bytes = 0;
        foreach (var file in found)
        {
            files.Add(file);
            bytes += file.Length;
            if (files.Count > MaxFiles || bytes > MaxBytes)
            {
                throw new InputException("NCS2011", $"'{folder}' holds more than {MaxFiles:N0} files or {MaxBytes >> 30} GB; put the program into a folder of its own (dotnet publish -o FOLDER).");
            }
        }

        files.Sort(static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        return files;
    }

    /// <summary>The whole stamp.</summary>
    public static string Text(string header, List<SourceFile> files)
    {
        var text = new StringBuilder(header, header.Length + (files.Count * 64));
        foreach (var file in files) { text.Append(file.Path).Append('\t').Append(file.Length).Append('\t').Append(file.Ticks).Append('\n'); }
        return text.ToString();
    }

    /// <summary>The folders of the application by time: a folder's time changes when a file comes or goes.</summary>
    public static string Folders(string folder, List<SourceFile> files)
    {
        var text = new StringBuilder();
        foreach (string relative in files.Select(f => Path.GetDirectoryName(f.Path)!).Append("").Distinct(StringComparer.Ordinal))
        {
            text.Append(relative).Append('\t').Append(Directory.GetLastWriteTimeUtc(Path.Combine(folder, relative)).Ticks).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>
    /// Whether a copy with this stamp is up to date, by looking at each file that the stamp names and at the folders' times rather than for
    /// files. It says no too often (a file came and went), never yes wrongly. Written without a generic type of ours, which would be compiled at
    /// every start.
    /// </summary>
    public static bool StillHolds(string folder, string header, string stamp, string folders)
    {
        if (!stamp.StartsWith(header, StringComparison.Ordinal)) { return false; }
        for (int at = header.Length; at < stamp.Length;)
        {
            string path = Path.Combine(folder, Field(stamp, '\t', ref at)), length = Field(stamp, '\t', ref at), ticks = Field(stamp, '\n', ref at);
            var file = new FileInfo(path);
            if (!file.Exists || Number(file.Length) != length || Number(file.LastWriteTimeUtc.Ticks) != ticks) { return false; }
        }

        for (int at = 0; at < folders.Length;)
        {
            string path = Path.Combine(folder, Field(folders, '\t', ref at)), ticks = Field(folders, '\n', ref at);
            if (Number(Directory.GetLastWriteTimeUtc(path).Ticks) != ticks) { return false; }
        }

        return true;
    }

    private static string Field(string text, char end, ref int at)
    {
        int from = at, to = text.IndexOf(end, from);
        if (to < 0) { to = text.Length; }
        at = to + 1;
        return text.Substring(from, to - from);
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Our own build, by the files whose change changes a copy.</summary>
    private static string OwnBuild { get; } = string.Concat(
        "ncsan 2 ", Of("Ncsan.Rewriter.dll"), Of("Ncsan.Runtime.dll"), Of("ncsan.dll"));

    private static string Of(string name)
    {
        var file = new FileInfo(Path.Combine(AppContext.BaseDirectory, name));
        return Number(file.Length) + "@" + Number(file.LastWriteTimeUtc.Ticks) + " ";
    }
}

/// <summary>A file of the application.</summary>
internal readonly record struct SourceFile(string Path, long Length, long Ticks)
{
    /// <summary>The file at <paramref name="path"/>, relative to its folder.</summary>
    public static SourceFile At(string path)
    {
        var file = new FileInfo(path);
        return new SourceFile(file.Name, file.Length, file.LastWriteTimeUtc.Ticks);
    }
}
