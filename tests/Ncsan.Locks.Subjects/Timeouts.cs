namespace Ncsan.Locks.Subjects;

/// <summary>A time-out that is for ever is none, whether the code says so or a variable does.</summary>
public static class Timeouts
{
    private static readonly object s_gate = new(), s_monitor = new(), s_wait = new(), s_join = new();
    private static readonly Lock s_lock = new();
    private static readonly ReaderWriterLockSlim s_slim = new();
    private static readonly SemaphoreSlim s_semaphore = new(1, 1);
    private static readonly Mutex s_mutex = new();
    private static readonly Semaphore s_old = new(1, 1);
    private static readonly WaitHandle[] s_handles = [s_mutex];

    /// <summary>The lock under the gate, then the gate under the lock.</summary>
    private static void BothWays(Func<bool> take, Action give) => Case.InTurn(
        () => { lock (s_gate) { if (take()) { give(); } } },
        () => { if (take()) { lock (s_gate) { } give(); } });

    private static int Forever => Environment.ProcessId > 0 ? Timeout.Infinite : 0;

    private static TimeSpan ForeverSpan => TimeSpan.FromMilliseconds(Forever);

    [Case] public static void NCS0101_tried_for_ever_Monitor_alone() => BothWays(() => Monitor.TryEnter(s_monitor, -1), () => Monitor.Exit(s_monitor));

    [Case] public static void NCS0101_tried_for_an_endless_span_Monitor_alone() => BothWays(() => Monitor.TryEnter(s_monitor, ForeverSpan), () => Monitor.Exit(s_monitor));

    [Case] public static void NCS0101_tried_for_ever_Monitor_with_a_flag() => BothWays(
        () => { bool taken = false; Monitor.TryEnter(s_monitor, Forever, ref taken); return taken; },
        () => Monitor.Exit(s_monitor));

    [Case] public static void NCS0101_tried_for_an_endless_span_Monitor_with_a_flag() => BothWays(
        () => { bool taken = false; Monitor.TryEnter(s_monitor, Timeout.InfiniteTimeSpan, ref taken); return taken; },
        () => Monitor.Exit(s_monitor));

    [Case] public static void NCS0101_tried_for_ever_Lock() => BothWays(() => s_lock.TryEnter(Forever), () => s_lock.Exit());

    [Case] public static void NCS0101_tried_for_an_endless_span_Lock() => BothWays(() => s_lock.TryEnter(Timeout.InfiniteTimeSpan), () => s_lock.Exit());

    [Case] public static void NCS0101_tried_for_ever_RWLS() => BothWays(() => s_slim.TryEnterWriteLock(-1), () => s_slim.ExitWriteLock());

    [Case] public static void NCS0101_tried_for_an_endless_span_RWLS() => BothWays(() => s_slim.TryEnterUpgradeableReadLock(Timeout.InfiniteTimeSpan), () => s_slim.ExitUpgradeableReadLock());

    [Case] public static void NCS0101_waited_for_ever_semaphore() => BothWays(() => s_semaphore.Wait(Forever), () => s_semaphore.Release());

    [Case] public static void NCS0101_waited_for_an_endless_span_semaphore() => BothWays(() => s_semaphore.Wait(Timeout.InfiniteTimeSpan), () => s_semaphore.Release());

    [Case] public static void NCS0101_waited_for_until_cancelled_semaphore() => BothWays(() => s_semaphore.Wait(-1, CancellationToken.None), () => s_semaphore.Release());

    [Case] public static void NCS0101_waited_for_ever_mutex() => BothWays(() => s_mutex.WaitOne(-1), () => s_mutex.ReleaseMutex());

    [Case] public static void NCS0101_waited_for_an_endless_span_mutex() => BothWays(() => s_mutex.WaitOne(Timeout.InfiniteTimeSpan, false), () => s_mutex.ReleaseMutex());

    [Case] public static void NCS0101_mutex_among_all_for_ever() => BothWays(() => WaitHandle.WaitAll(s_handles, Forever), () => s_mutex.ReleaseMutex());

    [Case] public static void NCS0101_mutex_as_the_only_one_of_any() => BothWays(() => WaitHandle.WaitAny(s_handles) == 0, () => s_mutex.ReleaseMutex());

    [Case] public static void NCS0101_kernel_semaphore_after_a_signal() => BothWays(() => WaitHandle.SignalAndWait(new ManualResetEvent(false), s_old, Timeout.InfiniteTimeSpan, false), () => s_old.Release());

