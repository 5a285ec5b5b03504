namespace Ncsan.Locks.Subjects;

/// <summary>Waits for callbacks: a registration that is disposed of, a timer's end, the bodies of loops in all their forms.</summary>
public static class Callbacks
{
    private static readonly object s_a = new(), s_b = new(), s_c = new(), s_d = new(), s_e = new();

    [Case] public static void NCS0106_registration_disposed_of_under_the_lock_that_its_callback_takes()
    {
        using var stop = new CancellationTokenSource();
        CancellationTokenRegistration one = Register(stop.Token);
        Case.InTurn(() => { lock (s_a) { one.Dispose(); } }, () => { Register(stop.Token); stop.Cancel(); });

        static CancellationTokenRegistration Register(CancellationToken token) => token.Register(() => { lock (s_a) { } });
    }

    [Case] public static void NCS0106_registration_in_a_using_under_the_lock()
    {
        using var stop = new CancellationTokenSource();
        Case.InTurn(() => Use(stop, cancel: false), () => Use(stop, cancel: true));

        static void Use(CancellationTokenSource stop, bool cancel)
        {
            if (cancel) { Register(stop.Token); stop.Cancel(); return; }
            lock (s_b) { using CancellationTokenRegistration registration = Register(stop.Token); }
        }

        static CancellationTokenRegistration Register(CancellationToken token) => token.Register(static _ => { lock (s_b) { } }, null);
    }

    [Case] public static void Silent_registration_disposed_of_outside_of_the_lock()
    {
        object gate = new();
        using var stop = new CancellationTokenSource();
        using CancellationTokenRegistration one = stop.Token.Register(() => { lock (gate) { } });
        lock (gate) { }
        stop.Cancel();
    }

    [Case] public static void Silent_registration_disposed_of_by_its_own_callback()
    {
        object gate = new();
        using var stop = new CancellationTokenSource();
        CancellationTokenRegistration one = default;
        one = stop.Token.Register(() => { lock (gate) { one.Dispose(); } });
        stop.Cancel();
    }

    [Case] public static void NCS0106_timer_waited_for_under_the_lock_that_its_callback_takes()
    {
        using var fired = new ManualResetEventSlim();
        var timer = new Timer(_ => { lock (s_c) { fired.Set(); } }, null, 0, -1);
        fired.Wait();
        lock (s_c) { using var ended = new ManualResetEvent(false); if (timer.Dispose(ended)) { ended.WaitOne(); } }
    }

    [Case] public static void Silent_timer_waited_for_outside_of_the_lock()
    {
        object gate = new();
        using var fired = new ManualResetEventSlim();
        var timer = new Timer(_ => { lock (gate) { fired.Set(); } }, null, 0, -1);
        fired.Wait();
        lock (gate) { }
        using var ended = new ManualResetEvent(false);
        if (timer.Dispose(ended)) { ended.WaitOne(); }
    }

    [Case] public static void NCS0106_loop_with_a_state_for_each_thread_under_its_lock()
    {
        Parallel.For(0, 2, () => 0, Body, _ => { });
        lock (s_d) { Parallel.For(0, 0, () => 0, Body, _ => { }); }

        static int Body(int item, ParallelLoopState state, int local) { lock (s_d) { return local + item; } }
    }

    [Case] public static void NCS0106_loop_over_items_with_an_index_under_its_lock()
    {
        int[] items = [1, 2];
        Parallel.ForEach(items, Body);
        lock (s_e) { Parallel.ForEach([], (Action<int, ParallelLoopState, long>)Body); }

        static void Body(int item, ParallelLoopState state, long index) { lock (s_e) { } }
    }

    [Case] public static void Silent_loops_with_states_outside_of_the_lock()
    {
        object gate = new();
        long sum = 0;
        Parallel.ForEach(Enumerable.Range(0, 20), () => 0L, (item, _, local) => local + item, local => { lock (gate) { sum += local; } });
        Parallel.ForEach(Enumerable.Range(0, 20), () => 0L, (item, _, _, local) => local + item, local => { lock (gate) { sum += local; } });
        lock (gate) { if (sum != 380) { throw new InvalidOperationException(); } }
    }
}
