using System.Collections.Frozen;
using System.Collections.Immutable;
using Ncsan.Annotations;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Clean;

/// <summary>Programs that are right by phases, publication, confinement and immutability.</summary>
public static class PhasePrograms
{
    private sealed class Node
    {
        public int Value;
        public Node? Next;
    }

    public static void CleanBarrierPhases()
    {
        int[] cells = new int[4], next = new int[4];
        using var phase = new Barrier(4);
        Each(4, index =>
        {
            for (int round = 0; round < 50; round++)
            {
                next[index] = cells[(index + 1) % 4] + 1;
                phase.SignalAndWait();
                cells[index] = next[index];
                phase.SignalAndWait();
            }
        });
        Same(200, cells.Sum());
    }

    public static void CleanBarrierWithAction()
    {
        int[] parts = new int[3];
        int total = 0;
        using var phase = new Barrier(3, _ => { total += parts.Sum(); Array.Clear(parts); });
        Each(3, index => { for (int round = 0; round < 50; round++) { parts[index] = round; phase.SignalAndWait(); } });
        Same(3675, total);
    }

    public static void CleanCountdownEvent()
    {
        var results = new List<int>[4];
        using var done = new CountdownEvent(4);
        for (int i = 0; i < 4; i++)
        {
            int index = i;
            ThreadPool.QueueUserWorkItem(_ => { results[index] = [.. Enumerable.Range(0, 50)]; done.Signal(); });
        }

        done.Wait();
        Same(4900, results.Sum(r => r.Sum()));
    }

    public static void CleanThreadStartAndJoin()
    {
        var node = new Node { Value = 1 };
        for (int i = 0; i < 20; i++)
        {
            node.Value++;
            var thread = new Thread(() => { node.Value *= 2; node.Next = new Node { Value = node.Value }; });
            thread.Start();
            thread.Join();
            node.Value = node.Next!.Value % 1000;
        }

        Same(true, node.Value > 0);
    }

    private static volatile Node? s_published;

    public static void CleanVolatilePublication()
    {
        s_published = null;
        Both(
            () => s_published = new Node { Value = 5, Next = new Node { Value = 6 } },
            () => { Node? node; while ((node = s_published) is null) { Thread.Yield(); } Same(11, node.Value + node.Next!.Value); },
            () => { Node? node; while ((node = s_published) is null) { Thread.Yield(); } Same(11, node.Value + node.Next!.Value); });
    }

    public static void CleanVolatileWritePublication()
    {
        Node? head = null;
        Both(
            () => { for (int i = 0; i < 100; i++) { Volatile.Write(ref head, new Node { Value = i, Next = Volatile.Read(ref head) }); } },
            () =>
            {
                for (int i = 0; i < 100; i++)
                {
                    int last = int.MaxValue;
                    for (Node? node = Volatile.Read(ref head); node is not null; node = node.Next) { Same(true, node.Value < last); last = node.Value; }
                }
            });
    }

    public static void CleanTreiberStack()
    {
        Node? head = null;
        int popped = 0;
        void Push(Node node)
        {
            do { node.Next = Volatile.Read(ref head); } while (Interlocked.CompareExchange(ref head, node, node.Next) != node.Next);
        }

        Each(4, index => { for (int i = 0; i < 100; i++) { Push(new Node { Value = i }); } });
        for (Node? node = head; node is not null; node = node.Next) { popped++; }
        Same(400, popped);
    }

    private sealed class Once
    {
        private readonly object _gate = new();
        private volatile Node? _node;
        private int _made;

        public int Made { get { lock (_gate) { return _made; } } }

        public Node Get()
        {
            Node? node = _node;
            if (node is not null) { return node; }
            lock (_gate)
            {
                if (_node is null) { _made++; _node = new Node { Value = 7 }; }
                return _node;
            }
        }
    }

