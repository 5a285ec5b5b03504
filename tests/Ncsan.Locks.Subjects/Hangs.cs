namespace Ncsan.Locks.Subjects;

/// <summary>Programs that really hang: the run must end with a report. The number in a name says how many threads and flows are in the circle.</summary>
public static class Hangs
{
    private static readonly object s_a = new(), s_b = new(), s_e = new();
    private static readonly Lock s_c = new(), s_d = new();
    private static readonly SemaphoreSlim s_once = new(1, 1), s_s1 = new(1, 1), s_s2 = new(1, 1);
    private static readonly Semaphore s_old1 = new(1, 1);
    private static readonly Mutex s_m1 = new(), s_m2 = new();
    private static readonly ReaderWriterLockSlim s_rw = new(), s_rw2 = new();
    private static readonly ReaderWriterLock s_legacy = new(), s_legacy2 = new();
    private static readonly Barrier s_meet = new(2);
    private static SpinLock s_spin1 = new(false), s_spin2 = new(false);

    private static void Meet() => s_meet.SignalAndWait();

    private static void Both(Action one, Action two) => Case.AtOnce(one, two);

    [Case] public static void NCS0112_2_monitors() => Both(() => { lock (s_a) { Meet(); lock (s_b) { } } }, () => { lock (s_b) { Meet(); lock (s_a) { } } });

    [Case] public static void NCS0112_2_Locks() => Both(() => { lock (s_c) { Meet(); lock (s_d) { } } }, () => { lock (s_d) { Meet(); lock (s_c) { } } });

    [Case] public static void NCS0112_1_semaphore_taken_twice()
    {
        s_once.Wait();
        s_once.Wait();
    }

    [Case] public static void NCS0112_2_writer_and_monitor() => Both(() => { s_rw.EnterWriteLock(); Meet(); lock (s_a) { } }, () => { lock (s_a) { Meet(); s_rw.EnterReadLock(); } });

    [Case] public static void NCS0112_2_mutexes() => Both(() => { s_m1.WaitOne(); Meet(); s_m2.WaitOne(); }, () => { s_m2.WaitOne(); Meet(); s_m1.WaitOne(); });

    [Case] public static void NCS0112_2_readers_that_want_to_write() => Both(
        () => { s_rw.EnterReadLock(); Meet(); s_rw2.EnterWriteLock(); },
        () => { s_rw2.EnterReadLock(); Meet(); s_rw.EnterWriteLock(); });

    [Case] public static void NCS0112_2_upgraders_and_a_reader() => Both(
        () => { lock (s_b) { s_rw.EnterUpgradeableReadLock(); Meet(); s_rw.EnterWriteLock(); } },
        () => { s_rw.EnterReadLock(); Meet(); lock (s_b) { } });

    [Case] public static void NCS0112_2_legacy_reader_writer_locks() => Both(
        () => { s_legacy.AcquireWriterLock(-1); Meet(); s_legacy2.AcquireReaderLock(-1); },
        () => { s_legacy2.AcquireWriterLock(-1); Meet(); s_legacy.AcquireReaderLock(-1); });

    [Case] public static void NCS0112_2_semaphore_and_Lock() => Both(
        () => { s_s1.Wait(); try { Meet(); lock (s_c) { } } finally { s_s1.Release(); } },
        () => { lock (s_c) { Meet(); s_s1.Wait(); s_s1.Release(); } });

    [Case] public static void NCS0112_2_old_semaphore_and_mutex() => Both(
        () => { s_old1.WaitOne(); try { Meet(); s_m1.WaitOne(); } finally { s_old1.Release(); } },
        () => { s_m1.WaitOne(); Meet(); s_old1.WaitOne(); s_old1.Release(); });

    [Case] public static void NCS0112_2_spin_locks() => Both(
        () => { bool a = false, b = false; s_spin1.Enter(ref a); Meet(); s_spin2.Enter(ref b); },
        () => { bool a = false, b = false; s_spin2.Enter(ref b); Meet(); s_spin1.Enter(ref a); });

    [Case] public static void NCS0112_3_types_in_a_circle()
    {
        using var all = new Barrier(3);
        Case.AtOnce(
            () => { lock (s_a) { all.SignalAndWait(); lock (s_c) { } } },
            () => { lock (s_c) { all.SignalAndWait(); s_rw.EnterWriteLock(); } },
            () => { s_rw.EnterReadLock(); all.SignalAndWait(); lock (s_a) { } });
    }

