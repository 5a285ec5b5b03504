using Ncsan.Contracts.Il;
using Ncsan.Rewriter;
using Ncsan.Rewriter.Framework;

namespace Ncsan.Framework;

/// <summary>Makes an instrumented copy of a runtime in an empty folder: the host, every framework rewritten, compiled ahead if there is a compiler, and proved.</summary>
internal sealed class OverlayBuilder(StockRuntime stock, string folder, ReadyToRunCompiler? compiler, IProgress<BuildProgress>? progress)
{
    /// <summary>Room for sites: no access takes fewer bytes of IL than this on average, in any assembly of the framework (most have one in 20 to 60).</summary>
    private const int BytesPerSite = 6, SpareSites = 64;

    /// <summary>How long a byte of an assembly takes to compile, against the time it takes to rewrite it; for the time left.</summary>
    private const int CompileWeight = 4;

    /// <summary>With less, it is no wonder that an image could not be written.</summary>
    private const long LeastSpace = 32 << 20;

    private readonly List<RewrittenAssembly> _assemblies = [];
    private readonly Lock _progressLock = new();
    private long _done, _total;

    /// <summary>Set by tests: rewrite only assemblies of these names, and take the others as they are.</summary>
    internal IReadOnlySet<string>? Only { get; init; }

    /// <summary>Set by tests: the methods that stay clean, in place of what the verifier says.</summary>
    internal IReadOnlySet<string>? Denied { get; init; }

    /// <summary>The assemblies that were rewritten, in the order of their sites.</summary>
    internal IReadOnlyList<RewrittenAssembly> Assemblies => _assemblies;

    /// <summary>Builds it.</summary>
    /// <exception cref="FrameworkException">The result must not be used.</exception>
    internal void Build()
    {
        CopyHost();
        var denied = Denied ?? RecursionLaw.Frontier(stock.Core.Folder);
        Rewrite(denied);
        Prove();
        if (compiler is not null) { Compile(compiler); }
        WriteSites();
        OverlayListing.Write(folder, stock, denied, _assemblies, compiler);
    }

    // Copied, not linked: coreclr looks for CoreLib beside the real path of libcoreclr.so.
    private void CopyHost()
    {
        string dotnet = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        File.Copy(Path.Combine(stock.Root, dotnet), Path.Combine(folder, dotnet));
        string newest = Directory.EnumerateDirectories(Path.Combine(stock.Root, "host", "fxr")).MaxBy(f => Version.TryParse(Path.GetFileName(f).Split('-')[0], out var v) ? v : new Version())!;
        string target = Path.Combine(folder, "host", "fxr", Path.GetFileName(newest));
        Directory.CreateDirectory(target);
        foreach (string file in Directory.EnumerateFiles(newest)) { File.Copy(file, Path.Combine(target, Path.GetFileName(file))); }
    }

    private void Rewrite(IReadOnlySet<string> denied)
    {
        int next = Runtime.Framework.FrameworkSites.First;
        var work = new List<(string Source, string Relative, FrameworkOptions Options)>();
        foreach (var framework in stock.Frameworks)
        {
            Directory.CreateDirectory(Path.Combine(folder, framework.RelativeFolder));
            foreach (string source in Directory.EnumerateFiles(framework.Folder).Order(StringComparer.Ordinal))
            {
                string relative = Path.Combine(framework.RelativeFolder, Path.GetFileName(source));
                bool chosen = source.EndsWith(".dll", StringComparison.Ordinal) && Only?.Contains(Path.GetFileNameWithoutExtension(source)) != false;
                if (!chosen || ManagedImage.Of(source) is not { CodeSize: > 0 } image)
                {
                    File.Copy(source, Path.Combine(folder, relative));
                    continue;
                }

                int room = (image.CodeSize / BytesPerSite) + SpareSites;
                work.Add((source, relative, new FrameworkOptions(next, room, m => denied.Contains(IlFrontEnd.NameOf(m)))));
                next += room;
            }
        }

        _total = work.Sum(w => new FileInfo(w.Source).Length) * (compiler is null ? 1 : 1 + CompileWeight);
        string[] folders = [.. stock.Frameworks.Select(f => f.Folder)];
        _assemblies.AddRange(work.OrderByDescending(w => new FileInfo(w.Source).Length).AsParallel().WithDegreeOfParallelism(Environment.ProcessorCount)
            .WithMergeOptions(ParallelMergeOptions.NotBuffered).Select(w => RewriteOne(w.Source, w.Relative, new RewriteOptions { ReferenceFolders = folders, Framework = w.Options })));
        _assemblies.Sort(static (a, b) => a.FirstSite.CompareTo(b.FirstSite));
    }

