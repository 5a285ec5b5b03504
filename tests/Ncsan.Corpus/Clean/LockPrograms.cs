using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Clean;

/// <summary>Programs that are right by mutual exclusion, one kind of lock each.</summary>
public static class LockPrograms
{
    private const int Threads = 4, Rounds = 400;

    private sealed class Ledger
    {
        private readonly object _gate = new();
        private readonly Dictionary<int, long> _balances = [];
        private long _moved;

        public void Move(int from, int to, int amount)
        {
            lock (_gate)
            {
                _balances[from] = _balances.GetValueOrDefault(from) - amount;
                _balances[to] = _balances.GetValueOrDefault(to) + amount;
                _moved += amount;
            }
        }

        public (long Sum, long Moved) Audit()
        {
            lock (_gate) { return (_balances.Values.Sum(), _moved); }
        }
    }

    public static void CleanLedgerUnderMonitor()
    {
        var ledger = new Ledger();
        Each(Threads, index =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                ledger.Move(index, (index + i) % 7, 3);
                if (i % 50 == 0) { Same(0L, ledger.Audit().Sum); }
            }
        });
        Same((0L, 3L * Threads * Rounds), ledger.Audit());
    }

    public static void CleanCounterUnderLockObject()
    {
        var gate = new Lock();
        long count = 0;
        string last = "";
        Each(Threads, index =>
        {
            for (int i = 0; i < Rounds; i++) { lock (gate) { count++; last = "thread " + index; } }
        });
        Same((long)Threads * Rounds, count);
        Same(true, last.StartsWith("thread", StringComparison.Ordinal));
    }

    public static void CleanLockScope()
    {
        var gate = new Lock();
        var seen = new List<int>();
        Each(Threads, index =>
        {
            for (int i = 0; i < Rounds; i++) { using (gate.EnterScope()) { seen.Add(index); } }
        });
        Same(Threads * Rounds, seen.Count);
    }

    public static void CleanSpinLock()
    {
        var gate = new SpinLock(enableThreadOwnerTracking: false);
        int[] histogram = new int[8];
        Each(Threads, index =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                bool taken = false;
                try { gate.Enter(ref taken); histogram[i % 8]++; }
                finally { if (taken) { gate.Exit(); } }
            }
        });
        Same(Threads * Rounds, histogram.Sum());
    }

    public static void CleanMutex()
    {
        using var gate = new Mutex();
        decimal sum = 0;
        Each(Threads, index =>
        {
            for (int i = 0; i < 60; i++)
            {
                gate.WaitOne();
                try { sum += 0.5m; }
                finally { gate.ReleaseMutex(); }
            }
        });
        Same(30m * Threads, sum);
    }

    public static void CleanSemaphoreSlimAsMutex()
    {
        using var gate = new SemaphoreSlim(1, 1);
        var text = new System.Text.StringBuilder();
        Each(Threads, index =>
        {
            for (int i = 0; i < Rounds; i++) { gate.Wait(); text.Append((char)('a' + index)); gate.Release(); }
        });
        Same(Threads * Rounds, text.Length);
    }

    public static async Task CleanSemaphoreSlimAsync()
    {
        using var gate = new SemaphoreSlim(1, 1);
        var queue = new Queue<int>();
        int taken = 0;
        async Task Work(int seed)
        {
            for (int i = 0; i < 100; i++)
            {
                await gate.WaitAsync();
                try
                {
                    queue.Enqueue(seed + i);
                    await Task.Yield();
                    if (queue.Count > 3) { queue.Dequeue(); taken++; }
                }
                finally { gate.Release(); }
            }
        }

        await BothAsync(() => Work(0), () => Work(1000), () => Work(2000));
        Same(300, taken + queue.Count);
    }

    public static void CleanSemaphoreOfThePlatform()
    {
        using var gate = new Semaphore(1, 1);
        long total = 0;
        Each(Threads, index =>
        {
            for (int i = 0; i < 60; i++) { gate.WaitOne(); total += index; gate.Release(); }
        });
        Same(60L * 6, total);
    }

    public static void CleanMonitorWaitPulse()
    {
        object gate = new();
        var buffer = new Queue<int>();
        long sum = 0;
        bool ended = false;
        Both(
            () =>
            {
                for (int i = 1; i <= Rounds; i++)
                {
                    lock (gate)
                    {
                        while (buffer.Count >= 4) { Monitor.Wait(gate); }
                        buffer.Enqueue(i);
                        Monitor.PulseAll(gate);
                    }
                }

                lock (gate) { ended = true; Monitor.PulseAll(gate); }
            },
            () =>
            {
                while (true)
                {
                    lock (gate)
                    {
                        while (buffer.Count == 0 && !ended) { Monitor.Wait(gate); }
                        if (buffer.Count == 0) { return; }
                        sum += buffer.Dequeue();
                        Monitor.PulseAll(gate);
                    }
                }
            });
        Same((long)Rounds * (Rounds + 1) / 2, sum);
    }

    public static void CleanReaderWriterLockSlim()
    {
        using var gate = new ReaderWriterLockSlim();
        var cache = new SortedDictionary<int, string>();
        Each(Threads, index =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                if (i % 8 == index)
                {
                    gate.EnterWriteLock();
                    try { cache[i] = "v" + i; }
                    finally { gate.ExitWriteLock(); }
                }
                else
                {
                    gate.EnterReadLock();
                    try { if (cache.TryGetValue(i, out string? value)) { Same("v" + i, value); } }
                    finally { gate.ExitReadLock(); }
                }
            }
        });
        Same(Rounds / 8 * Threads, cache.Count);
    }

    public static void CleanUpgradeableReadLock()
    {
        using var gate = new ReaderWriterLockSlim();
        var made = new Dictionary<int, object>();
        int built = 0;
        Each(Threads, _ =>
        {
            for (int i = 0; i < 100; i++)
            {
                gate.EnterUpgradeableReadLock();
                try
                {
                    if (!made.ContainsKey(i))
                    {
                        gate.EnterWriteLock();
                        try { made.Add(i, new object()); built++; }
                        finally { gate.ExitWriteLock(); }
                    }
                }
                finally { gate.ExitUpgradeableReadLock(); }
            }
        });
        Same(100, built);
    }

    public static void CleanStripedLocks()
    {
        object[] gates = [new(), new(), new(), new()];
        int[] counts = new int[4];
        Each(Threads, index =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                int stripe = (index + i) % 4;
                lock (gates[stripe]) { counts[stripe]++; }
            }
        });
        Same(Threads * Rounds, counts.Sum());
    }

    public static void CleanHandMadeTicketLock()
    {
        int next = 0, serving = 0;
        long guarded = 0;
        Each(Threads, _ =>
        {
            for (int i = 0; i < 50; i++)
            {
                int ticket = Interlocked.Increment(ref next) - 1;
                var wait = new SpinWait();
                while (Volatile.Read(ref serving) != ticket) { wait.SpinOnce(); }
                guarded += 2;
                Volatile.Write(ref serving, ticket + 1);
            }
        });
        Same(2L * Threads * 50, guarded);
    }

    public static void CleanRecursiveMonitor()
    {
        object gate = new();
        int depth = 0, deepest = 0;
        void Enter(int levels)
        {
            lock (gate)
            {
                depth++;
                deepest = Math.Max(deepest, depth);
                if (levels > 0) { Enter(levels - 1); }
                depth--;
            }
        }

        Each(Threads, _ => { for (int i = 0; i < 50; i++) { Enter(5); } });
        Same((0, 6), (depth, deepest));
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.Synchronized)]
    private static void AddSynchronized(List<int> list, int value) => list.Add(value);

    public static void CleanSynchronizedMethod()
    {
        var list = new List<int>();
        Each(Threads, index => { for (int i = 0; i < Rounds; i++) { AddSynchronized(list, index); } });
        Same(Threads * Rounds, list.Count);
    }

    public static void CleanOldReaderWriterLock()
    {
        var gate = new ReaderWriterLock();
        var points = new List<(int, int)>();
        Each(Threads, index =>
        {
            for (int i = 0; i < 100; i++)
            {
                if (i % 4 == 0) { gate.AcquireWriterLock(-1); points.Add((index, i)); gate.ReleaseWriterLock(); }
                else { gate.AcquireReaderLock(-1); Use(points.Count); gate.ReleaseReaderLock(); }
            }
        });
        Same(25 * Threads, points.Count);
    }
}
