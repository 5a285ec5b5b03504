using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Subject;

/// <summary>
/// Threads that watch fields of objects which nobody else touches, and reference fields which nobody writes, while a compacting collection after
/// the other moves everything: any finding is a false one.
/// </summary>
internal static class Compaction
{
    internal static int Run(TimeSpan time, int siteBase)
    {
        bool stop = false;
        int start = GC.CollectionCount(2);
        var threads = new Thread[4];
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(() => Work(ref stop, siteBase));
            threads[i].Start();
        }

        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (clock.Elapsed < time)
        {
            // Holes between the survivors are what there is to compact.
            for (int i = 0; i < 1000; i++) { GC.KeepAlive(new byte[100]); }
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            Thread.Sleep(1);
        }

        Volatile.Write(ref stop, true);
        foreach (Thread thread in threads) { thread.Join(); }
        return GC.CollectionCount(2) - start > 10 ? 0 : 1;
    }

    /// <summary>Two threads that do race, on an object that every collection moves.</summary>
    internal static int RunRace(TimeSpan time, int siteBase)
    {
        Counter counter = NewBehindHole();
        bool stop = false;
        var writer = new Thread(() => { while (!Volatile.Read(ref stop)) { counter.Write(siteBase + 1); } });
        var reader = new Thread(() => { while (!Volatile.Read(ref stop)) { counter.Read(siteBase); } });
        writer.Start();
        reader.Start();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (clock.Elapsed < time)
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            Thread.Sleep(1);
        }

        Volatile.Write(ref stop, true);
        writer.Join();
        reader.Join();
        return 0;
    }

    private static Counter NewBehindHole()
    {
        for (int i = 0; i < 10_000; i++) { GC.KeepAlive(new byte[100]); }
        return new Counter();
    }

    private static void Work(ref bool stop, int siteBase)
    {
        var mine = new List<Node>();
        while (!Volatile.Read(ref stop))
        {
            if (mine.Count > 2000) { mine.RemoveRange(0, 1000); }
            for (int i = 0; i < 100; i++)
            {
                _ = new byte[64];
                var node = new Node { Reference = mine.Count > 0 ? mine[^1] : null, Pair = new Pair { Key = "key", Value = i } };
                mine.Add(node);
                node.Touch(siteBase);
            }

            foreach (Node node in mine.Take(200)) { node.Touch(siteBase); }
        }
    }

    private sealed class Node
    {
        internal object? Reference;
        internal int Value;
        internal Pair Pair;

        [MethodImpl(MethodImplOptions.NoInlining)]
        internal void Touch(int siteBase)
        {
            Hooks.ReadRef(ref Unsafe.As<object?, byte>(ref Reference), siteBase + 3);
            Hooks.Write4(ref Unsafe.As<int, byte>(ref Value), siteBase + 4);
            Value++;
            Hooks.ReadValue(ref Pair, siteBase + 5);
        }
    }

    private struct Pair
    {
        internal string Key;
        internal long Value;
    }
}
