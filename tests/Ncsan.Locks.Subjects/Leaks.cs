using Xunit;

namespace Ncsan.Locks.Subjects;

/// <summary>Semaphores that their holders never give back, and those that somebody else does or that are meant to be kept.</summary>
public static class Leaks
{
    private sealed class Store
    {
        private readonly SemaphoreSlim _gate = new(1, 1);
        private bool _isOpen = true;

        public async Task Save(bool skips, bool fails)
        {
            await _gate.WaitAsync();
            await Task.Yield();
            if (skips) { return; }
            if (fails) { throw new InvalidOperationException(); }
            _gate.Release();
        }

        public void SaveAtOnce(bool skips)
        {
            _gate.Wait();
            if (skips) { return; }
            _gate.Release();
        }

        public async Task Recovered()
        {
            try { await Save(skips: false, fails: true); }
            catch (InvalidOperationException) { _gate.Release(); }
        }

        /// <summary>Waits for who is inside, and lets nobody in again.</summary>
        public async Task Close()
        {
            await _gate.WaitAsync();
            _isOpen = false;
        }

        public async Task Kept(Task end)
        {
            await _gate.WaitAsync();
            await end;
            if (_isOpen) { _gate.Release(); }
        }
    }

    [Case] public static async Task NCS0110_semaphore_kept_by_a_method_that_returns_early()
    {
        var store = new Store();
        await store.Save(skips: false, fails: false);
        await store.Save(skips: true, fails: false);
    }

    [Case] public static async Task NCS0110_semaphore_kept_by_a_method_that_fails()
    {
        var store = new Store();
        await store.Save(skips: false, fails: false);
        try { await store.Save(skips: false, fails: true); }
        catch (InvalidOperationException) { }
    }

    [Case] public static async Task Silent_semaphore_given_back_by_who_sees_the_failure()
    {
        var store = new Store();
        await store.Save(skips: false, fails: false);
        await store.Recovered();
        await store.Save(skips: false, fails: false);
    }

    [Case] public static void NCS0110_semaphore_kept_by_a_thread()
    {
        var store = new Store();
        Case.InTurn(() => store.SaveAtOnce(skips: false), () => store.SaveAtOnce(skips: true));
    }

    [Case] public static void NCS0110_semaphore_kept_by_the_program()
    {
        var store = new Store();
        store.SaveAtOnce(skips: false);
        store.SaveAtOnce(skips: true);
    }

    [Case] public static async Task NCS0110_semaphore_kept_by_a_flow_that_nobody_awaits()
    {
        var store = new Store();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await store.Save(skips: false, fails: false);
        _ = Task.Run(async () =>
        {
            await store.Save(skips: true, fails: false);
            done.SetResult();
        });
        await done.Task;
        await Task.Delay(50);
    }

    [Case] public static async Task NCS0110_releaser_that_is_forgotten()
    {
        var door = new AsyncLock();
        using (await door.LockAsync()) { }
        await Task.Run(async () =>
        {
            await door.LockAsync();
            await Task.Yield();
        });
    }

    [Case] public static void NCS0110_old_semaphore_kept_by_a_thread()
    {
        using var door = new Semaphore(1, 1);
        Case.InTurn(() => { door.WaitOne(); door.Release(); }, () => door.WaitOne());
    }

    [Case] public static async Task NCS0110_semaphore_kept_by_work_on_the_pool()
    {
        var store = new Store();
        await Task.Run(() => store.SaveAtOnce(skips: false));
        await Task.Run(() => store.SaveAtOnce(skips: true));
    }

    private static Timer? s_busy;

    /// <summary>With a timer left, somebody might still release it: but nobody does after a test.</summary>
    [Case, Fact] public static void NCS0110_semaphore_kept_by_a_test()
    {
        s_busy = new Timer(static _ => { }, null, 1_000_000, -1);
        var store = new Store();
        store.SaveAtOnce(skips: false);
        store.SaveAtOnce(skips: true);
    }

    [Case, Fact] public static async Task NCS0110_semaphore_kept_by_an_async_test()
    {
        s_busy = new Timer(static _ => { }, null, 1_000_000, -1);
        var store = new Store();
        await store.Save(skips: false, fails: false);
        await Task.Yield();
        store.SaveAtOnce(skips: true);
        await Task.Yield();
    }

    [Case] public static async Task Silent_semaphore_that_somebody_may_still_release()
    {
        using var later = new Timer(static _ => { }, null, 1_000_000, -1);
        var store = new Store();
        await store.Save(skips: false, fails: false);
        await Task.Run(async () =>
        {
            var kept = new SemaphoreSlim(1, 1);
            await kept.WaitAsync();
            kept.Release();
            await kept.WaitAsync();
            _ = Task.Delay(100).ContinueWith(_ => kept.Release());
            await Task.Yield();
        });
    }

    [Case] public static async Task Silent_door_that_is_closed_for_good()
    {
        var store = new Store();
        await store.Save(skips: false, fails: false);
        await store.Close();
    }

    [Case] public static async Task Silent_flow_that_holds_a_semaphore_to_the_end()
    {
        var store = new Store();
        await store.Save(skips: false, fails: false);
        _ = store.Kept(new TaskCompletionSource().Task);
    }

    [Case] public static async Task Silent_semaphore_taken_by_one_task_and_given_back_by_the_next()
    {
        var door = new SemaphoreSlim(1, 1);
        for (int i = 0; i < 3; i++)
        {
            await Task.Run(() => door.Wait());
            await Task.Run(() => door.Release());
        }
    }

    [Case] public static void Silent_AsyncLock_taken_by_who_blocks_for_it()
    {
        var door = new AsyncLock();
        for (int i = 0; i < 2; i++) { using (door.LockAsync().GetAwaiter().GetResult()) { } }
        Case.AtOnce(Use, Use);

        void Use() { for (int i = 0; i < 5; i++) { using (door.LockAsync().Result) { Thread.Sleep(1); } } }
    }

    [Case] public static void Silent_gate_that_is_passed_once()
    {
        var once = new SemaphoreSlim(1, 1);
        Case.InTurn(() => once.Wait(0), () => once.Wait(0));
    }
}
