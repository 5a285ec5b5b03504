using Jint;
#if !MENDED
using Jint.Parser;
#endif

namespace RealBugs;

/// <summary>Jint 2.10.4; mended in 3.0, where a script is prepared once for all engines.</summary>
internal static class JavaScripts
{
    /// <summary>Engines are for one thread each, but a parsed script may be shared, and executing it writes into it: values of literals are kept in its nodes
    /// (issues 320 and 1457).</summary>
    internal static (Action, Action) SharedScript()
    {
        const string Source = "var o = { name: 'name', items: [1, 2, 3] }; o.name.length + o.items.length + 'text'.length";
#if MENDED
        Prepared<Acornima.Ast.Script> script = Engine.PrepareScript(Source);
        return (() => new Engine().Evaluate(script), () => new Engine().Evaluate(script));
#else
        // A node is written once, and a thread that comes late misses it: a few scripts one after another let the two meet.
        Jint.Parser.Ast.Program[] scripts = [.. Enumerable.Range(0, 10).Select(_ => new JavaScriptParser().Parse(Source))];
        void Run() { foreach (var script in scripts) { new Engine().Execute(script); } }
        return (Run, Run);
#endif
    }
}
