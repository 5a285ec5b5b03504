using System.Reflection;
using System.Security.Cryptography;
using Ncsan.Cli.Applications;
using Ncsan.Rewriter;
using Ncsan.Runtime.Sites;

namespace Ncsan.Cli.Cache;

/// <summary>Makes or refreshes the rewritten copy of an application: every file comes along, every assembly that is not the framework's is rewritten.</summary>
internal sealed class CopyBuilder
{
    private readonly string _source;
    private readonly string _target;
    private readonly RewriteChoice _choice;
    private readonly RewriteOptions _options;
    private readonly HashSet<string> _frameworkFiles;
    private readonly Manifest _old;

    private CopyBuilder(string source, string target, RewriteChoice choice, Manifest old)
    {
        (_source, _target, _choice, _old) = (source, target, choice, old);
        string[] configs = Directory.GetFiles(source, "*.runtimeconfig.json");
        string[] folders = [.. configs.SelectMany(c => RuntimeConfig.Read(c).FrameworkFolders(source)).Distinct()];
        _options = new RewriteOptions { ReferenceFolders = [source, .. folders] };
        _frameworkFiles = configs.Any(c => RuntimeConfig.Read(c).IsSelfContained)
            ? [.. Directory.GetFiles(source, "*.deps.json").SelectMany(d => DepsJson.FrameworkFiles(File.ReadAllText(d)))]
            : [];
    }

    /// <summary>Brings the copy of an application up to date. The caller holds its lock alone.</summary>
    /// <returns>The stamp of what was copied.</returns>
    public static string Build(Application app, CopyLocation location, string header, RewriteChoice choice)
    {
        // Without a stamp the copy is unfinished, whatever stops us from here on.
        File.Delete(location.StampFile);
        var old = Manifest.Read(location.ManifestFile);
        var builder = new CopyBuilder(app.Folder, location.Folder, choice, old.Header == header ? old : old.Outdated());
        var files = Stamp.Files(app.Folder);
        var manifest = builder.Refresh(header, files);
        manifest.Write(location.ManifestFile);
        BlindSpots.Write(location.BlindSpotsFile, manifest);
        string stamp = Stamp.Text(header, files);
        Disk.Replace(location.StampFile, path => File.WriteAllText(path, stamp));
        return stamp;
    }

    /// <summary>Writes an instrumented copy of a folder, or of one assembly, for somebody else to run.</summary>
    public static Manifest BuildOnce(string input, string output, RewriteChoice choice)
    {
        bool folder = Directory.Exists(input);
        string source = folder ? input : Path.GetDirectoryName(input)!;
        var builder = new CopyBuilder(source, output, choice, Manifest.Empty);
        return builder.Refresh("", folder ? Stamp.Files(source) : [SourceFile.At(input)]);
    }

    private Manifest Refresh(string header, List<SourceFile> files)
    {
        var manifest = new Manifest(header, Entries(files).ToDictionary(e => e.File.Path, StringComparer.Ordinal));
        RemoveStale(manifest);
        AddRuntime();
        return manifest;
    }

    private ManifestEntry[] Entries(List<SourceFile> files)
    {
        var hashes = files.Where(IsAssembly).ToDictionary(f => f.Path, Hash, StringComparer.Ordinal);
        var stale = ChangedAssemblies.Find(_source, hashes, _old);
        var pdbs = files.Where(f => f.Path.EndsWith(".pdb", StringComparison.OrdinalIgnoreCase) && hashes.ContainsKey(Path.ChangeExtension(f.Path, ".dll"))).Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        foreach (string folder in files.Select(f => Path.GetDirectoryName(Target(f.Path))!).Distinct()) { Directory.CreateDirectory(folder); }

        // The largest first, so that two cores end together. A pdb is its assembly's business.
        var entries = files.Where(f => !pdbs.Contains(f.Path)).OrderByDescending(f => f.Length).AsParallel().AsOrdered().WithMergeOptions(ParallelMergeOptions.NotBuffered)
            .WithDegreeOfParallelism(Environment.ProcessorCount).Select(f => One(f, hashes.GetValueOrDefault(f.Path, ""), stale));
        try
        {
            return [.. entries, .. files.Where(f => pdbs.Contains(f.Path)).Select(f => new ManifestEntry(f, "", FileFate.Content))];
        }
        catch (AggregateException e)
        {
            throw e.Flatten().InnerExceptions.OfType<IOException>().FirstOrDefault() ?? e.Flatten().InnerExceptions[0];
        }
    }

