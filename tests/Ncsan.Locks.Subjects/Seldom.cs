using System.Runtime.CompilerServices;

namespace Ncsan.Locks.Subjects;

/// <summary>What seldom takes, gives back or waits for a lock.</summary>
public static class Seldom
{
    private static readonly object s_a = new(), s_b = new(), s_c = new(), s_d = new(), s_e = new(), s_f = new(), s_g = new(), s_h = new();

    private sealed class Counter
    {
        private readonly object _inner = new();
        private int _value;

        [MethodImpl(MethodImplOptions.Synchronized)]
        public int Next() { lock (_inner) { return ++_value; } }

        [MethodImpl(MethodImplOptions.Synchronized)]
        public static string? Shared(string? text) => text ?? throw new ArgumentNullException(nameof(text));

        public int Back() { lock (_inner) { return Next(); } }
    }

    [Case] public static void NCS0101_synchronized_method_against_a_lock()
    {
        var counter = new Counter();
        Case.InTurn(() => counter.Next(), () => counter.Back());
        if (counter.Next() != 3) { throw new InvalidOperationException(); }
    }

    [Case] public static void Silent_synchronized_methods_that_throw()
    {
        for (int i = 0; i < 3; i++) { try { Counter.Shared(i == 1 ? "" : null); } catch (ArgumentNullException) { } }
        Case.InTurn(() => Counter.Shared(""), () => { lock (typeof(Counter)) { } });
    }

    private static readonly ReaderWriterLock s_old1 = new(), s_old2 = new(), s_old3 = new();

    [Case] public static void NCS0101_upgrade_of_a_legacy_lock() => Case.InTurn(
        () => { s_old1.AcquireReaderLock(-1); LockCookie cookie = s_old1.UpgradeToWriterLock(-1); lock (s_a) { } s_old1.DowngradeFromWriterLock(ref cookie); s_old1.ReleaseReaderLock(); },
        () => { lock (s_a) { s_old1.AcquireReaderLock(TimeSpan.FromMilliseconds(-1)); s_old1.ReleaseReaderLock(); } });

    [Case] public static void Silent_upgrade_gives_the_reader_back_first() => Case.InTurn(
        () => { s_old2.AcquireReaderLock(-1); LockCookie cookie = s_old2.UpgradeToWriterLock(-1); s_old2.DowngradeFromWriterLock(ref cookie); s_old2.ReleaseReaderLock(); },
        () => { s_old2.AcquireWriterLock(-1); LockCookie cookie = s_old2.ReleaseLock(); lock (s_b) { } s_old2.RestoreLock(ref cookie); s_old2.ReleaseWriterLock(); },
        () => { lock (s_b) { s_old2.AcquireWriterLock(-1); s_old2.ReleaseWriterLock(); } },
        () => { s_old3.AcquireWriterLock(-1); s_old3.AcquireWriterLock(-1); s_old3.ReleaseLock(); });

    private static readonly Mutex s_m1 = new(), s_m2 = new(), s_m3 = new(), s_m4 = new();
    private static readonly ManualResetEvent s_open = new(true);

    [Case] public static void NCS0101_WaitAll_of_handles() => Case.InTurn(
        () => { lock (s_c) { WaitHandle.WaitAll([s_m1, s_open]); s_m1.ReleaseMutex(); } },
        () => { s_m1.WaitOne(); lock (s_c) { } s_m1.ReleaseMutex(); });

    [Case] public static void NCS0101_WaitAny_that_got_a_mutex() => Case.InTurn(
        () => { int got = WaitHandle.WaitAny([s_m2]); lock (s_d) { } if (got == 0) { s_m2.ReleaseMutex(); } },
        () => { lock (s_d) { s_m2.WaitOne(); s_m2.ReleaseMutex(); } });

    [Case] public static void NCS0101_SignalAndWait() => Case.InTurn(
        () => { s_m3.WaitOne(); lock (s_e) { WaitHandle.SignalAndWait(s_m3, s_m4); } s_m4.ReleaseMutex(); },
        () => { s_m4.WaitOne(); lock (s_e) { } s_m4.ReleaseMutex(); });

    [Case] public static void NCS0109_disposed_while_held()
    {
        var rw = new ReaderWriterLockSlim();
        rw.EnterReadLock();
        try { rw.Dispose(); } catch (SynchronizationLockException) { }
    }

    [Case] public static void Silent_disposed_after_release()
    {
        using var rw = new ReaderWriterLockSlim();
        rw.EnterWriteLock();
        rw.ExitWriteLock();
        using var slim = new SemaphoreSlim(1, 1);
        slim.Wait();
        slim.Release();
    }

    [Case] public static void NCS0109_Wait_without_the_lock()
    {
        try { Monitor.Wait(s_f); } catch (SynchronizationLockException) { }
    }

    [Case] public static void NCS0109_Pulse_without_the_lock()
    {
        try { Monitor.PulseAll(s_f); } catch (SynchronizationLockException) { }
    }

    private sealed class Feed
    {
        public event EventHandler? Changed;

        public event Action<int>? Moved;

