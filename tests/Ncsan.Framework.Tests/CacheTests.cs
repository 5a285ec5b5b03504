namespace Ncsan.Framework.Tests;

/// <summary>The cache never hands out what is not whole, and builds nothing twice.</summary>
public sealed class CacheTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ncsan-cache-").FullName;

    // A runtime of a single assembly: what is tested is the cache.
    private readonly StockRuntime _stock;

    public CacheTests()
    {
        string root = Path.Combine(_root, "stock"), shared = Path.Combine(root, Overlay.Stock.Core.RelativeFolder);
        Directory.CreateDirectory(shared);
        Directory.CreateDirectory(Path.Combine(root, "host", "fxr", "10.0.0"));
        File.WriteAllText(Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"), "");
        foreach (string name in (string[])["System.Private.CoreLib.dll", "System.Runtime.dll", "System.Collections.dll"]) { File.Copy(Path.Combine(Overlay.Stock.Core.Folder, name), Path.Combine(shared, name)); }
        _stock = StockRuntime.Find(root, [], Environment.Version.Major)!;
    }

    private FrameworkCache Cache => new(Path.Combine(_root, "cache")) { Only = new HashSet<string> { "System.Collections" } };

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task TwoBuildsAtOnceShareOneResult()
    {
        int builds = 0;
        string Open()
        {
            bool first = true;
            using var copy = Cache.Open(_stock, compiled: false, new Told(_ => { if (first) { Interlocked.Increment(ref builds); first = false; } }));
            return copy.Folder;
        }

        string[] folders = await Task.WhenAll(Task.Run(Open), Task.Run(Open));
        Assert.Equal(folders[0], folders[1]);
        Assert.Equal(1, builds);
    }

    [Fact]
    public void TruncatedFileIsBuiltAnew()
    {
        string folder = Build();
        string victim = Path.Combine(folder, Overlay.Stock.Core.RelativeFolder, "System.Collections.dll");
        byte[] good = File.ReadAllBytes(victim);
        File.WriteAllBytes(victim, good[..1000]);
        Assert.False(FrameworkCopy.IsWhole(folder));
        Assert.Equal(folder, Build());
        Assert.Equal(good, File.ReadAllBytes(victim));
    }

    [Fact]
    public void MissingFileIsBuiltAnew()
    {
        string folder = Build();
        File.Delete(Path.Combine(folder, Runtime.Framework.FrameworkSites.FileName));
        Assert.False(FrameworkCopy.IsWhole(folder));
        Assert.True(FrameworkCopy.IsWhole(Build()));
    }

    [Fact]
    public void ChangedBytesAreToldByDoctor()
    {
        string folder = Build(), victim = Path.Combine(folder, Overlay.Stock.Core.RelativeFolder, "System.Collections.dll");
        Assert.Empty(FrameworkCopy.Damaged(folder));
        byte[] bytes = File.ReadAllBytes(victim);
        bytes[^100] ^= 1;
        File.WriteAllBytes(victim, bytes);
        Assert.Equal([Path.GetRelativePath(folder, victim)], FrameworkCopy.Damaged(folder));
    }

    [Fact]
    public void InterruptedBuildLeavesNothingThatIsUsed()
    {
        string folder = Build();
        Directory.Move(folder, folder + ".building"); // as a build that was killed at its very end leaves it
        File.Delete(Path.Combine(folder + ".building", "dotnet"));
        Assert.Empty(Cache.List());
        Assert.True(FrameworkCopy.IsWhole(Build()));
        Assert.False(Directory.Exists(folder + ".building"));
    }

    [Fact]
    public void BuildThatCannotGoOnWritingSaysSoAndLeavesNothing()
    {
        string cache = Path.Combine(_root, "cache");
        var pulled = new Told(_ => { foreach (string building in Directory.EnumerateDirectories(cache)) { Directory.Delete(building, recursive: true); } });
        var fault = Assert.Throws<FrameworkException>(() => Cache.Open(_stock, compiled: false, pulled));
        Assert.StartsWith("NCS20", fault.Id, StringComparison.Ordinal);
        Assert.Empty(Cache.List());
        Assert.Empty(Directory.EnumerateDirectories(cache));
    }

    [Fact]
    public void BuildIsDeterministic()
    {
        string folder = Build(), first = File.ReadAllText(Path.Combine(folder, OverlayListing.FilesFile));
        Assert.Equal([folder], Cache.Clean().Deleted);
        Assert.Equal(first, File.ReadAllText(Path.Combine(Build(), OverlayListing.FilesFile)));
    }

    // Ahead of time, too, where the compiler is there; in another folder, with assemblies in whatever order they come.
    [Fact]
    public void BuildIsTheSameInAnotherPlace()
    {
        bool compiled = ReadyToRunCompiler.Find(_stock.Core.Version) is not null;
        string Files(string cache)
        {
            using var copy = new FrameworkCache(Path.Combine(_root, cache)) { Only = new HashSet<string> { "System.Collections", "System.Runtime" } }.Open(_stock, compiled);
            Assert.Equal(compiled, copy.IsCompiled);
            return File.ReadAllText(Path.Combine(copy.Folder, OverlayListing.FilesFile));
        }

        Assert.Equal(Files("one"), Files("two"));
    }

    [Fact]
    public void EntryInUseIsNotCleaned()
    {
        using var copy = Cache.Open(_stock, compiled: false);
        Assert.Equal([copy.Folder], Cache.Clean().InUse);
        Assert.True(FrameworkCopy.IsWhole(copy.Folder));
    }

    [Fact]
    public void AnotherServicingReleaseGetsItsOwnEntry()
    {
        var older = _stock with { Frameworks = [_stock.Core with { Version = "10.0.1" }] };
        Assert.NotEqual(FrameworkKey.Of(_stock, false), FrameworkKey.Of(older, false));
        Assert.NotEqual(FrameworkKey.Of(_stock, false), FrameworkKey.Of(_stock, true));

        // And both stay, each made from its own files.
        string first = Build(), shared = Path.Combine(_stock.Root, "shared", StockFramework.Core);
        Directory.CreateDirectory(Path.Combine(shared, "10.99.0"));
        foreach (string file in Directory.EnumerateFiles(_stock.Core.Folder)) { File.Copy(file, Path.Combine(shared, "10.99.0", Path.GetFileName(file))); }
        using var newer = Cache.Open(StockRuntime.Find(_stock.Root, [], Environment.Version.Major)!, compiled: false);
        Assert.Equal([first, newer.Folder], Cache.List().Order(StringComparer.Ordinal));
        Assert.True(FrameworkCopy.IsWhole(first));
        Assert.True(Directory.Exists(Path.Combine(newer.Folder, "shared", StockFramework.Core, "10.99.0")));
    }

    private string Build()
    {
        using var copy = Cache.Open(_stock, compiled: false);
        return copy.Folder;
    }

    private sealed class Told(Action<BuildProgress> tell) : IProgress<BuildProgress>
    {
        public void Report(BuildProgress value) => tell(value);
    }
}
