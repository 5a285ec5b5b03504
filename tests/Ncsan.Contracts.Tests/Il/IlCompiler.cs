using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;
using Ncsan.Annotations;

namespace Ncsan.Contracts.Tests.Il;

/// <summary>Compiles a small program to a folder of its own, with its PDB, and removes the folder.</summary>
internal sealed class IlCompiler : IDisposable
{
    private static readonly Lazy<MetadataReference[]> s_references = new(() =>
    [
        .. Directory.GetFiles(FrameworkFolder, "System*.dll").Where(f => !f.Contains(".Native.", StringComparison.Ordinal)).Select(f => MetadataReference.CreateFromFile(f)),
        MetadataReference.CreateFromFile(Path.Combine(FrameworkFolder, "netstandard.dll")),
        MetadataReference.CreateFromFile(typeof(NoInstrumentAttribute).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(Ncsan.Runtime.Hooks).Assembly.Location),
    ]);

    private readonly string _folder = Directory.CreateTempSubdirectory("ncsan-il-").FullName;
    private readonly List<MetadataReference> _more = [];
    private readonly HashSet<string> _instead = [];

    internal static string FrameworkFolder => Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    internal string Folder => _folder;

    /// <summary>Compiles to <c>NAME.dll</c>; later compilations can name what is in it.</summary>
    internal string Compile(string name, string source, bool optimize = false, bool console = false, params string[] symbols)
    {
        var parse = new CSharpParseOptions(LanguageVersion.Preview, preprocessorSymbols: optimize ? symbols : [.. symbols, "DEBUG"]);
        SyntaxTree tree = CSharpSyntaxTree.ParseText(SourceText.From(source, Encoding.UTF8), parse, $"{name}.cs");
        var options = new CSharpCompilationOptions(console ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
            optimizationLevel: optimize ? OptimizationLevel.Release : OptimizationLevel.Debug, allowUnsafe: true, deterministic: true);
        string path = Path.Combine(_folder, $"{name}.dll");
        using (FileStream image = File.Create(path))
        using (FileStream pdb = File.Create(Path.ChangeExtension(path, ".pdb")))
        {
            EmitResult result = CSharpCompilation.Create(name, [tree], [.. s_references.Value.Where(r => !_instead.Contains(Path.GetFileName(r.Display!))), .. _more], options).Emit(image, pdb, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb));
            Assert.True(result.Success, string.Join("\n", result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        }

        _more.Add(MetadataReference.CreateFromFile(path));
        return path;
    }

    /// <summary>Puts a file next to the compiled ones.</summary>
    internal string Add(string path)
    {
        string copy = Path.Combine(_folder, Path.GetFileName(path));
        File.Copy(path, copy, overwrite: true);
        return copy;
    }

    /// <summary>Compiles against this one instead of the assembly of the same name.</summary>
    internal void Reference(string path)
    {
        string name = Path.GetFileName(path);
        _instead.Add(name);
        _more.Add(MetadataReference.CreateFromFile(path));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
