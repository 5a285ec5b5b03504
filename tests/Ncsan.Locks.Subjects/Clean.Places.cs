using System.Collections.Concurrent;

namespace Ncsan.Locks.Subjects;

// Locks in unusual places, and ways out of them.
public static partial class Clean
{
    [Case] public static void Silent_lock_on_this_and_on_a_type()
    {
        var self = new Self();
        Case.AtOnce(self.Work, self.Work);
    }

    private sealed class Self
    {
        public void Work() { for (int i = 0; i < Rounds; i++) { lock (typeof(Self)) { lock (this) { } } } }
    }

    private abstract class Widget
    {
        private readonly object _gate = new();

        public void With(Widget other) { lock (_gate) { other.Touch(); } }

        public void Touch() { lock (_gate) { } }
    }

    private sealed class Window : Widget;

    private sealed class Button : Widget;

    [Case] public static void Silent_one_field_of_two_derived_types()
    {
        Window window = new();
        Button one = new(), two = new();
        Case.AtOnce(() => { for (int i = 0; i < Rounds; i++) { window.With(one); } }, () => { for (int i = 0; i < Rounds; i++) { window.With(two); } });
    }

    private static IEnumerable<int> Locked(object gate)
    {
        lock (gate) { yield return 1; yield return 2; }
    }

    [Case] public static void Silent_iterator_that_holds_a_lock()
    {
        var gate = new object();
        foreach (int _ in Locked(gate)) { lock (gate) { } }
        foreach (int first in Locked(gate)) { if (first == 1) { break; } }
        Case.InTurn(() => { lock (gate) { } });
    }

    [Case] public static void Silent_exceptions_out_of_locks()
    {
        object a = new(), b = new();
        for (int i = 0; i < 10; i++)
        {
            try { lock (a) { lock (b) { throw new InvalidOperationException(); } } }
            catch (InvalidOperationException) { }
        }

        Case.InTurn(() => { lock (b) { } }, () => { lock (a) { lock (b) { } } });
    }

    [Case] public static async Task Silent_exceptions_out_of_async_locks()
    {
        var gate = new SemaphoreSlim(1, 1);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        for (int i = 0; i < 10; i++)
        {
            try { await gate.WaitAsync(cancelled.Token); }
            catch (OperationCanceledException) { }

            await gate.WaitAsync();
            try { await Task.Yield(); throw new InvalidOperationException(); }
            catch (InvalidOperationException) { }
            finally { gate.Release(); }
        }
    }

    [Case] public static async Task Silent_connection_pool()
    {
        var slots = new SemaphoreSlim(2, 2);
        var gate = new object();
        var idle = new Stack<object>();
        await Many(6, async _ =>
        {
            for (int i = 0; i < 10; i++)
            {
                await slots.WaitAsync();
                object connection;
                lock (gate) { connection = idle.Count > 0 ? idle.Pop() : new object(); }
                await Task.Yield();
                lock (gate) { idle.Push(connection); }
                slots.Release();
            }
        });
    }

    [Case] public static void Silent_timer_that_takes_the_lock_of_who_disposes_it()
    {
        var gate = new object();
        int ticks = 0;
        using var fired = new ManualResetEventSlim();
        using (new Timer(_ => { lock (gate) { ticks++; fired.Set(); } }, null, 0, 1)) { fired.Wait(); lock (gate) { } }
    }

    [Case] public static void Silent_parallel_loops_over_concurrent_collections()
    {
        var map = new ConcurrentDictionary<int, int>();
        Parallel.For(0, 500, i => map.AddOrUpdate(i % 10, 1, (_, n) => n + 1));
        _ = Enumerable.Range(0, 100).AsParallel().Select(i => map[i % 10]).Sum();
    }

    [Case] public static async Task Silent_async_stream_under_an_async_lock()
    {
        var gate = new SemaphoreSlim(1, 1);
        await foreach (int _ in Numbers()) { await Task.Yield(); }

        async IAsyncEnumerable<int> Numbers()
        {
            for (int i = 0; i < 5; i++)
            {
                await gate.WaitAsync();
                try { yield return i; }
                finally { gate.Release(); }
            }
        }
    }

    [Case] public static async Task Silent_lazy_task_under_an_async_lock()
    {
        var gate = new SemaphoreSlim(1, 1);
        Task<int>? value = null;
        await Many(4, async _ =>
        {
            await gate.WaitAsync();
            try { value ??= Compute(); await value; }
            finally { gate.Release(); }
        });

        static async Task<int> Compute() { await Task.Yield(); return 1; }
    }

    [Case] public static void Silent_log_lock_taken_last_everywhere()
    {
        object log = new(), a = new(), b = new();
        Case.AtOnce(() => { for (int i = 0; i < Rounds; i++) { lock (a) { lock (log) { } } } }, () => { for (int i = 0; i < Rounds; i++) { lock (b) { lock (log) { } } } },
            () => { for (int i = 0; i < Rounds; i++) { lock (a) { lock (b) { lock (log) { } } } } });
    }

    [Case] public static void Silent_blocking_collection()
    {
        using var items = new BlockingCollection<int>(4);
        Case.AtOnce(() => { for (int i = 0; i < Rounds; i++) { items.Add(i); } items.CompleteAdding(); }, () => { foreach (int _ in items.GetConsumingEnumerable()) { } });
    }
}
