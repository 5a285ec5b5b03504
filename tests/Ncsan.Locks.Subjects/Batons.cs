namespace Ncsan.Locks.Subjects;

/// <summary>Semaphores that are passed on: by the last of several who came in together, by whoever lets the next one in, by a throttle.</summary>
public static class Batons
{
    /// <summary>The first who comes in takes the room for all, the last who goes leaves it.</summary>
    private sealed class Lightswitch
    {
        private readonly SemaphoreSlim _counter = new(1, 1);
        private int _inside;

        public void Enter(SemaphoreSlim room)
        {
            _counter.Wait();
            if (++_inside == 1) { room.Wait(); }
            _counter.Release();
        }

        public void Leave(SemaphoreSlim room)
        {
            _counter.Wait();
            if (--_inside == 0) { room.Release(); }
            _counter.Release();
        }
    }

    [Case] public static void Silent_room_that_the_first_has_left_to_others()
    {
        var inside = new Lightswitch();
        SemaphoreSlim room = new(1, 1);
        object notes = new();
        using ManualResetEventSlim isFull = new(), isLeft = new();
        Case.InTurn(() => { inside.Enter(room); inside.Leave(room); });
        Case.AtOnce(
            () =>
            {
                inside.Enter(room);
                isFull.Set();
                isLeft.Wait();
                inside.Leave(room);
            },
            () =>
            {
                isFull.Wait();
                inside.Enter(room);
                inside.Leave(room);
                lock (notes) { }
                isLeft.Set();
            });
        var again = new Thread(() =>
        {
            inside.Enter(room);
            var other = new Thread(() => inside.Enter(room));
            other.Start();
            other.Join();
            inside.Leave(room);
            lock (notes) { }
            other = new Thread(() => inside.Leave(room));
            other.Start();
            other.Join();
        });
        again.Start();
        again.Join();
        Case.InTurn(() => { lock (notes) { room.Wait(); room.Release(); } });
    }

    [Case] public static void NCS0101_room_that_the_first_has_and_a_lock_inside_of_it()
    {
        var inside = new Lightswitch();
        SemaphoreSlim room = new(1, 1);
        object notes = new();
        Case.InTurn(
            () => { inside.Enter(room); lock (notes) { } inside.Leave(room); },
            () => { lock (notes) { room.Wait(); room.Release(); } });
    }

    /// <summary>Whoever leaves lets the next one in with the lock that he has, and that one leaves it, or lets in the next.</summary>
    [Case] public static void Silent_lock_that_comes_with_the_turn()
    {
        SemaphoreSlim entry = new(1, 1), turn = new(0);
        int inside = 0, waiting = 0;
        object log = new();
        Case.InTurn(() => { entry.Wait(); entry.Release(); });
        Action guest = () =>
        {
            for (int i = 0; i < 5; i++)
            {
                entry.Wait();
                if (inside > 0)
                {
                    waiting++;
                    entry.Release();
                    turn.Wait();
                    waiting--;
                }

                inside++;
                entry.Release();
                lock (log) { Thread.Yield(); }
                entry.Wait();
                inside--;
                if (waiting > 0) { turn.Release(); } else { entry.Release(); }
            }
        };
        Case.AtOnce(guest, guest, guest, guest);
    }

    /// <summary>The second wait seems to be for what the thread has, until it comes back.</summary>
    [Case] public static void Silent_semaphore_waited_for_again_that_another_gives_back()
    {
        SemaphoreSlim entry = new(1, 1);
        using var isIn = new ManualResetEventSlim();
        Case.InTurn(() => { entry.Wait(); entry.Release(); });
        Case.AtOnce(
            () =>
            {
                entry.Wait();
                isIn.Set();
                entry.Wait();
                entry.Release();
            },
            () =>
            {
                isIn.Wait();
                Thread.Sleep(20);
                entry.Release();
            });
    }

    [Case] public static void Silent_philosophers_all_at_once_behind_a_throttle()
    {
        var seats = new SemaphoreSlim(2, 2);
        object[] forks = [new(), new(), new()];
        Case.AtOnce([.. Enumerable.Range(0, 3).Select(at => (Action)(() =>
        {
            for (int i = 0; i < 5; i++)
            {
                seats.Wait();
                lock (forks[at]) { lock (forks[(at + 1) % 3]) { Thread.Yield(); } }
                seats.Release();
            }
        }))]);
    }

    /// <summary>Nobody keeps it from going on, so it is the thread itself that gives it its turn, and the last one is used up.</summary>
    [Case] public static void Silent_turn_that_a_thread_gives_itself() => Case.InTurn(() =>
    {
        var turn = new SemaphoreSlim(0, 1);
        for (int i = 0; i < 3; i++)
        {
            turn.Release();
            turn.Wait();
        }
    });

    /// <summary>Morris's lock without starvation: two turnstiles, of which only one is ever open, and whoever goes through lets the next one through, or opens the other.</summary>
    private sealed class Turnstiles
    {
        private readonly SemaphoreSlim _first = new(1), _second = new(0), _counter = new(1, 1);
        private int _before, _between;

        public async Task PassAsync()
        {
            await _counter.WaitAsync();
            _before++;
            _counter.Release();
            await _first.WaitAsync();
            _between++;
            await _counter.WaitAsync();
            bool isLast = --_before == 0;
            _counter.Release();
            (isLast ? _second : _first).Release();
            await _second.WaitAsync();
            await Task.Yield();
            (--_between == 0 ? _first : _second).Release();
        }
    }

    [Case] public static void Silent_turnstiles_that_are_passed_on()
    {
        var turnstiles = new Turnstiles();
        Task.WaitAll([.. Enumerable.Range(0, 3).Select(_ => Task.Run(async () => { for (int i = 0; i < 4; i++) { await turnstiles.PassAsync(); } }))]);
    }

    /// <summary>The same by one flow alone, which always opens the other.</summary>
    [Case] public static void Silent_turnstiles_of_one_flow()
    {
        var turnstiles = new Turnstiles();
        Task.Run(async () => { for (int i = 0; i < 4; i++) { await turnstiles.PassAsync(); } }).Wait();
    }
}
