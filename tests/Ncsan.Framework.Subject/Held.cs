using System.Reflection;
using Ncsan.Annotations;

namespace Ncsan.Framework.Subject;

/// <summary>Holds, one after another, the locks that the framework and the runtime take inside, while threads race and reports are being made. All that is asked for is an end.</summary>
internal static class Held
{
    internal static void EveryLock()
    {
        UnderConsole();
        UnderTypeInitializer();
        UnderIntern();
        UnderLoader();
        UnderMonitorsOfTheFramework();
        UnderEventListeners();
    }

    /// <summary>Each static lock of CoreLib alone, by a thread that waits until others have raced and a circle of locks that is new each time was reported.</summary>
    internal static void EveryStaticLock()
    {
        int turns = 0;
        foreach (string name in Environment.GetEnvironmentVariable("NCSAN_TEST_LOCKS")!.Split(';'))
        {
            string[] parts = name.Split("::");
            var type = typeof(object).Assembly.GetType(parts[0], throwOnError: true)!;
            if (type.IsGenericTypeDefinition) { type = type.MakeGenericType(typeof(int)); }
            object? held = type.GetField(parts[1], BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!.GetValue(null);
            if (held is null) { continue; }
            Hold(held, () => { Race(40); Report(turns); });
            turns++;
        }

        Console.WriteLine($"held {turns}");
    }

    private static void Hold(object held, Action body)
    {
        if (held is Lock exclusive)
        {
            lock (exclusive) { body(); }
            return;
        }

        lock (held) { body(); }
    }

    // Both orders, one after another, of locks whose classes have not been seen before: a report each time.
    private static void Report(int turn)
    {
        object first = new(), second = new();
        LockOrder.Class(first, $"first {turn}");
        LockOrder.Class(second, $"second {turn}");
        var one = new Thread(() => { lock (first) { lock (second) { } } });
        one.Start();
        one.Join();
        var other = new Thread(() => { lock (second) { lock (first) { } } });
        other.Start();
        other.Join();
    }

    // The framework calls the listener under its lock over all of them.
    private static void UnderEventListeners()
    {
        using var listener = new RacingListener();
        new System.Diagnostics.Tracing.EventSource("told of").Dispose();
    }

    private sealed class RacingListener : System.Diagnostics.Tracing.EventListener
    {
        protected override void OnEventSourceCreated(System.Diagnostics.Tracing.EventSource eventSource)
        {
            if (eventSource.Name == "told of") { Race(); Report(-1); }
        }
    }

    // Console.Out is a synchronized writer: its own monitor.
    private static void UnderConsole()
    {
        lock (Console.Out) { lock (Console.Error) { Race(); } }
    }

    private static void UnderTypeInitializer() => System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(RacesInItsInitializer).TypeHandle);

    private static void UnderIntern()
    {
        var busy = new Thread(() => { for (int i = 0; i < 20_000; i++) { _ = string.Intern("interned " + i); } });
        busy.Start();
        Race();
        busy.Join();
    }

    // A resolving handler runs while the loader waits for it.
    private static void UnderLoader()
    {
        bool raced = false;
        var context = new System.Runtime.Loader.AssemblyLoadContext("held", isCollectible: true);
        context.Resolving += (_, _) => { Race(); raced = true; return null; };
        try { _ = context.LoadFromAssemblyName(new System.Reflection.AssemblyName("Is.Not.There")); }
        catch (FileNotFoundException) { }
        context.Unload();
        if (!raced) { throw new InvalidOperationException("the loader did not ask"); }
    }

    // Locks of the framework that others can get at: types, modules, synchronized collections.
    private static void UnderMonitorsOfTheFramework()
    {
        var table = System.Collections.Hashtable.Synchronized([]);
        lock (typeof(object)) { lock (typeof(string)) { lock (typeof(Thread)) { lock (table.SyncRoot) { lock (AppDomain.CurrentDomain) { lock (Thread.CurrentThread) { Race(); } } } } } }
    }

    private static void Race(int milliseconds = 150)
    {
        int[] shared = new int[300];
        var list = new List<int>();
        long end = Environment.TickCount64 + milliseconds;
        void Run()
        {
            for (int i = 0; Environment.TickCount64 < end; i++)
            {
                shared[i % 300] = i;
                try { list.Add(i); if (i % 300 == 0) { list.Clear(); } }
                catch (Exception e) when (e is IndexOutOfRangeException or ArgumentException) { }
            }
        }

        var threads = Enumerable.Range(0, 3).Select(_ => new Thread(Run)).ToArray();
        foreach (var thread in threads) { thread.Start(); }
        foreach (var thread in threads) { thread.Join(); }
    }

    private static class RacesInItsInitializer
    {
        static RacesInItsInitializer()
        {
            Race();
        }
    }
}
