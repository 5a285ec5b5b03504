namespace Ncsan.Locks.Subjects;

/// <summary>Async locks over thread-bound ones, waits on tasks under all of them, and their clean twins.</summary>
public static class Async
{
    private static readonly object s_m1 = new(), s_m2 = new(), s_m3 = new(), s_m4 = new(), s_m5 = new(), s_m6 = new();
    private static readonly SemaphoreSlim s_s1 = new(1, 1), s_s2 = new(1, 1), s_s3 = new(1, 1), s_s4 = new(1, 1), s_s5 = new(1, 1), s_s6 = new(1, 1), s_s7 = new(1, 1), s_s8 = new(1, 1);
    private static readonly ReaderWriterLockSlim s_rw = new();

    [Case] public static async Task NCS0101_async_lock_over_a_monitor()
    {
        await Task.Run(async () => { await s_s1.WaitAsync(); try { lock (s_m1) { } await Task.Yield(); } finally { s_s1.Release(); } });
        Case.InTurn(() => { lock (s_m1) { s_s1.Wait(); s_s1.Release(); } });
    }

    [Case] public static async Task NCS0101_async_lock_over_a_writer()
    {
        await Task.Run(async () => { await s_s2.WaitAsync(); await Task.Yield(); s_rw.EnterWriteLock(); s_rw.ExitWriteLock(); s_s2.Release(); });
        Case.InTurn(() => { s_rw.EnterReadLock(); s_s2.Wait(); s_s2.Release(); s_rw.ExitReadLock(); });
    }

    private static async Task Locked(SemaphoreSlim semaphore, Func<Task> body)
    {
        await semaphore.WaitAsync().ConfigureAwait(false);
        try { await body().ConfigureAwait(false); }
        finally { semaphore.Release(); }
    }

    [Case] public static async Task NCS0103_helper_that_takes_locks_in_both_orders()
    {
        await Task.Run(() => Locked(s_s3, () => Locked(s_s4, () => Task.CompletedTask)));
        await Task.Run(() => Locked(s_s4, () => Locked(s_s3, () => Task.CompletedTask)));
    }

    [Case] public static async Task Silent_helper_that_takes_locks_in_one_order()
    {
        for (int i = 0; i < 3; i++) { await Task.Run(() => Locked(s_s5, async () => { await Task.Yield(); await Locked(s_s6, () => Task.Delay(1)); })); }
    }

    [Case] public static async Task NCS0103_AsyncLocks_in_both_orders()
    {
        AsyncLock one = new(), two = new();
        await Both(one, two);
        await Both(two, one);

        static async Task Both(AsyncLock first, AsyncLock second)
        {
            using (await first.LockAsync())
            {
                await Task.Delay(1);
                using (await second.LockAsync()) { await Task.Yield(); }
            }
        }
    }

    private static async Task UnderMonitorAsync() { await Task.Yield(); lock (s_m2) { } await Task.Delay(1); }

    [Case] public static void NCS0106_result_under_the_monitor_that_the_method_takes()
    {
        UnderMonitorAsync().GetAwaiter().GetResult();
        lock (s_m2) { if (!Task.CompletedTask.IsCompleted) { UnderMonitorAsync().GetAwaiter().GetResult(); } }
        lock (s_m2) { Quick(0).GetAwaiter().GetResult(); }
        Quick(1).GetAwaiter().GetResult();

        static async Task Quick(int delay) { if (delay > 0) { await Task.Delay(delay); lock (s_m2) { } } }
    }

    private static async ValueTask<int> ValueAsync(int delay)
    {
        if (delay > 0) { await Task.Delay(delay).ConfigureAwait(false); lock (s_m3) { } }
        return delay;
    }

    [Case] public static void Silent_value_task_outside_of_the_lock()
    {
        _ = ValueAsync(1).AsTask().Result;
        _ = ValueAsync(5).GetAwaiter().GetResult();
        lock (s_m3) { }
    }

    [Case] public static async Task NCS0106_semaphore_held_while_a_task_is_waited_for_that_takes_it()
    {
        await Inner();
        await s_s7.WaitAsync();
        try { if (Environment.ProcessorCount > 0) { Inner(skip: true).Wait(); } }
        finally { s_s7.Release(); }

        static async Task Inner(bool skip = false)
        {
            await Task.Yield();
            if (skip) { return; }
            await s_s7.WaitAsync();
            s_s7.Release();
        }
    }

    private static async void Forget(TaskCompletionSource done) { await Task.Yield(); lock (s_m4) { } done.SetResult(); }

