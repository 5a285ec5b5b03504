using System.Collections.Concurrent;

namespace Ncsan.Locks.Subjects;

/// <summary>Lock-heavy programs without a defect: nothing may be reported, however often they run. Here: locks that are handed over, and semaphores that let several in or are signals.</summary>
public static partial class Clean
{
    private const int Rounds = 50;

    private static Task Many(int count, Func<int, Task> body) => Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() => body(i))));

    private sealed class Queue<T>
    {
        private readonly object _gate = new();
        private readonly System.Collections.Generic.Queue<T> _items = new();

        public void Put(T item) { lock (_gate) { _items.Enqueue(item); Monitor.PulseAll(_gate); } }

        public T Take()
        {
            lock (_gate)
            {
                while (_items.Count == 0) { Monitor.Wait(_gate); }
                return _items.Dequeue();
            }
        }
    }

    [Case] public static void Silent_blocking_queue_of_Wait_and_Pulse()
    {
        var queue = new Queue<int>();
        Case.AtOnce(() => { for (int i = 0; i < Rounds; i++) { queue.Put(i); } }, () => { for (int i = 0; i < Rounds; i++) { queue.Take(); } });
    }

    [Case] public static async Task Silent_throttle_of_three()
    {
        var throttle = new SemaphoreSlim(3, 3);
        await Many(8, async _ => { await throttle.WaitAsync(); try { await Task.Yield(); } finally { throttle.Release(); } });
    }

    [Case] public static void Silent_semaphore_as_a_signal()
    {
        var ready = new SemaphoreSlim(0);
        var gate = new object();
        Case.AtOnce(() => { for (int i = 0; i < Rounds; i++) { lock (gate) { ready.Release(); } } }, () => { for (int i = 0; i < Rounds; i++) { ready.Wait(); lock (gate) { } } });
    }

    [Case] public static void Silent_ping_pong_of_two_semaphores()
    {
        SemaphoreSlim ping = new(1), pong = new(0);
        Case.AtOnce(() => { for (int i = 0; i < Rounds; i++) { ping.Wait(); pong.Release(); } }, () => { for (int i = 0; i < Rounds; i++) { pong.Wait(); ping.Release(); } });
    }

    [Case] public static async Task Silent_async_ping_pong()
    {
        SemaphoreSlim ping = new(1), pong = new(0);
        await Many(2, async i =>
        {
            for (int n = 0; n < Rounds; n++)
            {
                await (i == 0 ? ping : pong).WaitAsync();
                (i == 0 ? pong : ping).Release();
            }
        });
    }

    [Case] public static async Task Silent_AsyncLock_helper()
    {
        var mutex = new AsyncLock();
        int sum = 0;
        await Many(4, async _ => { for (int i = 0; i < Rounds; i++) { using (await mutex.LockAsync()) { sum++; await Task.Yield(); } } });
        if (sum != 4 * Rounds) { throw new InvalidOperationException(); }
    }

    [Case] public static async Task Silent_two_AsyncLocks_of_one_kind_in_an_order()
    {
        AsyncLock outer = new(), inner = new();
        await Many(4, async _ => { for (int i = 0; i < Rounds; i++) { using (await outer.LockAsync()) using (await inner.LockAsync()) { await Task.Yield(); } } });
    }

    private sealed class TaskLock
    {
        private readonly SemaphoreSlim _semaphore = new(1, 1);

        public Task Enter() => _semaphore.WaitAsync();

        public void Exit() => _semaphore.Release();
    }

    [Case] public static async Task Silent_helper_that_returns_the_task_of_WaitAsync()
    {
        TaskLock one = new(), two = new();
        await Many(4, async i =>
        {
            for (int n = 0; n < Rounds; n++)
            {
                TaskLock first = one, second = two;
                await first.Enter();
                await second.Enter();
                await Task.Yield();
                second.Exit();
                first.Exit();
            }
        });
    }

    [Case] public static async Task Silent_lock_handed_to_another_task()
    {
        var baton = new SemaphoreSlim(1, 1);
        for (int i = 0; i < Rounds; i++)
        {
            await baton.WaitAsync();
            _ = Task.Run(async () => { await Task.Yield(); baton.Release(); });
        }

        await baton.WaitAsync();
    }

    [Case] public static async Task Silent_fire_and_forget_under_a_lock()
    {
        var gate = new object();
        var started = new ConcurrentBag<Task>();
        for (int i = 0; i < Rounds; i++) { lock (gate) { started.Add(Task.Run(() => { lock (gate) { } })); } }
        await Task.WhenAll(started);
    }
}