    private RewrittenAssembly RewriteOne(string source, string relative, RewriteOptions options)
    {
        string target = Path.Combine(folder, relative);
        var result = AssemblyRewriter.Rewrite(source, target, options);
        if (result.Status == RewriteStatus.Failed) { throw new FrameworkException(result.Id!, result.Reason!); }
        if (result is { Status: RewriteStatus.Instrumented, Sites: 0 } && Path.GetFileName(source) != RecursionLaw.CoreLib + ".dll")
        {
            // Nothing was added, so its own image, compiled as it is, serves as well.
            File.Copy(source, target, overwrite: true);
            File.Delete(Runtime.Sites.SiteTable.PathFor(target));
        }

        Advance(new FileInfo(source).Length, "rewriting");
        return new RewrittenAssembly(relative, options.Framework!.FirstSite, result, new FileInfo(source).Length);
    }

    private void Prove()
    {
        Report("proving that no hook leads back into instrumented code");
        if (RecursionLaw.Violations(Path.Combine(folder, stock.Core.RelativeFolder), out _) is [var first, ..])
        {
            throw new FrameworkException("NCS9402", $"the instrumented framework is not used: a hook would call itself by way of {string.Join(" > ", first.Path.Select(f => f.Name))}; please report this");
        }
    }

    private void Compile(ReadyToRunCompiler by)
    {
        // Others are compiled against CoreLib, and it takes longest.
        var work = _assemblies.Where(a => a.IsInstrumented).OrderByDescending(a => Path.GetFileName(a.Path) == RecursionLaw.CoreLib + ".dll").ThenByDescending(a => a.SourceLength).ToList();
        // Ours alone: a compiler whose builder was killed may go on for a while.
        string images = Path.Combine(folder, "images-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(images);
        string[] references = [.. stock.Frameworks.Select(f => Path.Combine(folder, f.RelativeFolder))];
        Parallel.ForEach(System.Collections.Concurrent.Partitioner.Create(work, System.Collections.Concurrent.EnumerablePartitionerOptions.NoBuffering), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, assembly =>
        {
            string image = Path.Combine(images, Path.GetFileName(assembly.Path));
            assembly.CompileFailure = by.Compile(Path.Combine(folder, assembly.Path), image, references);
            Advance(assembly.SourceLength * CompileWeight, "compiling");
        });
        if (work.Exists(a => a.CompileFailure is not null) && new DriveInfo(folder).AvailableFreeSpace < LeastSpace) { throw new FrameworkException("NCS2006", $"the instrumented framework cannot be written to '{folder}': there is no space left"); }
        foreach (var assembly in work.Where(a => a.CompileFailure is null)) { File.Move(Path.Combine(images, Path.GetFileName(assembly.Path)), Path.Combine(folder, assembly.Path), overwrite: true); }
        Directory.Delete(images, recursive: true);
    }

    private void WriteSites() => File.WriteAllLines(Path.Combine(folder, Runtime.Framework.FrameworkSites.FileName),
        _assemblies.Where(a => a.IsInstrumented).Select(a => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{a.Path}\t{a.FirstSite}\t{a.Result.Sites}")));

    private void Advance(long weight, string step)
    {
        lock (_progressLock) { _done += weight; }
        Report(step);
    }

    private void Report(string step) => progress?.Report(new BuildProgress(step, _total == 0 ? 0 : (double)_done / _total));
}

/// <summary>An assembly of the framework after its rewrite.</summary>
/// <param name="Path">Where it is below the root.</param>
/// <param name="FirstSite">The number of its first site.</param>
/// <param name="Result">What became of it.</param>
/// <param name="SourceLength">The length of the stock image.</param>
internal sealed record RewrittenAssembly(string Path, int FirstSite, RewriteResult Result, long SourceLength)
{
    internal bool IsInstrumented => Result is { Status: RewriteStatus.Instrumented, Sites: > 0 };

    /// <summary>Why it stayed IL, or null.</summary>
    internal string? CompileFailure { get; set; }
}

/// <summary>How far a build is.</summary>
/// <param name="Step">What is being done.</param>
/// <param name="Share">From 0 to 1, by how long the work takes.</param>
public readonly record struct BuildProgress(string Step, double Share);

/// <summary>The framework cannot be instrumented, or what was made must not be used.</summary>
/// <param name="id">An NCS id.</param>
/// <param name="message">One sentence.</param>
public sealed class FrameworkException(string id, string message) : Exception(message)
{
    /// <summary>The NCS id.</summary>
    public string Id { get; } = id;
}