    [Case] public static async Task Silent_async_void_under_a_lock()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (s_m4) { Forget(done); }
        await done.Task;
    }

    [Case] public static async Task Silent_locks_between_awaits()
    {
        for (int i = 0; i < 5; i++)
        {
            lock (s_m5) { lock (s_m6) { } }
            await Task.Yield();
            await s_s8.WaitAsync(TimeSpan.FromSeconds(5));
            try { await Task.Delay(1).ConfigureAwait(false); lock (s_m5) { } }
            finally { s_s8.Release(); }
        }
    }

    /// <summary>Each first acquire has to wait, so that its task has the lock before whoever awaits it does.</summary>
    [Case] public static async Task NCS0103_AsyncLocks_that_had_to_wait_in_both_orders()
    {
        AsyncLock one = new(), two = new();
        await Contended(one, two);
        await Contended(two, one);
    }

    private static async Task Contended(AsyncLock first, AsyncLock second)
    {
        AsyncLock.Releaser held = await first.LockAsync();
        Task waiter = Task.Run(async () => { using (await first.LockAsync()) { await Task.Yield(); using (await second.LockAsync()) { } } });
        await Task.Delay(30);
        held.Dispose();
        await waiter;
    }

    private sealed class ValueLock
    {
        private readonly SemaphoreSlim _semaphore = new(1, 1);

        public async ValueTask<IDisposable> LockAsync()
        {
            await _semaphore.WaitAsync().ConfigureAwait(false);
            return new Releaser(_semaphore);
        }

        private sealed class Releaser(SemaphoreSlim semaphore) : IDisposable
        {
            public void Dispose() => semaphore.Release();
        }
    }

    [Case] public static async Task NCS0103_value_AsyncLocks_that_had_to_wait_in_both_orders()
    {
        ValueLock one = new(), two = new();
        await Contended(one, two);
        await Contended(two, one);

        static async Task Contended(ValueLock first, ValueLock second)
        {
            IDisposable held = await first.LockAsync();
            Task waiter = Task.Run(async () => { using (await first.LockAsync()) { await Task.Yield(); using (await second.LockAsync()) { } } });
            await Task.Delay(30);
            held.Dispose();
            await waiter;
        }
    }

    [Case] public static async Task Silent_AsyncLocks_that_had_to_wait_in_one_order()
    {
        AsyncLock one = new(), two = new();
        for (int i = 0; i < 3; i++) { await Contended(one, two); }
    }

    [Case] public static async Task Silent_AsyncLock_taken_by_one_and_released_by_another()
    {
        var door = new AsyncLock();
        for (int i = 0; i < 10; i++)
        {
            Task<AsyncLock.Releaser> first = Task.Run(door.LockAsync), second = Task.Run(door.LockAsync);
            Task<AsyncLock.Releaser> done = await Task.WhenAny(first, second);
            done.Result.Dispose();
            (await (done == first ? second : first)).Dispose();
        }
    }

    private sealed class TaskLock(int permits = 1)
    {
        private readonly SemaphoreSlim _semaphore = new(permits, permits);

        public Task Enter() => _semaphore.WaitAsync();

        public Task<bool> TryEnter(int milliseconds, CancellationToken stop) => _semaphore.WaitAsync(milliseconds, stop);

        public void Exit() => _semaphore.Release();
    }

    [Case] public static async Task NCS0103_helpers_that_return_the_task_of_WaitAsync()
    {
        TaskLock one = new(), two = new();
        await Task.Run(() => Both(one, two));
        await Task.Run(() => Both(two, one));

        static async Task Both(TaskLock first, TaskLock second)
        {
            await first.Enter();
            await Task.Yield();
            await second.Enter().ConfigureAwait(false);
            second.Exit();
            first.Exit();
        }
    }

    [Case] public static async Task Silent_helpers_whose_wait_is_given_up()
    {
        TaskLock one = new(), two = new();
        await Task.Run(() => Both(one, two));
        await Task.Run(() => Both(two, one));

        static async Task Both(TaskLock first, TaskLock second)
        {
            await first.Enter();
            if (await second.TryEnter(10, CancellationToken.None)) { second.Exit(); }
            first.Exit();
        }
    }

    /// <summary>Whose the semaphore is that a task waits for which is kept is not known.</summary>
    [Case] public static async Task Silent_helpers_whose_task_is_kept()
    {
        TaskLock one = new(), two = new();
        await Both(one, two);
        await Task.Run(() => Both(two, one));

        static async Task Both(TaskLock first, TaskLock second)
        {
            Task entered = first.Enter();
            await Task.Yield();
            await entered;
            await second.Enter();
            second.Exit();
            first.Exit();
        }
    }

    [Case] public static async Task Silent_helpers_of_a_throttle()
    {
        TaskLock several = new(3), one = new();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            await (i % 2 == 0 ? several : one).Enter();
            try
            {
                await Task.Yield();
                if (i % 2 == 1) { await several.Enter(); several.Exit(); }
            }
            finally { (i % 2 == 0 ? several : one).Exit(); }
        }));
    }
}
