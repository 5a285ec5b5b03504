namespace Ncsan.Locks.Subjects;

/// <summary>Awaits, under a semaphore, of flows of their own that take it, and the same where they do not or have ended for certain.</summary>
public static class Awaits
{
    private sealed class Service
    {
        private readonly SemaphoreSlim _gate = new(1, 1);
        private volatile bool _stop, _left;
        private int _count;
        private Task _loop = Task.CompletedTask;
        private Timer? _timer;

        public void Start() => _loop = Loop();

        public void RequestStop() => _stop = true;

        public bool HasStopped => _loop.IsCompleted;

        /// <summary>That the loop takes the semaphore no more, told by the loop itself: nobody looked at its task.</summary>
        public bool HasLeft => _left;

        private async Task Loop()
        {
            while (!_stop)
            {
                await Task.Delay(1);
                await _gate.WaitAsync();
                _count++;
                _gate.Release();
            }
            _left = true;
        }

        public async Task StopUnder()
        {
            await _gate.WaitAsync();
            try { await _loop; }
            finally { _gate.Release(); }
        }

        public async Task StopOutside()
        {
            await _gate.WaitAsync();
            _stop = true;
            _gate.Release();
            await _loop;
        }

        public void StartTimer() => _timer = new Timer(_ => { _gate.Wait(); Volatile.Write(ref _count, _count + 1); _gate.Release(); }, null, 1, -1);

        public bool HasTicked => Volatile.Read(ref _count) > 0;

        public async Task StopTimerUnder()
        {
            await _gate.WaitAsync();
            await _timer!.DisposeAsync();
            _gate.Release();
        }

        public async Task StopTimerOutside()
        {
            await _gate.WaitAsync();
            _gate.Release();
            await _timer!.DisposeAsync();
        }

        public CancellationTokenRegistration Register(CancellationToken token) => token.Register(() => { _gate.Wait(); _gate.Release(); });

        public async Task UnregisterUnder(CancellationTokenRegistration registration)
        {
            await _gate.WaitAsync();
            await registration.DisposeAsync();
            _gate.Release();
        }

        public async Task Save(bool takes)
        {
            if (takes) { await _gate.WaitAsync(); }
            await Task.Yield();
            if (takes) { _gate.Release(); }
        }

        public async Task SaveUnder()
        {
            await _gate.WaitAsync();
            await Save(takes: false);
            _gate.Release();
        }

        public async Task SaveSeveralUnder()
        {
            await _gate.WaitAsync();
            await Task.WhenAll(Save(takes: false), Save(takes: false));
            _gate.Release();
        }

        public async Task<int> ResultsUnder(Task<int>[] all)
        {
            await _gate.WaitAsync();
            int sum = 0;
            foreach (Task<int> one in all) { sum += await one; }
            _gate.Release();
            return sum;
        }

        public async Task<int> Value()
        {
            await Task.Yield();
            await _gate.WaitAsync();
            _gate.Release();
            return 1;
        }
    }

    [Case] public static async Task NCS0106_loop_awaited_under_the_semaphore_that_it_takes()
    {
        var service = new Service();
        service.Start();
        await Task.Delay(20);
        service.RequestStop();
        while (!service.HasLeft) { await Task.Delay(1); }
        await service.StopUnder();
    }

    [Case] public static async Task Silent_loop_awaited_after_the_semaphore_was_given_back()
    {
        var service = new Service();
        service.Start();
        await Task.Delay(20);
        await service.StopOutside();
    }

    [Case] public static async Task Silent_loop_that_was_seen_to_have_ended()
    {
        var service = new Service();
        service.Start();
        service.RequestStop();
        while (!service.HasStopped) { await Task.Delay(1); }
        await service.StopUnder();
    }

    [Case] public static async Task Silent_loop_awaited_again_under_the_semaphore()
    {
        var service = new Service();
        service.Start();
        await service.StopOutside();
        await service.StopUnder();
    }

    private static readonly SemaphoreSlim s_run1 = new(1, 1), s_run2 = new(1, 1), s_chain1 = new(1, 1), s_chain2 = new(1, 1);

    /// <summary>It never suspends, so its task says nothing.</summary>
    [Case] public static async Task NCS0106_task_that_ended_by_luck()
    {
        Task task = Task.Run(async () => { await s_run1.WaitAsync(); s_run1.Release(); });
        await Task.Delay(100);
        await s_run1.WaitAsync();
        try { await task; }
        finally { s_run1.Release(); }
    }

    [Case] public static async Task Silent_task_of_something_else()
    {
        Task task = Task.Run(async () => { await Task.Delay(1); });
        await s_run2.WaitAsync();
        try { await task; }
        finally { s_run2.Release(); }
    }

    [Case] public static async Task NCS0106_started_work_that_leads_back_to_the_semaphore()
    {
        await s_chain1.WaitAsync();
        await Inner();
        s_chain1.Release();
        await s_chain2.WaitAsync();
        await Task.Run(async () => { await Task.Yield(); await s_chain1.WaitAsync(); s_chain1.Release(); });
        s_chain2.Release();

        static async Task Inner() { await s_chain2.WaitAsync(); await Task.Yield(); s_chain2.Release(); }
    }

    [Case] public static async Task NCS0106_WhenAll_under_the_semaphore_that_they_take()
    {
        var service = new Service();
        await Task.WhenAll(service.Save(takes: true), service.Save(takes: true));
        await service.SaveSeveralUnder();
    }

    /// <summary>What it does is done by its caller, who would be told if it took the semaphore.</summary>
    [Case] public static async Task Silent_method_that_is_told_that_the_semaphore_is_held()
    {
        var service = new Service();
        await service.Save(takes: true);
        await service.SaveUnder();
    }

    [Case] public static async Task Silent_results_under_the_semaphore_after_WhenAll()
    {
        var service = new Service();
        Task<int>[] all = [service.Value(), service.Value()];
        await Task.WhenAll(all);
        await service.ResultsUnder(all);
        Task<int>[] again = [service.Value()];
        await Task.WhenAny(again);
        await service.ResultsUnder(again);
        var kept = new List<Task<int>> { service.Value() };
        await Task.WhenAll(kept);
        await service.ResultsUnder([.. kept]);
    }

    [Case] public static async Task NCS0106_end_of_a_timer_under_the_semaphore_that_it_takes()
    {
        var service = new Service();
        service.StartTimer();
        while (!service.HasTicked) { await Task.Delay(1); }
        await service.StopTimerUnder();
    }

    [Case] public static async Task Silent_end_of_a_timer_outside_of_the_semaphore()
    {
        var service = new Service();
        service.StartTimer();
        while (!service.HasTicked) { await Task.Delay(1); }
        await service.StopTimerOutside();
    }

    [Case] public static async Task NCS0106_end_of_a_registration_under_the_semaphore_that_it_takes()
    {
        var service = new Service();
        using CancellationTokenSource first = new(), second = new();
        service.Register(first.Token);
        first.Cancel();
        await service.UnregisterUnder(service.Register(second.Token));
    }
}