    [Case] public static void NCS0112_2_wait_for_a_task_that_wants_the_lock()
    {
        lock (s_a) { Task.Run(() => { lock (s_a) { } }).Wait(); }
    }

    [Case] public static void NCS0112_2_result_of_a_task_that_wants_the_lock()
    {
        lock (s_a) { _ = Task.Run(() => { lock (s_a) { return 1; } }).Result; }
    }

    [Case] public static void NCS0112_2_join_of_a_thread_that_wants_the_lock()
    {
        lock (s_a)
        {
            var thread = new Thread(() => { lock (s_a) { } });
            thread.Start();
            thread.Join();
        }
    }

    [Case] public static void NCS0112_2_WaitAll_over_a_task_that_wants_the_lock()
    {
        lock (s_c) { Task.WaitAll(Task.CompletedTask, Task.Run(() => { lock (s_c) { } })); }
    }

    [Case] public static void NCS0112_2_WaitAll_of_an_array()
    {
        Task[] tasks = [Task.Run(() => { lock (s_c) { Thread.Sleep(50); } }), Task.Run(() => { Thread.Sleep(20); lock (s_c) { } })];
        lock (s_c) { tasks[0] = Task.Run(() => { lock (s_c) { } }); Task.WaitAll(tasks); }
    }

    private static async Task TakeAsync(SemaphoreSlim semaphore)
    {
        await semaphore.WaitAsync();
        semaphore.Release();
    }

    [Case] public static void NCS0112_2_sync_over_async_under_the_semaphore()
    {
        s_s1.Wait();
        try { TakeAsync(s_s1).GetAwaiter().GetResult(); }
        finally { s_s1.Release(); }
    }

    [Case] public static void NCS0112_2_Run_over_async_under_the_semaphore()
    {
        s_s1.Wait();
        try { Task.Run(async () => { await Task.Yield(); await TakeAsync(s_s1); }).Wait(); }
        finally { s_s1.Release(); }
    }

    private static async Task<int> LoadAsync()
    {
        await Task.Delay(10);
        lock (s_e) { return 1; }
    }

    [Case] public static void NCS0112_2_result_under_the_lock_that_the_method_takes_later()
    {
        lock (s_e) { _ = LoadAsync().Result; }
    }

    private static async ValueTask<int> ValueAsync(SemaphoreSlim semaphore)
    {
        await TakeAsync(semaphore);
        return 1;
    }

    [Case] public static void NCS0112_2_value_task_under_the_semaphore()
    {
        s_s1.Wait();
        try { _ = ValueAsync(s_s1).Result; }
        finally { s_s1.Release(); }
    }

    private static async Task NestAsync(SemaphoreSlim first, SemaphoreSlim second, Barrier meet)
    {
        await first.WaitAsync();
        try
        {
            await Task.Run(meet.SignalAndWait);
            await second.WaitAsync();
            second.Release();
        }
        finally { first.Release(); }
    }

    [Case] public static async Task NCS0112_2_async_flows() => await Task.WhenAll(Task.Run(() => NestAsync(s_s1, s_s2, s_meet)), Task.Run(() => NestAsync(s_s2, s_s1, s_meet)));

    [Case] public static void NCS0112_2_async_flows_that_nobody_waits_for()
    {
        _ = NestAsync(s_s1, s_s2, s_meet);
        _ = NestAsync(s_s2, s_s1, s_meet);
        Thread.Sleep(60_000);
    }

    [Case] public static async Task NCS0112_2_async_lock_taken_again_by_its_flow()
    {
        await s_s1.WaitAsync();
        try { await TakeAsync(s_s1); }
        finally { s_s1.Release(); }
    }

    [Case] public static void NCS0112_3_flow_and_threads() => Both(
        () => Async().Wait(),
        () => { lock (s_a) { Meet(); s_s1.Wait(); s_s1.Release(); } });

    private static async Task Async()
    {
        await s_s1.WaitAsync();
        try { await Task.Run(() => { Meet(); lock (s_a) { } }); }
        finally { s_s1.Release(); }
    }

    [Case] public static void NCS0112_2_result_on_a_single_threaded_context()
    {
        using var pump = new Flows.Pump();
        pump.Run(() => LaterAsync().Wait());
    }

    private static async Task LaterAsync() { await Task.Delay(1); }

