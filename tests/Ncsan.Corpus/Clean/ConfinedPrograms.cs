using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Clean;

/// <summary>Programs in which each thread keeps to its own: thread statics, pools, timers, iterators, finalizers, callbacks, async disposal.</summary>
public static class ConfinedPrograms
{
    [ThreadStatic] private static int t_count;
    [ThreadStatic] private static List<int>? t_list;
    private static int s_finalized;

    private sealed record Point(int X, int Y)
    {
        public Point Move(int by) => this with { X = X + by, Y = Y - by };
    }

    public static void CleanThreadStatics() => Each(4, index =>
    {
        for (int i = 0; i < 200; i++) { t_count++; (t_list ??= []).Add(index); }
        Same((200, 200 * index), (t_count, t_list!.Sum()));
    });

    public static void CleanThreadLocal()
    {
        using var builders = new ThreadLocal<StringBuilder>(() => new StringBuilder(), trackAllValues: true);
        Each(4, _ => { for (int i = 0; i < 100; i++) { builders.Value!.Append('x'); } });
        Same(400, builders.Values.Sum(b => b.Length));
    }

    public static void CleanArrayPool() => Each(4, index =>
    {
        for (int i = 0; i < 200; i++)
        {
            byte[] rented = ArrayPool<byte>.Shared.Rent(128);
            rented.AsSpan(0, 128).Fill((byte)index);
            int sum = 0;
            foreach (byte value in rented.AsSpan(0, 128)) { sum += value; }
            Same(128 * index, sum);
            ArrayPool<byte>.Shared.Return(rented);
        }
    });

    private sealed class Parser
    {
        public readonly List<string> Words = [];

        public int Parse(string text)
        {
            Words.Clear();
            Words.AddRange(text.Split(' '));
            return Words.Count;
        }
    }

    public static void CleanObjectPool()
    {
        var pool = new ConcurrentQueue<Parser>();
        Each(4, index =>
        {
            for (int i = 0; i < 100; i++)
            {
                if (!pool.TryDequeue(out Parser? parser)) { parser = new Parser(); }
                Same(3, parser.Parse("a b " + index));
                pool.Enqueue(parser);
            }
        });
        Same(true, pool.Count is >= 1 and <= 4);
    }

    public static void CleanRecords()
    {
        var origin = new Point(0, 0);
        Each(4, index =>
        {
            Point mine = origin;
            for (int i = 0; i < 100; i++) { mine = mine.Move(index); }
            Same(new Point(100 * index, -100 * index), mine);
        });
        Same(new Point(0, 0), origin);
    }

    private static IEnumerable<int> Primes(int below)
    {
        var found = new List<int>();
        for (int i = 2; i < below; i++)
        {
            if (found.TrueForAll(p => i % p != 0)) { found.Add(i); yield return i; }
        }
    }

    public static void CleanIteratorEach()
    {
        IEnumerable<int> primes = Primes(200);
        Each(4, _ => Same(46, primes.Count()));
    }

    public static void CleanLinqOverSharedArray()
    {
        int[] values = [.. Enumerable.Range(0, 300)];
        Each(4, index => Same(values.Sum() / 1, values.Where(v => v >= 0).OrderByDescending(v => v).Select(v => v).Aggregate(0, (a, b) => a + b)));
    }

    public static void CleanStringsShared()
    {
        string text = string.Join(' ', Enumerable.Range(0, 50));
        Each(4, _ => { for (int i = 0; i < 50; i++) { Same(50, text.Split(' ').Length); Same(true, text.Contains("49", StringComparison.Ordinal)); } });
    }

    public static void CleanTimers()
    {
        object gate = new();
        var ticks = new List<int>();
        using var enough = new CountdownEvent(6);
        void Tick(object? state)
        {
            lock (gate) { ticks.Add((int)state!); }
            if (!enough.IsSet) { try { enough.Signal(); } catch (InvalidOperationException) { } }
        }

        var left = new Timer(Tick, 1, 0, 1);
        var right = new Timer(Tick, 2, 0, 1);
        enough.Wait();
        foreach (Timer timer in new[] { left, right })
        {
            using var stopped = new ManualResetEvent(false);
            timer.Dispose(stopped);
            stopped.WaitOne();
        }

        Same(true, ticks.Count >= 6);
    }

