using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Subject;

/// <summary>Programs that end, or run, in ways that a test process cannot. They call the hooks that the rewriter would have put in.</summary>
internal static class Program
{
    private const int Sites = 8;

    private static int s_base;

    private static int Main(string[] arguments)
    {
        WriteSiteTable();
        s_base = Hooks.ModuleLoaded(typeof(Program).TypeHandle, Hooks.AbiVersion, Sites);
        switch (arguments[0])
        {
            case "exit": Race(); return 7;
            case "environment-exit": Race(); Environment.Exit(8); return 0;
            case "fail-fast": Race(); Environment.FailFast("on purpose"); return 0;
            case "unhandled": Race(); throw new InvalidOperationException("on purpose");
            case "kill": Race(); System.Diagnostics.Process.GetCurrentProcess().Kill(); return 0;
            case "quiet": return 0;
            case "fault": Findings.Faults.Disable("a part", new InvalidOperationException("on purpose")); return Hooks.State;
            case "threads": return ThousandThreads();
            case "many-lines": return ManyLines();
            case "threads-race": return RaceForAWhile();
            case "apart": return Apart(readLast: true);
            case "apart-writes": return Apart(readLast: false);
            case "ordered": return Ordered();
            case "compact": return Compaction.Run(TimeSpan.FromSeconds(2), s_base);
            case "compact-race": return Compaction.RunRace(TimeSpan.FromSeconds(1), s_base);
            case "collectible": return Collectible();
            case "burst": return Burst();
            case "wrong-version": return Hooks.ModuleLoaded(typeof(string).TypeHandle, Hooks.AbiVersion + 1, 5) == s_base + Sites ? 0 : 1;
            case "bad-pointer": return BadPointer();
            case "interrupt": return Interrupted();
            default: return 99;
        }
    }

    /// <summary>Runs a read against a write until they were caught.</summary>
    private static void Race()
    {
        var counter = new Counter();
        var stop = new ManualResetEventSlim();
        var writer = new Thread(() => { while (!stop.IsSet) { counter.Write(s_base + 1); } }) { Name = "writer", IsBackground = true };
        Hooks.ThreadStarting(writer, s_base + 2);
        writer.Start();
        string file = Environment.GetEnvironmentVariable("NCSAN_FINDINGS") is { Length: > 0 } asked ? asked : $"ncsan-findings-{Environment.ProcessId}.jsonl";
        while (!(File.Exists(file) && new FileInfo(file).Length > 0))
        {
            for (int i = 0; i < 1000; i++) { counter.Read(s_base); }
        }

        stop.Set();
        writer.Join();
    }

    /// <summary>Appends what a finding would, as fast as it can.</summary>
    private static int ManyLines()
    {
        for (int i = 0; i < 500; i++)
        {
            if (!Findings.FindingsFile.Append(new Findings.JsonLine().Open().Put("record", "line").Put("pid", Environment.ProcessId).Put("text", new string('x', i * 10)).Close())) { return 1; }
        }

        return 0;
    }

    /// <summary>Races without looking at the findings.</summary>
    private static int RaceForAWhile()
    {
        var counter = new Counter();
        var writer = new Thread(() => { for (int i = 0; i < 300_000; i++) { counter.Write(s_base + 1); } });
        writer.Start();
        while (writer.IsAlive) { counter.Read(s_base); }
        return counter.Value == 300_000 ? 0 : 1;
    }

    /// <summary>One write at the start, and a read or a write by another thread 1.5 seconds later, each executed once.</summary>
    private static int Apart(bool readLast)
    {
        var counter = new Counter();
        var early = new Thread(() => counter.Write(s_base + 1));
        var late = new Thread(() =>
        {
            Thread.Sleep(1500);
            if (readLast) { counter.Read(s_base); }
            else { counter.Write(s_base + 3); }
        });
        Hooks.ThreadStarting(early, s_base + 2);
        early.Start();
        Hooks.ThreadStarting(late, s_base + 2);
        late.Start();
        early.Join();
        late.Join();
        return 0;
    }

