using System.Runtime.InteropServices;

[assembly: AssemblyFixture(typeof(Ncsan.Framework.Tests.Overlay))]

namespace Ncsan.Framework.Tests;

/// <summary>One instrumented framework for all tests: IL only, and of the assemblies alone that hold what the subjects race on.</summary>
public sealed class Overlay : IDisposable
{
    internal static readonly HashSet<string> Assemblies =
    [
        "System.Private.CoreLib", "System.Collections", "System.Collections.Concurrent", "System.Linq", "System.Threading.Channels", "System.ObjectModel", "System.Collections.NonGeneric",
        "System.Collections.Specialized", "System.Text.Json", "System.Diagnostics.TraceSource", "System.Linq.Parallel", "System.Transactions.Local",
        .. Long.IsAsked ? ["System.Private.Xml", "System.Private.Xml.Linq", "System.Data.Common"] : (string[])[],
    ];

    public Overlay()
    {
        Folder = Directory.CreateTempSubdirectory("ncsan-framework-").FullName;
        var builder = new OverlayBuilder(Stock, Folder, null, null) { Only = Assemblies };
        builder.Build();
        Built = builder.Assemblies;
        Subject = Path.Combine(Folder, "subject");
        Directory.CreateDirectory(Subject);
        foreach (string name in (string[])["Ncsan.Framework.Subject.runtimeconfig.json", "Ncsan.Runtime.dll", "Ncsan.Runtime.pdb", "Ncsan.Annotations.dll"]) { File.Copy(Path.Combine(AppContext.BaseDirectory, name), Path.Combine(Subject, name)); }
        var result = Rewriter.AssemblyRewriter.Rewrite(Path.Combine(AppContext.BaseDirectory, "Ncsan.Framework.Subject.dll"), Path.Combine(Subject, "Ncsan.Framework.Subject.dll"));
        Assert.True(result.Status == Rewriter.RewriteStatus.Instrumented, result.Reason);
    }

    internal static StockRuntime Stock { get; } = StockRuntime.Find(Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")), [], Environment.Version.Major)!;

    internal string Folder { get; }

    internal string Core => Path.Combine(Folder, Stock.Core.RelativeFolder);

    internal IReadOnlyList<RewrittenAssembly> Built { get; }

    private string Subject { get; }

    /// <summary>Runs programs of the subject on it.</summary>
    internal SubjectRun Run(params string[] programs) => RunIn(null, programs);

    /// <summary>The same as one of the rounds that share a store.</summary>
    internal SubjectRun RunIn(string? store, params string[] programs) => SubjectRun.Start(Path.Combine(Folder, "dotnet"), Path.Combine(Subject, "Ncsan.Framework.Subject.dll"), programs, store);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
