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
    private readonly FieldInfo _state, _count, _recording, _names, _sites, _toggle;
    private readonly MethodInfo _run;
    private readonly string _folder;

    internal Subject(string source, bool optimize = true, bool embedded = false)
    {
        _folder = Directory.CreateTempSubdirectory("ncsan-rewriter-").FullName;
        Input = Path.Combine(_folder, "Subject.dll");
        Output = Path.Combine(_folder, "out", "Subject.dll");
        var (image, pdb) = Compiler.Compile("Subject", Usings + source, optimize, [MetadataReference.CreateFromFile(typeof(Annotations.NoInstrumentAttribute).Assembly.Location)], embedded);
        File.WriteAllBytes(Input, image);
        if (!embedded) { File.WriteAllBytes(Path.ChangeExtension(Input, ".pdb"), pdb); }
        Result = AssemblyRewriter.Rewrite(Input, Output);
        Assert.True(Result.Status == RewriteStatus.Instrumented, Result.Reason);
        using (var stream = File.OpenRead(SiteTable.PathFor(Output))) { Table = SiteTable.Read(stream); }
        var hooks = _context.Runtime.GetType("Ncsan.Runtime.Hooks")!;
        (_state, _count, _recording) = (hooks.GetField("State")!, hooks.GetField("Count")!, hooks.GetField("Recording")!);
        (_names, _sites, _toggle) = (hooks.GetField("Names")!, hooks.GetField("Sites")!, hooks.GetField("Toggle")!);
        Assembly = _context.LoadFromAssemblyPath(Output);
        _run = Assembly.GetType("Program")!.GetMethod("Run", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!;
    }

    /// <summary>Stands on line 1 of every subject, so that the source itself begins on line 2.</summary>
    private const string Usings = "using System; using System.Collections.Generic; using System.Linq; using System.Runtime.CompilerServices; using System.Runtime.InteropServices; using System.Threading; using System.Threading.Tasks; using Ncsan.Annotations;\n";

    internal string Input { get; }

    internal string Output { get; }

    internal RewriteResult Result { get; }

    internal SiteTable Table { get; }

    internal Assembly Assembly { get; }

    internal IEnumerable<Site> Sites => Enumerable.Range(0, Table.Count).Select(i => Table[i]);

    /// <summary>Runs the program with its clean copies.</summary>
    internal object? RunClean()
    {
        _state.SetValue(null, 0);
        return Invoke();
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
            object? value = Invoke();
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
        try { return Invoke(); }
        finally { Volatile.Write(ref done, 1); toggler.Join(); _state.SetValue(null, 0); }
    }

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

        protected override Assembly? Load(AssemblyName assemblyName) => assemblyName.Name == "Ncsan.Runtime" ? Runtime : null;
    }

    private object? Invoke()
    {
        try { return _run.Invoke(null, null); }
        catch (TargetInvocationException e) when (e.InnerException is { } inner) { System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(inner); throw; }
    }
}