    public static async Task CleanPeriodicTimers()
    {
        async Task<int> Count()
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
            var seen = new List<int>();
            while (seen.Count < 5 && await timer.WaitForNextTickAsync()) { seen.Add(seen.Count); }
            return seen.Sum();
        }

        Same(20, (await Task.WhenAll(Task.Run(Count), Task.Run(Count))).Sum());
    }

    private sealed class Tracked
    {
        private int[]? _cells = new int[4];

        ~Tracked()
        {
            _cells = null;
            Interlocked.Increment(ref s_finalized);
        }

        public void Fill(int value) => Array.Fill(_cells!, value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MakeGarbage(int index) => new Tracked().Fill(index);

    public static void CleanFinalizers()
    {
        Each(4, index => { for (int i = 0; i < 20; i++) { MakeGarbage(index); } GC.Collect(0); });
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Same(true, Volatile.Read(ref s_finalized) > 0);
    }

    private sealed class Bell
    {
        public event EventHandler<int>? Rung;

        public void Ring(int value) => Rung?.Invoke(this, value);
    }

    public static void CleanEvents()
    {
        var bell = new Bell();
        int heard = 0;
        Each(4, index =>
        {
            EventHandler<int> handler = (_, value) => Interlocked.Add(ref heard, value);
            for (int i = 0; i < 50; i++) { bell.Rung += handler; bell.Ring(1); bell.Rung -= handler; }
        });
        Same(true, Volatile.Read(ref heard) >= 200);
    }

    public static void CleanCancellation()
    {
        using var source = new CancellationTokenSource();
        var log = new ConcurrentQueue<string>();
        int state = 0;
        using CancellationTokenRegistration registration = source.Token.Register(() => { state = 5; log.Enqueue("cancelled"); });
        Each(3, index => { while (!source.IsCancellationRequested) { if (index == 0) { source.Cancel(); } Thread.Yield(); } });
        Same((5, 1), (state, log.Count));
    }

    private sealed class AsyncResource : IAsyncDisposable
    {
        private readonly List<int> _values = [];

        public void Add(int value) => _values.Add(value);

        public async ValueTask DisposeAsync()
        {
            await Task.Yield();
            Same(10, _values.Count);
            _values.Clear();
        }
    }

    public static async Task CleanAsyncDisposal()
    {
        async Task Work()
        {
            await using var resource = new AsyncResource();
            for (int i = 0; i < 10; i++) { await Task.Yield(); resource.Add(i); }
        }

        await BothAsync(Work, Work, Work);
    }

    public static void CleanWorkStealingSlices()
    {
        int[] values = new int[1000];
        int next = -1;
        Each(4, _ =>
        {
            for (int mine; (mine = Interlocked.Increment(ref next)) < 10;)
            {
                foreach (ref int value in values.AsSpan(mine * 100, 100)) { value = mine; }
            }
        });
        Same(4500, values.Sum());
    }

    public static void CleanSharedNothingDictionaries()
    {
        int total = 0;
        Each(4, index =>
        {
            var counts = new Dictionary<char, int>();
            foreach (char c in "concurrency sanitizer") { counts[c] = counts.GetValueOrDefault(c) + 1; }
            Interlocked.Add(ref total, counts.Values.Sum());
        });
        Same(84, total);
    }

    public static void CleanStackSpans() => Each(4, index =>
    {
        Span<long> cells = stackalloc long[32];
        for (int round = 0; round < 50; round++)
        {
            for (int i = 0; i < cells.Length; i++) { cells[i] = i * index; }
            long sum = 0;
            foreach (long cell in cells) { sum += cell; }
            Same(496L * index, sum);
        }
    });
}
