namespace Ncsan.Locks.Subjects;

/// <summary>Semaphores that are released elsewhere in the flow than they were taken, and flows that are started under one and go their own way.</summary>
public static class Holds
{
    private sealed class Store
    {
        private readonly SemaphoreSlim _gate = new(1, 1);

        public async Task Save()
        {
            await _gate.WaitAsync();
            try { await Write(); }
            finally { _gate.Release(); }
        }

        public async Task Load()
        {
            await _gate.WaitAsync().ConfigureAwait(false);
            try { await Fail().ConfigureAwait(false); }
            finally { _gate.Release(); }
        }

        public async Task Begin()
        {
            await _gate.WaitAsync();
            await Task.Delay(1);
        }

        public async Task Commit()
        {
            await Task.Delay(1);
            _gate.Release();
        }

        private static async Task Write() => await Task.Yield();

        private static async Task Fail()
        {
            await Task.Delay(1).ConfigureAwait(false);
            throw new InvalidOperationException();
        }
    }

    [Case] public static async Task Silent_async_mutex_taken_again_by_who_goes_on_inline()
    {
        var store = new Store();
        for (int i = 0; i < 3; i++) { await store.Save(); }
        await Task.Run(async () => { for (int i = 0; i < 3; i++) { await store.Save().ConfigureAwait(false); } });
    }

    [Case] public static async Task Silent_async_mutex_taken_again_after_a_failure()
    {
        var store = new Store();
        for (int i = 0; i < 3; i++)
        {
            try { await store.Load(); }
            catch (InvalidOperationException) { }
        }
    }

    [Case] public static async Task Silent_unit_of_work_that_ends_after_an_await()
    {
        var store = new Store();
        for (int i = 0; i < 4; i++)
        {
            await store.Begin();
            await Task.Delay(1);
            await store.Commit();
        }
    }

    private sealed class Lease(SemaphoreSlim semaphore) : IAsyncDisposable
    {
        public static async ValueTask<Lease> Of(SemaphoreSlim semaphore)
        {
            await semaphore.WaitAsync();
            return new Lease(semaphore);
        }

        public async ValueTask DisposeAsync()
        {
            await Task.Yield();
            semaphore.Release();
        }
    }

    private static async Task Leased(SemaphoreSlim first, SemaphoreSlim second)
    {
        await using (await Lease.Of(first))
        {
            await using (await Lease.Of(second)) { await Task.Yield(); }
        }
    }

    [Case] public static async Task Silent_leases_in_one_order()
    {
        SemaphoreSlim one = new(1, 1), two = new(1, 1);
        for (int i = 0; i < 3; i++) { await Leased(one, two); }
    }

    [Case] public static async Task NCS0103_leases_in_both_orders()
    {
        SemaphoreSlim one = new(1, 1), two = new(1, 1);
        await Leased(one, two);
        await Leased(two, one);
    }

    private sealed class Cell
    {
        private readonly SemaphoreSlim _gate = new(1, 1);

        public async Task Use()
        {
            await _gate.WaitAsync();
            await Task.Yield();
            _gate.Release();
        }

        public async Task UseInside()
        {
            await _gate.WaitAsync();
            try { await Kept(Use()); }
            finally { _gate.Release(); }
        }

        public async Task UseAgain(bool isRescued)
        {
            await _gate.WaitAsync();
            Task rescue = isRescued ? Task.Delay(50).ContinueWith(_ => _gate.Release()) : Task.CompletedTask;
            await Use();
            await rescue;
        }

        /// <summary>What is started here is nobody's to wait for; what is given back is.</summary>
        public Task UseBeside()
        {
            Later = Use();
            return Nothing();
        }

        public Task Later { get; private set; } = Task.CompletedTask;

        public async Task Start()
        {
            await _gate.WaitAsync();
            try
            {
                Later = Use();
                await Task.Delay(1);
            }
            finally { _gate.Release(); }
        }

