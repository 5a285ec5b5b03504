namespace Ncsan.Locks.Subjects;

/// <summary>One piece of code that runs many times, about different objects: whose lock a run takes is not what its code says.</summary>
public static class Runs
{
    private static readonly object s_p1 = new(), s_q1 = new(), s_p2 = new(), s_q2 = new(), s_p3 = new(), s_q3 = new(), s_p4 = new(), s_q4 = new(), s_p5 = new(), s_p6 = new(), s_p7 = new(), s_a1 = new(), s_b1 = new(), s_a2 = new(), s_b2 = new(), s_a3 = new(), s_b3 = new();

    private static Task Lambda(object gate) => Task.Run(() => { lock (gate) { Thread.Sleep(1); } });

    [Case] public static void Silent_one_lambda_is_given_different_locks()
    {
        Lambda(s_p1).Wait();
        lock (s_p1) { Lambda(s_q1).Wait(); }
    }

    private static Task State(object gate) => Task.Factory.StartNew(static state => { lock (state!) { Thread.Sleep(1); } }, gate, CancellationToken.None, TaskCreationOptions.None, TaskScheduler.Default);

    [Case] public static void Silent_one_body_is_given_different_locks_as_its_state()
    {
        lock (s_p2) { State(s_q2).Wait(); }
        State(s_p2).Wait();
    }

    private static async Task Parameter(object gate)
    {
        await Task.Yield();
        lock (gate) { Thread.Sleep(1); }
        await Task.Yield();
    }

    [Case] public static void Silent_one_async_method_is_given_different_locks()
    {
        Parameter(s_p3).Wait();
        lock (s_p3) { Parameter(s_q3).Wait(); }
    }

    private static Thread Threaded(object gate)
    {
        var thread = new Thread(() => { lock (gate) { Thread.Sleep(1); } });
        thread.Start();
        return thread;
    }

    [Case] public static void Silent_threads_of_one_lambda_are_given_different_locks()
    {
        Threaded(s_p4).Join();
        lock (s_p4) { Threaded(s_q4).Join(); }
    }

    private static async Task First()
    {
        lock (s_p5) { }
        await Task.Delay(1);
    }

    // Whoever has its task has it from the call, which is past the lock.
    [Case] public static void Silent_a_lock_that_an_async_method_takes_before_its_first_await()
    {
        First().Wait();
        lock (s_p5) { First().Wait(); }
    }

    [Case] public static void NCS0106_a_lock_that_an_async_method_takes_first_when_the_pool_runs_it()
    {
        Task task = Task.Run(async () => { lock (s_p6) { } await Task.Delay(1); });
        while (!task.IsCompleted) { Thread.Yield(); }
        lock (s_p6) { task.Wait(); }
    }

    [Case] public static void NCS0106_a_lock_that_an_async_method_takes_when_it_was_resumed()
    {
        Task task = Local();
        while (!task.IsCompleted) { Thread.Yield(); }
        lock (s_p7) { task.Wait(); }

        static async Task Local() { await Task.Delay(1); lock (s_p7) { } }
    }

    private sealed class Service
    {
        private readonly object _gate = new();
        private int _jobs;
        private Task _work = Task.CompletedTask;

        internal void Start() => _work = Task.Run(Work);

        internal void Stop() { lock (_gate) { _work.Wait(); } }

        internal void Await() { while (Volatile.Read(ref _jobs) == 0) { Thread.Yield(); } }

        private void Work()
        {
            lock (_gate) { Volatile.Write(ref _jobs, 1); }
            Thread.Sleep(20);
        }
    }

    [Case] public static void NCS0106_a_service_of_many_waits_for_its_own_work_under_its_lock()
    {
        Service[] services = [new(), new(), new()];
        foreach (Service service in services) { service.Start(); }
        foreach (Service service in services) { service.Await(); service.Stop(); }
    }

    private sealed class Pair
    {
        private readonly object _gate = new();
        private int _jobs;

        internal Task Start() => Task.Run(Work);

        internal void WaitFor(Pair other) { lock (_gate) { other.Start().Wait(); } }

        // It is still running when it is waited for: one that has ended no longer says what it was.
        private void Work()
        {
            lock (_gate) { _jobs++; }
            Thread.Sleep(20);
        }
    }

    [Case] public static void Silent_a_service_of_many_waits_for_the_work_of_another_under_its_lock()
    {
        Pair first = new(), second = new(), third = new();
        first.Start().Wait();
        first.WaitFor(second);
        second.WaitFor(third);
    }

    [Case] public static void NCS0106_two_services_wait_for_each_others_work_under_their_locks()
    {
        Pair first = new(), second = new();
        Case.InTurn(() => first.WaitFor(second), () => second.WaitFor(first));
    }

    [Case] public static void NCS0106_two_waits_for_tasks_under_the_lock_that_the_other_task_takes() => Case.InTurn(
        () => { lock (s_a1) { Task.Run(() => { lock (s_b1) { } }).Wait(); } },
        () => { lock (s_b1) { Task.Run(() => { lock (s_a1) { } }).Wait(); } });

    [Case] public static void NCS0106_two_joins_under_the_lock_that_the_other_thread_takes() => Case.InTurn(
        () => { lock (s_a2) { var thread = new Thread(() => { lock (s_b2) { } }); thread.Start(); thread.Join(); } },
        () => { lock (s_b2) { var thread = new Thread(() => { lock (s_a2) { } }); thread.Start(); thread.Join(); } });

    [Case] public static void NCS0106_two_waits_for_async_methods_under_the_lock_that_the_other_takes()
    {
        Case.InTurn(() => { lock (s_a3) { TakeB().GetAwaiter().GetResult(); } }, () => { lock (s_b3) { TakeA().GetAwaiter().GetResult(); } });

        static async Task TakeA() { await Task.Delay(1); lock (s_a3) { } }
        static async Task TakeB() { await Task.Delay(1); lock (s_b3) { } }
    }
}