        public void RaiseUnder(object gate) { lock (gate) { Changed?.Invoke(this, EventArgs.Empty); } }

        public void Raise() => Changed?.Invoke(this, EventArgs.Empty);

        public void Move() => Moved?.Invoke(1);
    }

    /// <summary>The handler that takes the lock is subscribed only after the event was raised under the other: nothing nests in this run.</summary>
    [Case] public static void NCS0105_event_under_a_lock_that_a_handler_leads_to()
    {
        var feed = new Feed();
        feed.Changed += (_, _) => { };
        Case.InTurn(
            () => feed.RaiseUnder(s_g),
            () => { feed.Changed += (_, _) => { lock (s_h) { } }; feed.Raise(); },
            () => { lock (s_h) { lock (s_g) { } } });
    }

    [Case] public static void Silent_event_of_another_object_under_the_lock()
    {
        object inner = new(), outer = new();
        Feed one = new(), two = new();
        one.Changed += (_, _) => { };
        Case.InTurn(
            () => one.RaiseUnder(outer),
            () => { two.Changed += (_, _) => { lock (inner) { } }; two.Raise(); two.Moved += _ => { lock (inner) { } }; two.Move(); },
            () => { lock (inner) { lock (outer) { } } });
    }

    [Case] public static void Silent_handler_that_takes_the_raisers_lock_again()
    {
        object gate = new();
        var feed = new Feed();
        feed.Changed += (_, _) => { lock (gate) { } };
        Case.InTurn(() => feed.RaiseUnder(gate), feed.Raise);
    }

    private sealed class Finalized(object gate)
    {
        ~Finalized() { lock (gate) { } }
    }

    private static readonly object s_fin = new();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drop() => _ = new Finalized(s_fin);

    [Case] public static void NCS0106_finalizers_waited_for_under_a_lock_that_one_takes()
    {
        Drop();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        lock (s_fin) { Waiting(); }

        static void Waiting() { GC.WaitForPendingFinalizers(); }
    }

    private static readonly object s_p = new(), s_q = new();

    [Case] public static void NCS0106_parallel_loop_under_the_lock_that_its_body_takes()
    {
        Parallel.For(0, 2, Body);
        lock (s_p) { Parallel.For(0, 0, Body); }

        static void Body(int _) { lock (s_p) { } }
    }

    private static readonly object s_k = new(), s_l = new();

    [Case] public static void NCS0105_inline_continuation_of_an_exception()
    {
        Promise one = new(), two = new();
        Task waiter = Await(one.Source.Task);
        Case.InTurn(() => one.Fail(), () => two.FailUnder(s_l), () => { lock (s_k) { lock (s_l) { } } });
        waiter.Wait();

        static async Task Await(Task task) { try { await task; } catch (InvalidOperationException) { lock (s_k) { } } }
    }

    private sealed class Promise
    {
        private readonly TaskCompletionSource _source = new();

        public TaskCompletionSource Source => _source;

        public void Fail() => _source.TrySetException(new InvalidOperationException());

        public void FailUnder(object gate) { lock (gate) { _source.SetException([new InvalidOperationException()]); _ = _source.Task.Exception; } }
    }

    private static readonly object s_ui = new();

    [Case] public static void NCS0101_send_to_a_context_under_a_lock_that_its_code_takes()
    {
        using var pump = new Flows.Pump();
        Case.InTurn(
            () => { using var done = new ManualResetEventSlim(); pump.Begin(() => { lock (s_ui) { } done.Set(); }); done.Wait(); },
            () => { lock (s_ui) { pump.Sent(() => { }); } });
    }

    [Case] public static void NCS0109_Exit_of_a_lock_that_nobody_took()
    {
        try { Monitor.Exit(new object()); } catch (SynchronizationLockException) { }
    }

    private static readonly Lock s_never = new();

    [Case] public static void NCS0109_Exit_of_a_Lock_that_nobody_took()
    {
        try { s_never.Exit(); } catch (SynchronizationLockException) { }
    }

    [Case] public static void NCS0109_ReleaseMutex_by_another_thread()
    {
        using var mutex = new Mutex();
        mutex.WaitOne();
        Case.InTurn(() => { try { mutex.ReleaseMutex(); } catch (ApplicationException) { } });
        mutex.ReleaseMutex();
    }

    private static readonly SemaphoreSlim s_full = new(1, 1);
    private static readonly Semaphore s_oldFull = new(1, 1);

    [Case] public static void NCS0109_semaphore_released_twice()
    {
        s_full.Wait();
        s_full.Release();
        try { s_full.Release(); } catch (SemaphoreFullException) { }
    }

    [Case] public static void NCS0109_old_semaphore_released_and_never_taken()
    {
        try { s_oldFull.Release(); } catch (SemaphoreFullException) { }
    }

    [Case] public static void Silent_semaphore_as_a_signal_that_is_up_already()
    {
        using var signal = new SemaphoreSlim(0, 1);
        for (int i = 0; i < 3; i++) { try { signal.Release(); } catch (SemaphoreFullException) { } }
        signal.Wait();
    }
}