    public static void CleanDoubleCheckedLocking()
    {
        var once = new Once();
        Each(4, _ => { for (int i = 0; i < 100; i++) { Same(7, once.Get().Value); } });
        Same(1, once.Made);
    }

    public static void CleanLazy()
    {
        int made = 0;
        var lazy = new Lazy<Node>(() => { made++; return new Node { Value = 3 }; });
        Each(4, _ => { for (int i = 0; i < 100; i++) { Same(3, lazy.Value.Value); } });
        Same(1, made);
    }

    public static void CleanLazyInitializer()
    {
        Node? node = null;
        Each(4, _ => { for (int i = 0; i < 100; i++) { Same(3, LazyInitializer.EnsureInitialized(ref node, () => new Node { Value = 3 }).Value); } });
    }

    public static void CleanImmutableSnapshots()
    {
        var map = ImmutableDictionary<int, int>.Empty;
        Each(4, index =>
        {
            for (int i = 0; i < 50; i++)
            {
                ImmutableInterlocked.AddOrUpdate(ref map, i % 10, 1, static (_, old) => old + 1);
                foreach (var pair in Volatile.Read(ref map)) { Same(true, pair.Value > 0); }
            }
        });
        Same(200, map.Values.Sum());
    }

    public static void CleanFrozenTables()
    {
        FrozenDictionary<string, int> table = Enumerable.Range(0, 100).ToFrozenDictionary(i => "k" + i);
        Each(4, index => { for (int i = 0; i < 200; i++) { Same(i % 100, table["k" + (i % 100)]); } });
    }

    public static void CleanCopyOnWriteArray()
    {
        object gate = new();
        int[] values = [];
        Both(
            () => { for (int i = 0; i < 100; i++) { lock (gate) { Volatile.Write(ref values, [.. values, i]); } } },
            () => { for (int i = 0; i < 200; i++) { int[] seen = Volatile.Read(ref values); for (int j = 0; j < seen.Length; j++) { Same(j, seen[j]); } } });
        Same(100, values.Length);
    }

    // A sequence lock: readers look at the data while it may be written, and read again if it was. The regions say so.
    private sealed class Sequenced
    {
        private readonly object _writers = new();
        private int _sequence;
        private long _left, _right;

        public void Write(long value)
        {
            lock (_writers)
            {
                using (AtomicRegion.Nestable())
                {
                    Interlocked.Increment(ref _sequence);
                    _left = value;
                    _right = -value;
                    Interlocked.Increment(ref _sequence);
                }
            }
        }

        public (long Left, long Right) Read()
        {
            while (true)
            {
                int before = Volatile.Read(ref _sequence);
                long left, right;
                using (AtomicRegion.Flat()) { left = _left; right = _right; }
                Thread.MemoryBarrier();
                if ((before & 1) == 0 && Volatile.Read(ref _sequence) == before) { return (left, right); }
                Thread.Yield();
            }
        }
    }

    public static void CleanSequenceLock()
    {
        var cell = new Sequenced();
        Both(
            () => { for (int i = 1; i <= 200; i++) { cell.Write(i); } },
            () => { for (int i = 0; i < 200; i++) { (long left, long right) = cell.Read(); Same(0L, left + right); } });
    }

    public static void CleanIntendedStatistic()
    {
        int hits = 0;
        Each(4, _ => { for (int i = 0; i < 100; i++) { using (DataRace.Ignore()) { hits++; } } });
        Same(true, hits is > 0 and <= 400);
    }

    public static void CleanDoubleBuffer()
    {
        int[][] buffers = [new int[64], new int[64]];
        using var swap = new Barrier(2);
        long sum = 0;
        Both(
            () => { for (int frame = 0; frame < 50; frame++) { Array.Fill(buffers[frame % 2], frame); swap.SignalAndWait(); } },
            () => { for (int frame = 0; frame < 50; frame++) { swap.SignalAndWait(); sum += buffers[frame % 2].Sum(); if (frame == 49) { break; } } });
        Same(78400L, sum);
    }
}
