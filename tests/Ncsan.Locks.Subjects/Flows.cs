namespace Ncsan.Locks.Subjects;

/// <summary>Waits that are not locks, async ownership and contexts.</summary>
public static class Flows
{
    private static readonly object s_l1 = new(), s_l2 = new(), s_l3 = new(), s_l4 = new(), s_l5 = new(), s_l6 = new(), s_l7 = new();

    [Case] public static void NCS0106_wait_under_the_lock_that_the_task_took()
    {
        Task task = Task.Run(() => { lock (s_l1) { } });
        while (!task.IsCompleted) { Thread.Yield(); }
        lock (s_l1) { task.Wait(); }
    }

    private static void Work() { lock (s_l2) { Thread.Sleep(1); } }

    [Case] public static void NCS0106_join_under_the_lock_that_the_thread_took()
    {
        var thread = new Thread(Work);
        thread.Start();
        while (thread.IsAlive) { Thread.Yield(); }
        lock (s_l2) { thread.Join(); }
    }

    private static async Task WorkAsync() { await Task.Delay(1); lock (s_l3) { } await Task.Delay(1); }

    [Case] public static void NCS0106_wait_on_an_async_method_over_another_lock()
    {
        WorkAsync().Wait();
        Case.InTurn(() => { lock (s_l3) { lock (s_l4) { } } }, () => { lock (s_l4) { Task.CompletedTask.Wait(); } });
        lock (s_l4) { OtherAsync().GetAwaiter().GetResult(); }
    }

    private static async Task OtherAsync() { await Task.Delay(20); lock (s_l3) { } }

    [Case] public static void Silent_wait_outside_of_the_lock()
    {
        Task task = Task.Run(() => { lock (s_l5) { } });
        lock (s_l5) { }
        task.Wait();
    }

    [Case] public static async Task Silent_result_of_a_task_that_was_awaited()
    {
        Task<int> task = Task.Run(() => { lock (s_l6) { return 1; } });
        await task;
        lock (s_l6) { _ = task.Result; }
    }

    private static readonly SemaphoreSlim s_a1 = new(1, 1), s_a2 = new(1, 1), s_a3 = new(1, 1), s_a4 = new(1, 1), s_a5 = new(1, 1), s_a6 = new(1, 1);

    private static async Task Both(SemaphoreSlim first, SemaphoreSlim second)
    {
        await first.WaitAsync();
        try
        {
            await Task.Delay(1);
            await second.WaitAsync();
            await Task.Yield();
            second.Release();
        }
        finally { first.Release(); }
    }

    [Case] public static async Task NCS0101_async_locks_in_both_orders()
    {
        await Forth();
        await Back();

        static async Task Forth() { await s_a1.WaitAsync(); await Task.Delay(1); await s_a2.WaitAsync().ConfigureAwait(false); await Task.Yield(); s_a2.Release(); s_a1.Release(); }
        static async Task Back() { await s_a2.WaitAsync(CancellationToken.None); await Task.Yield(); await s_a1.WaitAsync(); s_a1.Release(); await Task.Yield(); s_a2.Release(); }
    }

    [Case] public static async Task Silent_async_locks_in_one_order()
    {
        await Both(s_a3, s_a4);
        await Both(s_a3, s_a4);
    }

    [Case] public static async Task NCS0103_async_locks_of_one_field_in_both_orders()
    {
        Room one = new(), two = new();
        await Room.Pair(one, two);
        await Room.Pair(two, one);
    }

    private sealed class Room
    {
        private readonly SemaphoreSlim _door = new(1, 1);

        public static async Task Pair(Room a, Room b)
        {
            await a._door.WaitAsync();
            await Task.Yield();
            await b._door.WaitAsync();
            b._door.Release();
            a._door.Release();
        }
    }

    [Case] public static async Task Silent_async_lock_with_a_timeout_that_passes()
    {
        await s_a5.WaitAsync();
        if (await s_a5.WaitAsync(1)) { s_a5.Release(); }
        s_a5.Release();
        await s_a6.WaitAsync();
        if (await s_a5.WaitAsync(0)) { s_a5.Release(); }
        s_a6.Release();
        await s_a5.WaitAsync();
        await s_a6.WaitAsync();
        s_a6.Release();
        s_a5.Release();
    }

    private static readonly ReaderWriterLockSlim s_rw = new();

    [Case] public static async Task NCS0110_writer_lock_held_across_an_await()
    {
        s_rw.EnterWriteLock();
        await Task.Delay(1);
    }

    private static readonly object s_leftByWork = new(), s_leftByFlow = new();

    [Case] public static void NCS0110_monitor_left_behind_by_a_task() => Task.Run(static () => Monitor.Enter(s_leftByWork)).Wait();

    [Case] public static void NCS0110_monitor_left_behind_by_an_async_method()
    {
        Enter().Wait();

        static async Task Enter() { await Task.Delay(1); Monitor.Enter(s_leftByFlow); }
    }

