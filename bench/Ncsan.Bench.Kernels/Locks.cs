namespace Ncsan.Bench.Kernels;

/// <summary>Uncontended pairs on warm chains, and a program of two threads that spends a tenth of its time in locks.</summary>
public static class Locks
{
    private static readonly object s_monitor = new(), s_inner = new();
    private static readonly Lock s_lock = new();
    private static readonly ReaderWriterLockSlim s_rw = new();
    private static readonly SemaphoreSlim s_semaphore = new(1, 1), s_awaited = new(1, 1);
    private static int s_value;

    /// <summary>Name, what it runs, whether it has threads of its own (so that time has to be taken by the clock).</summary>
    public static readonly (string Name, Action<int> Run, bool Threads)[] All =
    [
        ("Monitor pair", Monitor, false),
        ("Monitor pair under another", Nested, false),
        ("Lock pair", Scope, false),
        ("RWLS read pair", Read, false),
        ("SemaphoreSlim pair", Wait, false),
        ("awaited WaitAsync pair", n => Await(n).GetAwaiter().GetResult(), false),
        ("two threads, a tenth in locks", TwoThreads, true),
    ];

    private static void Monitor(int n) { for (int i = 0; i < n; i++) { lock (s_monitor) { s_value++; } } }

    private static void Nested(int n) { lock (s_inner) { for (int i = 0; i < n; i++) { lock (s_monitor) { s_value++; } } } }

    private static void Scope(int n) { for (int i = 0; i < n; i++) { lock (s_lock) { s_value++; } } }

    private static void Read(int n) { for (int i = 0; i < n; i++) { s_rw.EnterReadLock(); s_value++; s_rw.ExitReadLock(); } }

    private static void Wait(int n) { for (int i = 0; i < n; i++) { s_semaphore.Wait(); s_value++; s_semaphore.Release(); } }

    private static async Task Await(int n) { for (int i = 0; i < n; i++) { await s_awaited.WaitAsync(); s_value++; s_awaited.Release(); } }

    private static void TwoThreads(int n)
    {
        object[] gates = [new(), new()];
        var threads = new Thread[2];
        for (int t = 0; t < 2; t++)
        {
            object mine = gates[t];
            threads[t] = new Thread(() =>
            {
                double work = 1;
                for (int i = 0; i < n * 20; i++) { work = Step(work, mine); }
                GC.KeepAlive(work);
            });
            threads[t].Start();
        }

        foreach (Thread thread in threads) { thread.Join(); }
    }

    private static double Step(double work, object gate)
    {
        for (int j = 0; j < 200; j++) { work = Math.Sqrt(work + j); }
        lock (gate) { s_value++; }
        return work;
    }
}