    [Case] public static async Task NCS0101_async_semaphores_for_ever()
    {
        SemaphoreSlim one = s_semaphore, other = new(1, 1);
        if (await one.WaitAsync(Forever)) { if (await other.WaitAsync(Timeout.InfiniteTimeSpan)) { other.Release(); } one.Release(); }
        await Task.Run(async () =>
        {
            if (await other.WaitAsync(-1)) { if (await one.WaitAsync(-1)) { one.Release(); } other.Release(); }
        });
    }

    [Case] public static void Silent_tried_for_some_time()
    {
        object gate = new(), monitor = new();
        Lock other = new();
        ReaderWriterLockSlim slim = new();
        SemaphoreSlim semaphore = new(1, 1);
        Mutex mutex = new();
        Both(() => Monitor.TryEnter(monitor, 1000), () => Monitor.Exit(monitor));
        Both(() => Monitor.TryEnter(monitor, TimeSpan.FromSeconds(1)), () => Monitor.Exit(monitor));
        Both(() => other.TryEnter(TimeSpan.FromSeconds(1)), () => other.Exit());
        Both(() => other.TryEnter(1000), () => other.Exit());
        Both(() => slim.TryEnterWriteLock(1000), () => slim.ExitWriteLock());
        Both(() => slim.TryEnterReadLock(TimeSpan.FromSeconds(1)), () => slim.ExitReadLock());
        Both(() => semaphore.Wait(1000), () => semaphore.Release());
        Both(() => semaphore.Wait(TimeSpan.FromSeconds(1)), () => semaphore.Release());
        Both(() => mutex.WaitOne(1000), () => mutex.ReleaseMutex());
        Both(() => mutex.WaitOne(TimeSpan.FromSeconds(1), false), () => mutex.ReleaseMutex());
        Both(() => WaitHandle.WaitAny([mutex, new ManualResetEvent(false)]) == 0, () => mutex.ReleaseMutex());
        Both(() => WaitHandle.WaitAll([mutex], 1000), () => mutex.ReleaseMutex());

        void Both(Func<bool> take, Action give) => Case.InTurn(
            () => { lock (gate) { if (take()) { give(); } } },
            () => { if (take()) { Monitor.Enter(gate); Monitor.Exit(gate); give(); } });
    }

    /// <summary>What throws has not been got, and is not wanted any more.</summary>
    [Case] public static void Silent_tries_that_throw()
    {
        ReaderWriterLockSlim slim = new();
        slim.EnterReadLock();
        Refused<LockRecursionException>(() => slim.TryEnterUpgradeableReadLock(1));
        slim.ExitReadLock();
        Refused<ArgumentOutOfRangeException>(() => Monitor.TryEnter(slim, TimeSpan.FromMilliseconds(-5)));
        Refused<ArgumentOutOfRangeException>(() => slim.TryEnterReadLock(-2));
        Refused<ArgumentOutOfRangeException>(() => Task.Delay(1).Wait(TimeSpan.FromMilliseconds(-5)));
        Refused<ArgumentNullException>(() => Monitor.TryEnter(null!, 1));
        Refused<NullReferenceException>(() => ((SemaphoreSlim)null!).Wait(1));
        lock (slim) { }

        static void Refused<T>(Action act) where T : Exception
        {
            try { act(); }
            catch (T) { return; }
            throw new InvalidOperationException();
        }
    }

    [Case] public static void NCS0106_task_waited_for_for_ever()
    {
        Task task = Task.Run(() => { lock (s_wait) { } });
        Thread.Sleep(200);
        lock (s_wait) { task.Wait(Forever); }
    }

    [Case] public static void NCS0106_thread_joined_for_ever()
    {
        var thread = new Thread(static () => { lock (s_join) { } });
        thread.Start();
        Thread.Sleep(200);
        lock (s_join) { thread.Join(Timeout.InfiniteTimeSpan); }
    }

    [Case] public static void NCS0112_2_threads_that_try_for_ever()
    {
        object one = new(), other = new();
        using Barrier meet = new(2);
        Case.AtOnce(() => Take(one, other), () => Take(other, one));

        void Take(object first, object second)
        {
            lock (first)
            {
                meet.SignalAndWait();
                if (Monitor.TryEnter(second, Forever)) { Monitor.Exit(second); }
            }
        }
    }
}
