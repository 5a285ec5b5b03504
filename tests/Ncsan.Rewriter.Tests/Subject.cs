using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Tests;

/// <summary>
/// A small program, compiled, rewritten and loaded beside a recording runtime. Its entry is <c>static object Program.Run()</c>.
/// </summary>
internal sealed class Subject : IDisposable
{
    private readonly SubjectContext _context = new();
    private readonly FieldInfo _state, _count, _recording, _names, _sites, _accesses;
    private readonly MethodInfo _run;
    private readonly string _folder;

    /// <param name="source">The program.</param>
    /// <param name="optimize">Release rather than Debug.</param>
    /// <param name="embedded">Whether the PDB is in the image.</param>
    /// <param name="untested">Whether the libraries call their hooks whatever State is.</param>
    /// <param name="libraries">Assemblies that the program uses and that are rewritten, too.</param>
    internal Subject(string source, bool optimize = true, bool embedded = false, bool untested = false, params string[] libraries)
    {
        _folder = Directory.CreateTempSubdirectory("ncsan-rewriter-").FullName;
        Input = Path.Combine(_folder, "Subject.dll");
        Output = Path.Combine(_folder, "out", "Subject.dll");
        var (image, pdb) = Compiler.Compile("Subject", Usings + source, optimize,
            [.. libraries.Append(typeof(Annotations.NoInstrumentAttribute).Assembly.Location).Select(l => MetadataReference.CreateFromFile(l))], embedded);
        File.WriteAllBytes(Input, image);
        if (!embedded) { File.WriteAllBytes(Path.ChangeExtension(Input, ".pdb"), pdb); }
        Result = AssemblyRewriter.Rewrite(Input, Output);
        Assert.True(Result.Status == RewriteStatus.Instrumented, Result.Reason);
        using (var stream = File.OpenRead(SiteTable.PathFor(Output))) { Table = SiteTable.Read(stream); }
        foreach (string library in libraries)
        {
            var result = AssemblyRewriter.Rewrite(library, Path.Combine(_folder, "out", Path.GetFileName(library)), new() { Untested = untested });
            Assert.True(result.Status == RewriteStatus.Instrumented, result.Reason);
            Libraries.Add(result);
        }

        _context.Folder = Path.Combine(_folder, "out");
        var hooks = _context.Runtime.GetType("Ncsan.Runtime.Hooks")!;
        (_state, _count, _recording) = (hooks.GetField("State")!, hooks.GetField("Count")!, hooks.GetField("Recording")!);
        (_names, _sites, _accesses) = (hooks.GetField("Names")!, hooks.GetField("Sites")!, hooks.GetField("Accesses")!);
        Assembly = _context.LoadFromAssemblyPath(Output);
        _run = Entry(Assembly);
    }

    /// <summary>Stands on line 1 of every subject, so that the source itself begins on line 2.</summary>
    private const string Usings = "using System; using System.Collections.Generic; using System.Linq; using System.Runtime.CompilerServices; using System.Runtime.InteropServices; using System.Threading; using System.Threading.Tasks; using Ncsan.Annotations;\n";

    internal string Input { get; }

    internal string Output { get; }

    internal RewriteResult Result { get; }

    internal List<RewriteResult> Libraries { get; } = [];

    internal SiteTable Table { get; }

    internal Assembly Assembly { get; }

    internal IEnumerable<Site> Sites => Enumerable.Range(0, Table.Count).Select(i => Table[i]);

    /// <summary>Runs the program as it was compiled, with its libraries as they are.</summary>
    internal object? RunOriginal()
    {
        var context = new AssemblyLoadContext("original", isCollectible: true);
        try { return Invoke(Entry(context.LoadFromAssemblyPath(Input))); }
        finally { context.Unload(); }
    }

    /// <summary>Runs the program with its checked copies without writing down what they say.</summary>
    internal object? RunCounting()
    {
        _state.SetValue(null, 1);
        try { return Invoke(_run); }
        finally { _state.SetValue(null, 0); }
    }

    /// <summary>Runs the program with its clean copies.</summary>
    internal object? RunClean()
    {
        _state.SetValue(null, 0);
        return Invoke(_run);
    }

    /// <summary>Runs the program with its checked copies and says which hooks were called: <c>Read4 Account._balance (int)</c>.</summary>
    internal (object? Value, List<string> Calls) RunChecked()
    {
        var (names, sites) = ((List<string>)_names.GetValue(null)!, (List<int>)_sites.GetValue(null)!);
        names.Clear();
        sites.Clear();
        _recording.SetValue(null, true);
        _state.SetValue(null, 1);
        try
        {
            object? value = Invoke(_run);
            return (value, [.. names.Zip(sites, (n, s) => s < 0 ? n : n + " " + Table[s].Member)]);
        }
        finally
        {
            _state.SetValue(null, 0);
            _recording.SetValue(null, false);
        }
    }

    /// <summary>Runs the program while another thread raises and lowers State as fast as it can, and each hook call lowers it now and then.</summary>
    internal object? RunToggling()
    {
        int done = 0;
        var random = new Random(1);
        var toggler = new Thread(() => { for (int i = 0; Volatile.Read(ref done) == 0; i++) { _state.SetValue(null, i & 1); Thread.SpinWait(random.Next(200)); } });
        toggler.Start();
        try { return Invoke(_run); }
        finally { Volatile.Write(ref done, 1); toggler.Join(); _state.SetValue(null, 0); }
    }

    /// <summary>An assembly as the program sees it.</summary>
    internal Assembly Load(string name) => _context.LoadFromAssemblyName(new(name));

    /// <summary>How many hooks for accesses of memory were called.</summary>
    internal long Accesses => (long)_accesses.GetValue(null)!;

    internal long Count => (long)_count.GetValue(null)!;

    public void Dispose()
    {
        _context.Unload();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The recording runtime stands where the real one, which this process has loaded, would be found.</summary>
    private sealed class SubjectContext : AssemblyLoadContext
    {
        internal SubjectContext() : base("subject", isCollectible: true) => Runtime = LoadFromStream(new MemoryStream(RuntimeDouble.Image));

        internal Assembly Runtime { get; }

        internal string Folder { get; set; } = "";

        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name == "Ncsan.Runtime" ? Runtime : Path.Combine(Folder, assemblyName.Name + ".dll") is var path && File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    private static MethodInfo Entry(Assembly assembly) => assembly.GetType("Program")!.GetMethod("Run", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!;

    private static object? Invoke(MethodInfo run)
    {
        try { return run.Invoke(null, null); }
        catch (TargetInvocationException e) when (e.InnerException is { } inner) { System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(inner); throw; }
    }
}