    [Case] public static void NCS0110_mutex_left_behind_by_a_thread()
    {
        var mutex = new Mutex();
        Case.InTurn(() => mutex.WaitOne());
    }

    [Case] public static void NCS0109_exit_by_another_thread()
    {
        var gate = new object();
        lock (gate)
        {
            Case.InTurn(() => { try { Monitor.Exit(gate); } catch (SynchronizationLockException) { } });
        }
    }

    private static SpinLock s_spin = new(enableThreadOwnerTracking: false);

    [Case] public static void NCS0108_lock_under_a_spin_lock()
    {
        bool taken = false;
        s_spin.Enter(ref taken);
        lock (s_l7) { }
        s_spin.Exit();
    }

    private static SpinLock s_spin2 = new(enableThreadOwnerTracking: false);

    [Case] public static void NCS0108_sleep_under_a_spin_lock()
    {
        bool taken = false;
        s_spin2.Enter(ref taken);
        Thread.Sleep(0);
        s_spin2.Exit();
    }

    private static readonly object s_c1 = new(), s_c2 = new();

    private sealed class Job
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly TaskCompletionSource<int> _done = new();

        public CancellationToken Stopping => _stop.Token;

        public Task<int> Done => _done.Task;

        public void Stop() => _stop.Cancel();

        public void StopUnder(object gate) { lock (gate) { _stop.Cancel(); } }

        public void Finish() => _done.SetResult(1);

        public void FinishUnder(object gate) { lock (gate) { _done.SetResult(1); } }
    }

    /// <summary>The callback that takes a lock is another job's than the one that is cancelled under one: nothing nests in this run.</summary>
    [Case] public static void NCS0105_cancel_under_a_lock_that_a_callback_leads_to()
    {
        Job one = new(), two = new();
        one.Stopping.Register(() => { lock (s_c1) { } });
        Case.InTurn(one.Stop, () => two.StopUnder(s_c2), () => { lock (s_c1) { lock (s_c2) { } } });
    }

    private static readonly object s_t1 = new(), s_t2 = new();

    [Case] public static void NCS0105_inline_continuation_under_a_lock()
    {
        Job one = new(), two = new();
        Task waiter = Await(one);
        Case.InTurn(one.Finish, () => two.FinishUnder(s_t2), () => { lock (s_t1) { lock (s_t2) { } } });
        waiter.Wait();

        static async Task Await(Job job) { await job.Done; lock (s_t1) { } }
    }

    private static readonly object s_t3 = new(), s_t4 = new();

    [Case] public static void Silent_asynchronous_continuation_under_a_lock()
    {
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task waiter = Await(done.Task);
        Case.InTurn(() => { lock (s_t4) { done.SetResult(1); } }, () => { lock (s_t3) { lock (s_t4) { } } });
        waiter.Wait();

        static async Task Await(Task task) { await task; lock (s_t3) { } }
    }

    [Case] public static void NCS0107_result_on_a_single_threaded_context()
    {
        using var pump = new Pump();
        pump.Run(() => { if (!LaterAsync(1).Wait(50)) { } });
        pump.Run(() => LaterAsync(0).Wait());
    }

    [Case] public static void Silent_timed_wait_on_a_single_threaded_context()
    {
        using var pump = new Pump();
        pump.Run(() => OtherLaterAsync().Wait(50));
    }

    [Case] public static void Silent_result_on_a_single_threaded_context_without_capture()
    {
        using var pump = new Pump();
        pump.Run(() => FreeAsync().Wait());
    }

    private static async Task LaterAsync(int after) { await Task.Delay(after); }

    private static async Task OtherLaterAsync() { await Task.Delay(1); }

    private static async Task FreeAsync() { await Task.Delay(1).ConfigureAwait(false); }

    /// <summary>A context whose code all runs on one thread, as a user interface's does.</summary>
    internal sealed class Pump : SynchronizationContext, IDisposable
    {
        private readonly System.Collections.Concurrent.BlockingCollection<(SendOrPostCallback, object?)> _queue = [];
        private readonly Thread _thread;

        public Pump()
        {
            _thread = new Thread(() =>
            {
                SetSynchronizationContext(this);
                foreach (var (callback, state) in _queue.GetConsumingEnumerable()) { callback(state); }
            });
            _thread.Start();
        }

        public override void Post(SendOrPostCallback d, object? state) => _queue.Add((d, state));

        public override void Send(SendOrPostCallback d, object? state)
        {
            using var done = new ManualResetEventSlim();
            _queue.Add((given => { d(given); done.Set(); }, state));
            done.Wait();
        }

        /// <summary>As other code posts, which knows no more than that it is a context.</summary>
        public void Begin(Action action) => ((SynchronizationContext)this).Post(_ => action(), null);

        public void Sent(Action action) => ((SynchronizationContext)this).Send(_ => action(), null);

        public void Run(Action action)
        {
            using var done = new ManualResetEventSlim();
            Post(_ => { action(); done.Set(); }, null);
            done.Wait();
        }

        public void Dispose()
        {
            _queue.CompleteAdding();
            _thread.Join();
        }
    }
}
