using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace Ncsan.Rewriter.Tests;

/// <summary>Compiles small programs in memory.</summary>
internal static class Compiler
{
    private static readonly Lazy<MetadataReference[]> s_framework = new(() =>
    [
        .. Directory.GetFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "System*.dll").Where(f => !Path.GetFileName(f).Contains(".Native.", StringComparison.Ordinal))
            .Append(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "netstandard.dll")).Select(f => MetadataReference.CreateFromFile(f)),
    ]);

    /// <summary>An image and, unless <paramref name="embedded"/>, its PDB. Lines are those of <paramref name="source"/> in a file <c>Subject.cs</c>.</summary>
    internal static (byte[] Image, byte[] Pdb) Compile(string name, string source, bool optimize, IEnumerable<MetadataReference> references, bool embedded = false, bool console = false)
    {
        var tree = CSharpSyntaxTree.ParseText(SourceText.From(source, Encoding.UTF8), new CSharpParseOptions(LanguageVersion.Preview), "Subject.cs");
        var options = new CSharpCompilationOptions(console ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, optimizationLevel: optimize ? OptimizationLevel.Release : OptimizationLevel.Debug,
            allowUnsafe: true, deterministic: true);
        using var image = new MemoryStream();
        using var pdb = new MemoryStream();
        var result = CSharpCompilation.Create(name, [tree], [.. s_framework.Value, .. references], options)
            .Emit(image, embedded ? null : pdb, options: new EmitOptions(debugInformationFormat: embedded ? DebugInformationFormat.Embedded : DebugInformationFormat.PortablePdb));
        Assert.True(result.Success, string.Join("\n", result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        return (image.ToArray(), pdb.ToArray());
    }
}