    private ManifestEntry One(SourceFile file, string hash, HashSet<string> stale)
    {
        string source = Path.Combine(_source, file.Path), target = Target(file.Path);
        bool assembly = hash.Length > 0;
        if (_old.Entries.TryGetValue(file.Path, out var known) && File.Exists(target) && (assembly ? !stale.Contains(file.Path) : known.File == file)) { return known with { File = file }; }
        if (assembly) { return Rewrite(file, hash, source, target); }
        Disk.Replace(target, path => Copy(source, path));
        return new ManifestEntry(file, "", FileFate.Content);
    }

    private void Copy(string source, string target)
    {
        if (source.EndsWith(".deps.json", StringComparison.OrdinalIgnoreCase)) { File.WriteAllText(target, DepsJson.WithRuntime(File.ReadAllText(source), RuntimeVersion)); }
        else if (source.EndsWith(".runtimeconfig.json", StringComparison.OrdinalIgnoreCase)) { File.WriteAllText(target, RuntimeConfig.Read(source).Raised()); }
        else { File.Copy(source, target, overwrite: true); }
    }

    private ManifestEntry Rewrite(SourceFile file, string hash, string source, string target)
    {
        string name = Path.GetFileNameWithoutExtension(file.Path);
        LeftAlone? why = _frameworkFiles.Contains(Path.GetFileName(file.Path)) ? new("", "part of the framework that the application carries") : _choice.WhyNot(name);
        if (why is { } reason)
        {
            CopyWithSymbols(source, target);
            return new ManifestEntry(file, hash, FileFate.AsItIs, reason.Id, reason.Reason);
        }

        var result = AssemblyRewriter.Rewrite(source, target, _options);
        if (result is { Id: { } id, Reason: { } sentence, Status: not RewriteStatus.Failed }) { Say.Sentence(id, sentence); }
        switch (result.Status)
        {
            case RewriteStatus.Instrumented:
                string leftAlone = string.Join(' ', result.Skipped.OrderBy(s => s.Key).Select(s => $"{s.Key}={s.Value}"));
                return new ManifestEntry(file, hash, FileFate.Rewritten, CleanMethods: result.CleanMethods.Count, LeftAlone: leftAlone);
            case RewriteStatus.AlreadyInstrumented:
                // It is what we would make of it, its site table comes along as a file.
                CopyWithSymbols(source, target);
                return new ManifestEntry(file, hash, FileFate.Rewritten, result.Id!, result.Reason!);
            case RewriteStatus.Copied:
                return new ManifestEntry(file, hash, FileFate.AsItIs, result.Id!, result.Reason!);
            default:
                throw new IOException(result.Reason);
        }
    }

    private static void CopyWithSymbols(string source, string target)
    {
        Disk.Replace(target, path => File.Copy(source, path, overwrite: true));
        string pdb = Path.ChangeExtension(source, ".pdb");
        if (File.Exists(pdb)) { Disk.Replace(Path.ChangeExtension(target, ".pdb"), path => File.Copy(pdb, path, overwrite: true)); }
    }

    /// <summary>What is gone from the application goes from the copy; what the program wrote there itself stays.</summary>
    private void RemoveStale(Manifest now)
    {
        foreach (string gone in _old.Entries.Keys.Where(k => !now.Entries.ContainsKey(k)))
        {
            File.Delete(Target(gone));
            File.Delete(SiteTable.PathFor(Target(gone)));
        }

        // An assembly that was rewritten before and is not any more.
        foreach (string table in now.Entries.Values.Where(e => e is { Fate: FileFate.AsItIs, Hash.Length: > 0 }).Select(e => SiteTable.PathFor(e.File.Path)).Where(t => !now.Entries.ContainsKey(t))) { File.Delete(Target(table)); }
    }

    private void AddRuntime()
    {
        foreach (string file in new[] { "Ncsan.Runtime.dll", "Ncsan.Runtime.pdb" }.Where(f => File.Exists(Path.Combine(AppContext.BaseDirectory, f))))
        {
            Disk.Replace(Target(file), path => File.Copy(Path.Combine(AppContext.BaseDirectory, file), path, overwrite: true));
        }
    }

    private string Target(string relative) => Path.Combine(_target, relative);

    private string Hash(SourceFile file) => _old.Entries.TryGetValue(file.Path, out var known) && known.File == file && known.Hash.Length > 0
        ? known.Hash
        : HashOf(Path.Combine(_source, file.Path));

    private static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    // An .exe is the program's host, or an assembly of the .NET Framework that is no part of what runs.
    private static bool IsAssembly(SourceFile file) => file.Path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);

    private static string RuntimeVersion { get; } = typeof(SiteTable).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>() is { } v ? Version.Parse(v.Version).ToString(3) : "0.0.0";
}