        public async Task StartVoid(TaskCompletionSource done)
        {
            await _gate.WaitAsync();
            UseVoid(done);
            await Task.Delay(1);
            _gate.Release();
        }

        public async Task Forward()
        {
            await _gate.WaitAsync();
            await UseBeside();
            _gate.Release();
        }

        private static Task Kept(Task _) => Task.CompletedTask;

        private static async Task Nothing() => await Task.Yield();

        private async void UseVoid(TaskCompletionSource done)
        {
            await Use();
            done.SetResult();
        }
    }

    [Case] public static async Task NCS0112_2_async_mutex_taken_again_by_its_flow()
    {
        var cell = new Cell();
        await cell.Use();
        await cell.UseAgain(isRescued: false);
    }

    /// <summary>Whoever gets in again was let in by somebody, and may have meant to be.</summary>
    [Case] public static async Task Silent_async_mutex_waited_for_again_and_given_back_by_another()
    {
        var cell = new Cell();
        await cell.Use();
        await cell.UseAgain(isRescued: true);
    }

    [Case] public static async Task Silent_flow_that_queues_for_what_its_starter_holds()
    {
        var cell = new Cell();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await cell.Use();
        await cell.Start();
        await cell.Later;
        await cell.UseInside();
        await cell.StartVoid(done);
        await done.Task;
    }

    [Case] public static async Task Silent_flow_that_a_method_starts_beside_the_one_it_gives_back()
    {
        var cell = new Cell();
        await cell.Use();
        await cell.Forward();
        await cell.Later;
    }

    private static async IAsyncEnumerable<int> Under(SemaphoreSlim semaphore)
    {
        await semaphore.WaitAsync();
        try
        {
            for (int i = 0; i < 3; i++)
            {
                await Task.Yield();
                yield return i;
            }
        }
        finally { semaphore.Release(); }
    }

    private static readonly SemaphoreSlim s_i1 = new(1, 1), s_i2 = new(1, 1), s_i3 = new(1, 1), s_i4 = new(1, 1);

    [Case] public static async Task NCS0101_consumer_of_an_iterator_that_holds_a_semaphore()
    {
        await foreach (int i in Under(s_i1)) { await s_i2.WaitAsync(); s_i2.Release(); }
        await s_i2.WaitAsync();
        await s_i1.WaitAsync();
        s_i1.Release();
        s_i2.Release();
    }

    [Case] public static async Task Silent_consumer_of_an_iterator_in_one_order()
    {
        for (int k = 0; k < 3; k++)
        {
            await foreach (int i in Under(s_i3))
            {
                await s_i4.WaitAsync();
                s_i4.Release();
                if (i == k) { break; }
            }
        }

        await s_i4.WaitAsync();
        s_i4.Release();
        await s_i3.WaitAsync();
        s_i3.Release();
    }

    private sealed class Worker(bool isKind)
    {
        private readonly object _data = new(), _life = new();
        private readonly ManualResetEventSlim _started = new(), _goOn = new();
        private Thread? _thread;

        public void Start()
        {
            _thread = new Thread(Run);
            _thread.Start();
            _started.Wait();
        }

        private void Run()
        {
            lock (_data) { }
            _started.Set();
            _goOn.Wait();
        }

        /// <summary>A kind one waits under a lock of its own.</summary>
        public void Stop()
        {
            if (isKind) { lock (_life) { End(); } } else { lock (_data) { End(); } }
        }

        private void End()
        {
            ThreadPool.QueueUserWorkItem(_ => { Thread.Sleep(20); _goOn.Set(); });
            _thread!.Join();
        }
    }

    [Case] public static void NCS0106_worker_joined_under_its_lock()
    {
        var worker = new Worker(isKind: false);
        worker.Start();
        worker.Stop();
    }

    [Case] public static void Silent_join_of_a_thread_in_a_field_under_a_lock_of_its_own()
    {
        var worker = new Worker(isKind: true);
        worker.Start();
        worker.Stop();
    }
}