    [Case] public static void NCS0112_2_result_of_Run_on_a_single_threaded_context()
    {
        using var pump = new Flows.Pump();
        pump.Run(() => { _ = NumberAsync().Result; });
    }

    private static async Task<int> NumberAsync() { await Task.Yield(); return 1; }

    [Case] public static void NCS0112_2_tasks_that_wait_for_each_other()
    {
        Task? other = null;
        using var ready = new ManualResetEventSlim();
        Task one = Task.Factory.StartNew(() => { ready.Wait(); other!.Wait(); }, TaskCreationOptions.LongRunning);
        other = Task.Factory.StartNew(() => one.Wait(), TaskCreationOptions.LongRunning);
        ready.Set();
        one.Wait();
    }

    [Case] public static void NCS0112_2_parallel_loop_under_the_lock()
    {
        lock (s_e) { Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ => { Thread.Sleep(20); lock (s_e) { } }); }
    }

    [Case] public static void NCS0112_2_lazy_and_the_lock_its_factory_takes()
    {
        object gate = new();
        var lazy = new Lazy<int>(() => { Meet(); lock (gate) { return 1; } });
        Both(() => _ = lazy.Value, () => { lock (gate) { Meet(); _ = lazy.Value; } });
    }

    [Case] public static void NCS0112_2_lazy_whose_factory_waits_for_a_task_that_needs_it()
    {
        Lazy<int>? lazy = null;
        lazy = new Lazy<int>(() => Task.Run(() => lazy!.Value).Result);
        _ = lazy.Value;
    }

    private static class Held
    {
        internal static readonly int Value = Make();

        private static int Make() { Meet(); lock (s_a) { return 1; } }
    }

    [Case] public static void NCS0112_2_type_initialiser_and_the_lock_it_takes() => Both(() => _ = Held.Value, () => { lock (s_a) { Meet(); _ = Held.Value; } });

    private static class Waiting
    {
        internal static readonly int Value = Task.Run(() => Twice(1)).Result;

        private static readonly int s_factor = 2;

        private static int Twice(int number) => number * s_factor;
    }

    [Case] public static void NCS0112_2_type_initialiser_that_waits_for_a_task_that_uses_the_type() => _ = Waiting.Value;

    private static class Exact
    {
        internal static readonly int Value;

        static Exact() => Value = Task.Run(Compute).Result;

        private static int Compute() => 1;
    }

    [Case] public static void NCS0112_2_type_initialiser_that_waits_for_its_own_method() => _ = Exact.Value;

    [Case] public static void NCS0112_2_registration_and_the_lock_its_callback_takes()
    {
        using var stop = new CancellationTokenSource();
        CancellationTokenRegistration one = stop.Token.Register(() => { Meet(); lock (s_a) { } });
        Both(stop.Cancel, () => { lock (s_a) { Meet(); one.Dispose(); } });
    }

    [Case] public static void NCS0112_2_loop_with_a_state_under_the_lock()
    {
        lock (s_e) { Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, () => 0, (_, _, local) => { Thread.Sleep(20); lock (s_e) { return local; } }, _ => { }); }
    }

    [Case] public static void NCS0112_2_event_that_is_set_by_who_wants_the_lock()
    {
        using var done = new ManualResetEventSlim();
        lock (s_a) { Task.Run(() => { lock (s_a) { } done.Set(); }); done.Wait(); }
    }

    [Case] public static void NCS0112_2_handle_that_is_set_by_who_wants_the_lock()
    {
        using var done = new AutoResetEvent(false);
        s_rw.EnterWriteLock();
        var thread = new Thread(() => { s_rw.EnterReadLock(); done.Set(); });
        thread.Start();
        done.WaitOne();
    }

    [Case] public static void NCS0112_2_collection_that_is_filled_by_who_wants_the_lock()
    {
        using var items = new System.Collections.Concurrent.BlockingCollection<int>();
        lock (s_c) { Task.Run(() => { lock (s_c) { items.Add(1); } }); items.Take(); }
    }

    [Case] public static void NCS0112_2_semaphore_that_is_released_by_who_wants_the_lock()
    {
        using var done = new SemaphoreSlim(0);
        lock (s_a) { Task.Run(() => { lock (s_a) { done.Release(); } }); done.Wait(); }
    }

    [Case] public static void NCS0112_2_WhenAll_under_the_lock_that_one_of_them_wants()
    {
        lock (s_a) { Task.WhenAll(Task.Run(() => { lock (s_a) { } }), Task.CompletedTask).Wait(); }
    }
}