    /// <summary>Accesses that look like near misses and are ordered: by start, by join, by a lock.</summary>
    private static int Ordered()
    {
        var counter = new Counter();
        var gate = new object();
        counter.Write(s_base + 1);
        void Work()
        {
            for (int i = 0; i < 20; i++)
            {
                lock (gate) { counter.Write(s_base + 1); }
            }
        }

        var threads = new[] { new Thread(Work), new Thread(Work) };
        foreach (Thread thread in threads)
        {
            Hooks.ThreadStarting(thread, s_base + 2);
            thread.Start();
        }

        foreach (Thread thread in threads) { thread.Join(); }
        return counter.Read(s_base) == 41 ? 0 : 1;
    }

    private static int ThousandThreads()
    {
        var counters = new Counter[1000];
        var threads = new Thread[1000];
        for (int i = 0; i < threads.Length; i++)
        {
            Counter counter = counters[i] = new Counter();
            threads[i] = new Thread(() => { for (int n = 0; n < 1000; n++) { counter.Write(s_base + 1); counter.Read(s_base); } }, 128 * 1024);
        }

        foreach (Thread thread in threads) { thread.Start(); }
        foreach (Thread thread in threads) { thread.Join(); }
        return counters.All(c => c.Value == 1000) ? 0 : 1;
    }

    /// <summary>Loads this assembly again into a context that can be unloaded, registers it, and sees the context go.</summary>
    private static int Collectible()
    {
        WeakReference context = LoadAndUnload();
        for (int i = 0; i < 50 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return context.IsAlive ? 1 : 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference LoadAndUnload()
    {
        var context = new AssemblyLoadContext("collectible", isCollectible: true);
        Type type = context.LoadFromAssemblyPath(typeof(Program).Assembly.Location).GetType("Ncsan.Runtime.Subject.Program")!;
        type.GetMethod(nameof(RunInside), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!.Invoke(null, null);
        context.Unload();
        return new WeakReference(context);
    }

    /// <summary>A race on a static of a type that can be unloaded.</summary>
    private static void RunInside()
    {
        s_base = Hooks.ModuleLoaded(typeof(Program).TypeHandle, Hooks.AbiVersion, Sites);
        Race();
    }

    /// <summary>Works for half a second under bursts: State must have been both up and down.</summary>
    private static int Burst()
    {
        var counter = new Counter();
        int up = 0, down = 0;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (clock.ElapsedMilliseconds < 1500)
        {
            if (Volatile.Read(ref Hooks.State) == 0) { down++; Thread.SpinWait(100); }
            else
            {
                up++;
                for (int i = 0; i < 100; i++) { counter.Write(s_base + 1); }
            }
        }

        return up > 0 && down > 0 ? 0 : 1;
    }

    private static unsafe int BadPointer()
    {
        try
        {
            Hooks.Read4(ref *(byte*)16, s_base);
            _ = *(int*)16;
            return 1;
        }
        catch (NullReferenceException)
        {
            return 0;
        }
    }

    /// <summary>An interrupt that comes while the thread stands at a watchpoint is the program's, not ours.</summary>
    private static int Interrupted()
    {
        var counter = new Counter();
        int interrupts = 0;
        bool stop = false;
        var worker = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                counter.Write(s_base + 1);
                try { Thread.Sleep(0); }
                catch (ThreadInterruptedException) { interrupts++; }
            }
        });
        worker.Start();
        for (int i = 0; i < 200; i++)
        {
            worker.Interrupt();
            counter.Read(s_base);
            Thread.Sleep(1);
        }

        Volatile.Write(ref stop, true);
        worker.Join();
        return interrupts > 0 ? 0 : 1;
    }

    private static void WriteSiteTable()
    {
        Site At(SiteKind kind, string method, int line) => new(kind, SiteFlags.None, 4, method, "Counter._value (int)", "Counter.cs", line, 0);
        Site[] sites = [At(SiteKind.Read, "Counter.Read()", 11), At(SiteKind.Write, "Counter.Write()", 12), At(SiteKind.Creation, "Program.Race()", 13), At(SiteKind.Write, "Counter.WriteLate()", 14), .. Enumerable.Range(4, Sites - 4).Select(i => At(SiteKind.Read, "Other()", i))];
        string path = SiteTable.PathFor(typeof(Program).Module.FullyQualifiedName), fresh = $"{path}.{Environment.ProcessId}";
        using (FileStream file = File.Create(fresh)) { new SiteTable(sites).Write(file); }

        // In one step: other children may be reading it.
        File.Move(fresh, path, overwrite: true);
    }
}
