using System.Security.Cryptography;
using System.Text;
using Mono.Cecil;
using Ncsan.Contracts.Il;
using Ncsan.Rewriter.Framework;

namespace Ncsan.Framework;

/// <summary>What lies beside an instrumented framework for its readers: what was left alone and why, and every file with its content, for the check.</summary>
internal static class OverlayListing
{
    /// <summary>The bodies of CoreLib that stay as they are, each with its reason.</summary>
    internal const string BodiesFile = "left-alone.txt";

    /// <summary>Every file: path, length, SHA-256.</summary>
    internal const string FilesFile = "files.txt";

    /// <summary>What a reader of a list of entries wants to know, a line a fact.</summary>
    internal const string SummaryFile = "summary.txt";

    internal static void Write(string folder, StockRuntime stock, IReadOnlySet<string> denied, IReadOnlyList<RewrittenAssembly> assemblies, ReadyToRunCompiler? compiler)
    {
        WriteBodies(folder, stock, denied);
        var instrumented = assemblies.Where(a => a.IsInstrumented).ToList();
        var failures = assemblies.Where(a => a.Result.Id is not null).Select(a => $"failed\t{a.Path}\t{a.Result.Reason}").Concat(instrumented.Where(a => a.CompileFailure is not null).Select(a => $"not compiled\t{a.Path}\t{a.CompileFailure}"));
        File.WriteAllLines(Path.Combine(folder, SummaryFile),
        [
            .. stock.Frameworks.Select(f => $"framework\t{f.Name} {f.Version}"),
            $"code\t{(compiler is null ? "IL" : "compiled ahead")}",
            $"assemblies\t{assemblies.Count}",
            $"instrumented\t{instrumented.Count}",
            $"methods\t{instrumented.Sum(a => a.Result.Methods)}",
            $"sites\t{instrumented.Sum(a => a.Result.Sites)}",
            .. failures,
        ]);
        File.WriteAllLines(Path.Combine(folder, FilesFile), Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f => $"{Path.GetRelativePath(folder, f)}\t{new FileInfo(f).Length}\t{HashOf(f)}").Order(StringComparer.Ordinal).ToList());
    }

    internal static string HashOf(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static void WriteBodies(string folder, StockRuntime stock, IReadOnlySet<string> denied)
    {
        using var core = AssemblyDefinition.ReadAssembly(Path.Combine(stock.Core.Folder, RecursionLaw.CoreLib + ".dll"));
        var lines = new StringBuilder();
        var left = core.MainModule.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody)
            .Select(m => (Name: IlFrontEnd.NameOf(m), Reason: FrameworkBodies.WhyNot(m, method => denied.Contains(IlFrontEnd.NameOf(method)))))
            .Where(m => m.Reason is not null).GroupBy(m => m.Reason!).OrderBy(g => g.Key, StringComparer.Ordinal);
        foreach (var reason in left)
        {
            lines.Append("# ").Append(reason.Key).Append('\n');
            foreach (string name in reason.Select(m => m.Name).Order(StringComparer.Ordinal)) { lines.Append(name).Append('\n'); }
        }

        File.WriteAllText(Path.Combine(folder, BodiesFile), lines.ToString());
    }
}
