using System.Security.Cryptography;
using System.Text;

namespace Ncsan.Framework;

/// <summary>
/// The instrumented frameworks in the user's cache, one folder each. A folder has its name only when it is whole: it is built under another name and
/// renamed, under a lock that whoever runs from it holds shared. A folder in which a file is missing or of another length is built anew.
/// </summary>
/// <param name="root">The folder of the cache.</param>
public sealed class FrameworkCache(string root)
{
    private const string Building = ".building";

    /// <summary>Set by tests of the cache: see <see cref="OverlayBuilder.Only"/>.</summary>
    internal IReadOnlySet<string>? Only { get; init; }

    /// <summary>The instrumented copy of a runtime, built if need be.</summary>
    /// <param name="stock">The runtime.</param>
    /// <param name="compiled">Compile ahead if the compiler can be had.</param>
    /// <param name="progress">Told of a build.</param>
    /// <param name="waiting">Called once when another process is building the same.</param>
    /// <exception cref="FrameworkException">It cannot be built.</exception>
    public FrameworkCopy Open(StockRuntime stock, bool compiled = true, IProgress<BuildProgress>? progress = null, Action? waiting = null)
    {
        Directory.CreateDirectory(root);
        // The feed is asked once: with a copy of IL there, only for a package that has come meanwhile.
        var compiler = !compiled ? null : ReadyToRunCompiler.Find(stock.Core.Version)
            ?? (FrameworkCopy.IsWhole(Path.Combine(root, FrameworkKey.Of(stock, compiled: false)))
            ? null : ReadyToRunCompiler.Restore(Path.Combine(stock.Root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"), stock.Core.Version));
        string folder = Path.Combine(root, FrameworkKey.Of(stock, compiler is not null)), lockFile = folder + ".lock";
        bool told = false;
        while (true)
        {
            if (FileLock.TryShared(lockFile) is { } shared)
            {
                if (FrameworkCopy.IsWhole(folder)) { return new FrameworkCopy(folder, stock, compiler is not null, shared); }
                shared.Dispose();
            }

            if (FileLock.TryExclusive(lockFile) is { } alone)
            {
                using (alone) { if (!FrameworkCopy.IsWhole(folder)) { Build(stock, folder, compiler, progress); } }
                continue;
            }

            if (!told) { waiting?.Invoke(); }
            told = true;
            Thread.Sleep(100);
        }
    }

    /// <summary>Every entry, whole or not.</summary>
    public IEnumerable<string> List() => !Directory.Exists(root) ? []
        : Directory.EnumerateDirectories(root).Where(d => !d.Contains(Building, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    /// <summary>Deletes what nobody runs from.</summary>
    /// <returns>The entries that are gone, and those that are in use.</returns>
    public (IReadOnlyList<string> Deleted, IReadOnlyList<string> InUse) Clean()
    {
        List<string> deleted = [], inUse = [];
        if (!Directory.Exists(root)) { return (deleted, inUse); }
        foreach (string lockFile in Directory.EnumerateFiles(root, "*.lock"))
        {
            string folder = lockFile[..^".lock".Length];
            using var alone = FileLock.TryExclusive(lockFile);
            if (alone is null) { inUse.Add(folder); continue; }
            RemoveLeftovers(folder);
            if (!Directory.Exists(folder)) { continue; }
            Remove(folder);
            deleted.Add(folder);
        }

        return (deleted, inUse);
    }

    private void Build(StockRuntime stock, string folder, ReadyToRunCompiler? compiler, IProgress<BuildProgress>? progress)
    {
        RemoveLeftovers(folder);
        if (Directory.Exists(folder)) { Remove(folder); }
        string building = folder + Building;
        try
        {
            Directory.CreateDirectory(building);
            new OverlayBuilder(stock, building, compiler, progress) { Only = Only }.Build();
            FrameworkCopy.Seal(building);
            Directory.Move(building, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AggregateException)
        {
            var why = e is AggregateException several ? several.Flatten().InnerExceptions[0] : e;
            if (why is FrameworkException known) { throw known; }
            bool full = why is IOException && (OperatingSystem.IsWindows() ? (why.HResult & 0xFFFF) is 39 or 112 : why.HResult is 28 or 122);
            throw new FrameworkException(full ? "NCS2006" : "NCS2003", $"the instrumented framework cannot be written to '{folder}': {why.Message.ReplaceLineEndings(" ").TrimEnd('.')}.");
        }
        finally
        {
            if (Directory.Exists(building)) { Remove(building); }
        }
    }

    private static void RemoveLeftovers(string folder)
    {
        if (Directory.Exists(folder + Building)) { Remove(folder + Building); }
    }

    // Out of its name first, so that nothing half deleted is taken for an entry.
    private static void Remove(string folder)
    {
        string going = folder.EndsWith(Building, StringComparison.Ordinal) ? folder : folder + Building;
        if (going != folder) { Directory.Move(folder, going); }
        Directory.Delete(going, recursive: true);
    }
}

/// <summary>The name of an entry: everything that a copy depends on.</summary>
internal static class FrameworkKey
{
    internal static string Of(StockRuntime stock, bool compiled)
    {
        var text = new StringBuilder();
        foreach (var framework in stock.Frameworks) { text.Append(framework.Name).Append(' ').Append(framework.Version).Append(' ').Append(framework.Folder).Append('\n'); }
        text.Append(new FileInfo(Path.Combine(stock.Core.Folder, RecursionLaw.CoreLib + ".dll")).Length).Append('\n').Append(compiled).Append('\n');

        // The identity of an assembly's content, which the compiler makes from it.
        foreach (var part in (Type[])[typeof(Rewriter.AssemblyRewriter), typeof(Runtime.Hooks), typeof(Contracts.Il.IlFrontEnd), typeof(FrameworkKey)]) { text.Append(part.Module.ModuleVersionId).Append('\n'); }
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..12];
        return $"{stock.Core.Version}-{StockRuntime.RuntimeIdentifier}{(stock.Frameworks.Count > 1 ? "-aspnet" : "")}-{hash}";
    }
}

/// <summary>A lock between processes, which the system drops with the process.</summary>
internal static class FileLock
{
    internal static FileStream? TryShared(string path) => Try(path, FileAccess.Read, FileShare.Read);

    internal static FileStream? TryExclusive(string path) => Try(path, FileAccess.ReadWrite, FileShare.None);

    private static FileStream? Try(string path, FileAccess access, FileShare share)
    {
        try { return new FileStream(path, access == FileAccess.Read ? FileMode.Open : FileMode.OpenOrCreate, access, share, bufferSize: 0); }
        catch (FileNotFoundException) { return null; }
        catch (IOException e) when (e.GetType() == typeof(IOException) && (e.HResult & 0xFFFF) is 11 or 35 or 32 or 33) { return null; } // EWOULDBLOCK, or Windows' sharing violation
    }
}
