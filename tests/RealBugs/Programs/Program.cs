namespace RealBugs;

/// <summary><c>RealBugs.Racy BUG</c> and <c>RealBugs.Mended BUG</c>: public API of a package from two threads, thirty times over.</summary>
internal static class Program
{
    private static readonly Dictionary<string, Func<(Action, Action)>> s_bugs = new()
    {
        ["reference-resolver"] = NewtonsoftJson.ReferenceResolver,
        ["dynamic-code"] = NewtonsoftJson.LazyState,
        ["converter-options"] = CsvFiles.ConverterOptions,
        ["template"] = LiquidTemplates.Render,
        ["callbacks"] = YamlFiles.Callbacks,
        ["shared-script"] = JavaScripts.SharedScript,
    };

    private static int Main(string[] args)
    {
        if (args.Length != 1 || !s_bugs.TryGetValue(args[0], out var bug)) { Console.WriteLine(string.Join(' ', s_bugs.Keys)); return 2; }
        for (int round = 0; round < 30; round++)
        {
            (Action left, Action right) = bug();
            using var start = new Barrier(2);
            Thread[] threads = [Make(left, start), Make(right, start)];
            foreach (Thread thread in threads) { thread.Start(); }
            foreach (Thread thread in threads) { thread.Join(); }
        }

        return 0;
    }

    // What a bug breaks may throw; that is what its reporters saw.
    private static Thread Make(Action body, Barrier start) => new(() =>
    {
        start.SignalAndWait();
        try { body(); }
        catch (Exception e) when (e is not OutOfMemoryException) { Console.WriteLine($"broke: {e.GetType().Name}: {e.Message.Split('\n')[0]}"); }
    });
}
