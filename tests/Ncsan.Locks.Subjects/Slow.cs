namespace Ncsan.Locks.Subjects;

/// <summary>Programs whose threads wait for so long that the hang watch looks at them more than twice, and that are no deadlock.</summary>
public static class Slow
{
    private const int Long = 700;

    private static readonly object s_gate = new();

    [Case] public static void Silent_slow_semaphore_waited_for_twice_as_a_signal()
    {
        var turn = new SemaphoreSlim(1);
        turn.Wait();
        var other = new Thread(() => { Thread.Sleep(Long); turn.Release(); });
        other.Start();
        turn.Wait();
        other.Join();
    }

    [Case] public static async Task Silent_slow_async_signal()
    {
        var turn = new SemaphoreSlim(1);
        await turn.WaitAsync();
        _ = Task.Delay(Long).ContinueWith(_ => turn.Release());
        await turn.WaitAsync();
    }

    [Case] public static void Silent_slow_holder_that_others_wait_for() => Case.AtOnce(
        () => { lock (s_gate) { Thread.Sleep(Long); } },
        () => { lock (s_gate) { } },
        () => { lock (s_gate) { } });

    [Case] public static void Silent_slow_task_that_its_waiter_runs_himself()
    {
        lock (s_gate)
        {
            var task = new Task(() => { lock (s_gate) { Thread.Sleep(Long); } });
            task.Start(TaskScheduler.Default);
            if (!task.Wait(0)) { var inline = new Task(() => { lock (s_gate) { Thread.Sleep(1); } }); inline.RunSynchronously(); }
        }
    }

    [Case] public static void Silent_slow_parallel_loop()
    {
        object gate = new();
        Parallel.For(0, 4, _ => { lock (gate) { Thread.Sleep(Long / 3); } });
        Parallel.Invoke(() => { lock (gate) { Thread.Sleep(Long / 2); } }, () => { lock (gate) { Thread.Sleep(Long / 2); } });
    }

    [Case] public static void Silent_slow_readers_and_a_writer()
    {
        var rw = new ReaderWriterLockSlim();
        Case.AtOnce(
            () => { rw.EnterReadLock(); Thread.Sleep(Long); rw.ExitReadLock(); },
            () => { Thread.Sleep(Long / 8); rw.EnterWriteLock(); rw.ExitWriteLock(); },
            () => { Thread.Sleep(Long / 4); rw.EnterReadLock(); rw.ExitReadLock(); });
    }

    [Case] public static async Task Silent_slow_async_holder()
    {
        var door = new SemaphoreSlim(1, 1);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            await door.WaitAsync();
            try { await Task.Delay(Long / 2); }
            finally { door.Release(); }
        })));
    }

    [Case] public static void Silent_slow_wait_that_is_cancelled()
    {
        using var stop = new CancellationTokenSource(Long);
        var door = new SemaphoreSlim(1, 1);
        var holder = new Thread(() => { door.Wait(); stop.Token.WaitHandle.WaitOne(); door.Release(); });
        holder.Start();
        while (door.CurrentCount > 0) { Thread.Yield(); }
        // Now and then the holder is out before the waiter has heard of the end.
        try { door.Wait(stop.Token); door.Release(); }
        catch (OperationCanceledException) { }

        holder.Join();
    }

    [Case] public static void Silent_slow_pump_whose_thread_works()
    {
        using var pump = new Flows.Pump();
        Task? later = null;
        pump.Run(() => later = Later());
        pump.Run(() => Thread.Sleep(Long));
        later!.Wait();

        static async Task Later() { await Task.Delay(1); }
    }

    /// <summary>Everybody waits, one of them for a signal, and for longer than the hang watch looks: but a timer is left, or a child process.</summary>
    [Case] public static void Silent_slow_signals_under_a_lock() => Case.AtOnce(
        () => Await(done => { var timer = new Timer(_ => done.Set(), null, 3 * Long, -1); return timer; }),
        () => Await(done =>
        {
            var child = System.Diagnostics.Process.Start("sleep", "4");
            child.EnableRaisingEvents = true;
            child.Exited += (_, _) => done.Set();
            return child;
        }));

    private static void Await(Func<ManualResetEventSlim, IDisposable> begin)
    {
        object gate = new();
        using var done = new ManualResetEventSlim();
        using var held = new ManualResetEventSlim();
        Case.AtOnce(() => { lock (gate) { held.Set(); using (begin(done)) { done.Wait(); } } }, () => { held.Wait(); lock (gate) { } });
    }

    /// <summary>A context that runs what it is sent while it waits for another, as windows do.</summary>
    private sealed class Nesting : SynchronizationContext
    {
        private readonly System.Collections.Concurrent.BlockingCollection<(SendOrPostCallback?, object?)> _queue = [];
        private readonly Thread _thread;

        public Nesting()
        {
            _thread = new Thread(() => { SetSynchronizationContext(this); Run(static () => false); }) { IsBackground = true };
            _thread.Start();
        }

        public override void Post(SendOrPostCallback d, object? state) => _queue.Add((d, state));

        public override void Send(SendOrPostCallback d, object? state)
        {
            using var done = new ManualResetEventSlim();
            var mine = Current as Nesting;
            Post(given => { d(given); done.Set(); mine?._queue.Add((null, null)); }, state);
            if (mine is null) { done.Wait(); } else { mine.Run(() => done.IsSet); }
        }

        private void Run(Func<bool> until)
        {
            while (!until()) { if (_queue.Take() is var (body, state) && body is not null) { body(state); } }
        }
    }

    [Case] public static void Silent_slow_contexts_that_run_what_they_are_sent_while_they_send()
    {
        SynchronizationContext one = new Nesting(), two = new Nesting();
        one.Send(_ => two.Send(_ => one.Send(_ => Thread.Sleep(Long), null), null), null);
    }

    [Case] public static void Silent_slow_context_that_is_sent_something_long()
    {
        using var pump = new Flows.Pump();
        Case.AtOnce(() => pump.Sent(() => Thread.Sleep(Long)), () => pump.Sent(() => { }), () => { Thread.Sleep(Long / 4); lock (s_gate) { pump.Sent(() => { }); } });
    }

    [Case] public static void Silent_slow_finalizers_that_are_waited_for()
    {
        Case.InTurn(() => _ = new Lingering());
        lock (s_gate)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private sealed class Lingering
    {
        ~Lingering() { Thread.Sleep(Long); }
    }
}
