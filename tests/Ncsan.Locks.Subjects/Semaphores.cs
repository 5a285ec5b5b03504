namespace Ncsan.Locks.Subjects;

/// <summary>Semaphores that are locks and misused as such, and those that are something else.</summary>
public static class Semaphores
{
    private sealed class Door
    {
        private readonly SemaphoreSlim _open = new(1, 1);

        public async Task Enter(CancellationTokenSource stop)
        {
            await _open.WaitAsync(stop.Token);
            try
            {
                await Task.Yield();
                stop.CancelAfter(10);
                await Inner(stop.Token);
            }
            finally { _open.Release(); }
        }

        public async Task Inner(CancellationToken stop)
        {
            await _open.WaitAsync(stop);
            try { await Task.Yield(); }
            finally { _open.Release(); }
        }
    }

    [Case] public static async Task NCS0102_semaphore_taken_again_until_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        try { await new Door().Enter(stop); }
        catch (OperationCanceledException) { }
    }

    [Case] public static async Task NCS0102_semaphore_taken_again_until_it_is_cancelled_and_well_used_after()
    {
        using var stop = new CancellationTokenSource();
        var door = new Door();
        try { await door.Enter(stop); }
        catch (OperationCanceledException) { }
        for (int i = 0; i < 3; i++)
        {
            using var late = new CancellationTokenSource();
            await Task.Run(() => door.Inner(late.Token));
        }
    }

    [Case] public static void NCS0102_semaphore_taken_again_by_another_name()
    {
        using var stop = new CancellationTokenSource();
        SemaphoreSlim one = new(1, 1), two = one;
        one.Wait();
        stop.CancelAfter(10);
        try { two.Wait(stop.Token); }
        catch (OperationCanceledException) { }
        finally { one.Release(); }
    }

    [Case] public static void Silent_semaphore_waited_for_again_until_another_releases_it()
    {
        using var stop = new CancellationTokenSource();
        var turn = new SemaphoreSlim(1);
        turn.Wait(stop.Token);
        turn.Release();
        turn.Wait(stop.Token);
        var other = new Thread(() => { Thread.Sleep(10); turn.Release(); });
        other.Start();
        turn.Wait(stop.Token);
        other.Join();
        turn.Release();
    }

    [Case] public static void Silent_wait_that_is_cancelled_before_another_releases()
    {
        using var stop = new CancellationTokenSource();
        var turn = new SemaphoreSlim(1);
        turn.Wait();
        turn.Release();
        turn.Wait();
        stop.CancelAfter(10);
        try { turn.Wait(stop.Token); }
        catch (OperationCanceledException) { }
        Case.InTurn(() => turn.Release());
    }

    private sealed class Ledger
    {
        private readonly SemaphoreSlim _gate = new(1);

        public void Good()
        {
            _gate.Wait();
            try { }
            finally { _gate.Release(); }
        }

        public void Bad()
        {
            _gate.Wait();
            try { throw new FormatException(); }
            catch (FormatException) { _gate.Release(); }
            finally { _gate.Release(); }
        }

        /// <summary>What it makes room for is more than there was.</summary>
        public void Widen() => _gate.Release();
    }

    [Case] public static void NCS0109_semaphore_without_a_maximum_released_twice()
    {
        var ledger = new Ledger();
        ledger.Good();
        ledger.Good();
        ledger.Bad();
        ledger.Good();
    }

    [Case] public static void Silent_semaphore_that_another_makes_room_in()
    {
        var ledger = new Ledger();
        ledger.Good();
        ledger.Good();
        Case.InTurn(ledger.Widen, ledger.Good);
    }

    [Case] public static async Task NCS0109_releaser_disposed_of_twice()
    {
        var door = new SemaphoreSlim(1);
        for (int i = 0; i < 2; i++) { (await Take(door)).Dispose(); }
        Releaser twice = await Take(door);
        twice.Dispose();
        twice.Dispose();
    }

    private sealed class Releaser(SemaphoreSlim semaphore) : IDisposable
    {
        public void Dispose() => semaphore.Release();
    }

    private static async Task<Releaser> Take(SemaphoreSlim semaphore)
    {
        await semaphore.WaitAsync();
        return new Releaser(semaphore);
    }

    [Case] public static async Task NCS0109_release_after_a_wait_that_was_cancelled()
    {
        var door = new SemaphoreSlim(1, 1);
        using var stop = new CancellationTokenSource();
        await Use();
        stop.Cancel();
        try { await Use(); }
        catch (OperationCanceledException) { }
        catch (SemaphoreFullException) { }

        async Task Use()
        {
            try { await door.WaitAsync(stop.Token); }
            finally { door.Release(); }
        }
    }

    [Case] public static void NCS0109_release_after_a_wait_whose_time_was_over()
    {
        var door = new SemaphoreSlim(1);
        using ManualResetEventSlim held = new(), done = new();
        Case.InTurn(() => { door.Wait(); door.Release(); });
        Case.AtOnce(
            () => { door.Wait(); held.Set(); done.Wait(); door.Release(); },
            () => { held.Wait(); door.Wait(10); door.Release(); done.Set(); });
    }

    [Case] public static void Silent_wait_whose_time_was_over_and_that_was_made_again()
    {
        var door = new SemaphoreSlim(1);
        Case.InTurn(() => { door.Wait(); door.Release(); });
        Case.AtOnce(
            () => { door.Wait(); Thread.Sleep(30); door.Release(); },
            () => { while (!door.Wait(5)) { } door.Release(); });
    }

    [Case] public static void NCS0109_disposed_of_while_another_holds_it()
    {
        var door = new SemaphoreSlim(1, 1);
        using ManualResetEventSlim held = new(), gone = new();
        Case.AtOnce(
            () => { door.Wait(); held.Set(); gone.Wait(); try { door.Release(); } catch (ObjectDisposedException) { } },
            () => { held.Wait(); door.Dispose(); gone.Set(); });
    }

    [Case] public static void NCS0109_disposed_of_by_its_holder()
    {
        SemaphoreSlim kept;
        using (var door = new SemaphoreSlim(1, 1))
        {
            kept = door;
            door.Wait();
        }

        Action later = () => kept.Release();
        try { later(); }
        catch (ObjectDisposedException) { }
    }

    [Case] public static void Silent_signal_disposed_of_before_it_is_given()
    {
        var signal = new SemaphoreSlim(1, 1);
        signal.Wait();
        signal.Dispose();
        Case.InTurn(() => { try { signal.Release(); } catch (ObjectDisposedException) { } });
    }

    [Case] public static async Task Silent_semaphore_that_a_timer_refills()
    {
        var tokens = new SemaphoreSlim(1, 1);
        using var refill = new Timer(_ => { try { tokens.Release(); } catch (SemaphoreFullException) { } }, null, 1, 2);
        for (int i = 0; i < 4; i++) { await tokens.WaitAsync(); }
    }

    /// <summary>After the textbook: the first reader keeps writers out, the last lets them in.</summary>
    private sealed class ReadersAndWriters
    {
        private readonly SemaphoreSlim _writers = new(1, 1), _counter = new(1, 1);
        private int _readers;

        public async Task Read(Func<Task> body)
        {
            await _counter.WaitAsync();
            if (++_readers == 1) { await _writers.WaitAsync(); }
            _counter.Release();
            await body();
            await _counter.WaitAsync();
            if (--_readers == 0) { _writers.Release(); }
            _counter.Release();
        }

        public async Task Write(Func<Task> body)
        {
            await _writers.WaitAsync();
            try { await body(); }
            finally { _writers.Release(); }
        }
    }

    [Case] public static async Task Silent_readers_and_writers_by_a_counter()
    {
        var state = new ReadersAndWriters();
        for (int i = 0; i < 3; i++)
        {
            await state.Read(async () => await Task.Yield());
            await state.Write(async () => await Task.Yield());
        }
    }

    [Case] public static async Task NCS0103_readers_and_writers_in_both_orders()
    {
        ReadersAndWriters one = new(), two = new();
        await one.Read(() => two.Write(() => Task.CompletedTask));
        await two.Write(() => one.Write(() => Task.CompletedTask));
    }

    [Case] public static async Task Silent_readers_by_a_counter_in_both_orders()
    {
        ReadersAndWriters one = new(), two = new();
        await Task.Run(() => one.Read(() => two.Read(() => Task.CompletedTask)));
        await Task.Run(() => two.Read(() => one.Read(() => Task.CompletedTask)));
        await one.Write(() => Task.CompletedTask);
        await two.Write(() => Task.CompletedTask);
    }

    [Case] public static async Task NCS0103_readers_by_a_counter_and_writers_under_each_other()
    {
        ReadersAndWriters one = new(), two = new();
        await Task.Run(() => one.Read(() => two.Write(() => Task.CompletedTask)));
        await Task.Run(() => two.Read(() => one.Write(() => Task.CompletedTask)));
    }

    private static void Dine(SemaphoreSlim seats, object[] forks) => Case.InTurn([.. Enumerable.Range(0, forks.Length).Select(i => (Action)(() =>
    {
        seats.Wait();
        lock (forks[i]) { lock (forks[(i + 1) % forks.Length]) { } }
        seats.Release();
    }))]);

    [Case] public static void Silent_philosophers_with_a_seat_too_few() => Dine(new SemaphoreSlim(2, 2), [new(), new(), new()]);

    [Case] public static void NCS0103_philosophers_with_a_seat_each() => Dine(new SemaphoreSlim(3, 3), [new(), new(), new()]);

    private static readonly ReaderWriterLock s_legacy = new();

    [Case] public static void NCS0109_downgrade_by_who_is_no_writer()
    {
        LockCookie none = default;
        try { s_legacy.DowngradeFromWriterLock(ref none); }
        catch (ApplicationException) { }
    }

    [Case] public static void Silent_downgrade_by_the_writer()
    {
        s_legacy.AcquireReaderLock(-1);
        LockCookie cookie = s_legacy.UpgradeToWriterLock(-1);
        s_legacy.DowngradeFromWriterLock(ref cookie);
        s_legacy.ReleaseReaderLock();
    }

    /// <summary>The room is taken by the first reader and left by the last one, who may be another: the first is then gone, and waits at the turnstile again.</summary>
    [Case] public static void Silent_room_that_the_first_takes_and_the_last_leaves()
    {
        SemaphoreSlim room = new(1, 1), turn = new(1, 1);
        using ManualResetEventSlim isIn = new(), isAgain = new();
        turn.Wait();
        room.Wait();
        room.Release();
        turn.Release();
        Case.AtOnce(
            () =>
            {
                turn.Wait();
                turn.Release();
                room.Wait();
                isIn.Set();
                turn.Wait();
                turn.Release();
                isAgain.Set();
            },
            () =>
            {
                isIn.Wait();
                isAgain.Wait();
                room.Release();
            },
            () =>
            {
                isAgain.Wait();
                turn.Wait();
                room.Wait();
                turn.Release();
                room.Release();
            });
    }

    [Case] public static async Task NCS0101_semaphores_that_stay_locks_to_the_end()
    {
        SemaphoreSlim cache = new(1, 1), disk = new(1, 1);
        await Task.Run(() => Both(cache, disk));
        await Task.Run(() => Both(disk, cache));

        static async Task Both(SemaphoreSlim first, SemaphoreSlim second)
        {
            await first.WaitAsync();
            try
            {
                await second.WaitAsync();
                second.Release();
            }
            finally { first.Release(); }
        }
    }
}
