namespace Ncsan.Locks.Subjects;

/// <summary>Spin locks are structs: which one is held is told by what it lies in, and whether it is by itself.</summary>
public static class Spins
{
    private sealed class Account
    {
        private SpinLock _lock = new(false);
        private int _value;

        public void MoveTo(Account other)
        {
            bool mine = false, theirs = false;
            _lock.Enter(ref mine);
            other._lock.Enter(ref theirs);
            (_value, other._value) = (other._value, _value);
            other._lock.Exit();
            _lock.Exit(false);
        }
    }

    [Case] public static void NCS0103_spin_locks_of_two_objects_both_ways()
    {
        Account a = new(), b = new();
        Case.InTurn(() => a.MoveTo(b), () => b.MoveTo(a));
    }

    [Case] public static void Silent_spin_locks_of_objects_that_move_in_one_order()
    {
        var all = new Account[4];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = new Account();
            GC.KeepAlive(new byte[1000]);
            GC.Collect(i % 2);
        }

        for (int i = 0; i < all.Length; i++)
        {
            for (int j = i + 1; j < all.Length; j++)
            {
                int from = i, to = j;
                Case.InTurn(() => all[from].MoveTo(all[to]));
                GC.Collect();
            }
        }
    }

    private struct Stripe
    {
        public SpinLock Lock;
        public int Value;
    }

    private sealed class Table
    {
        private readonly SpinLock[] _locks = new SpinLock[4];
        private readonly Stripe[] _stripes = new Stripe[4];

        public void Move(int from, int to)
        {
            bool first = false, second = false;
            _locks[from].Enter(ref first);
            _locks[to].TryEnter(-1, ref second);
            _locks[to].Exit();
            _locks[from].Exit();
        }

        public void MoveStripe(int from, int to)
        {
            bool first = false, second = false;
            ref Stripe source = ref _stripes[from], target = ref _stripes[to];
            source.Lock.Enter(ref first);
            target.Lock.Enter(ref second);
            (source.Value, target.Value) = (target.Value, source.Value);
            target.Lock.Exit();
            source.Lock.Exit();
        }
    }

    [Case] public static void NCS0103_spin_locks_of_an_array_both_ways()
    {
        var table = new Table();
        Case.InTurn(() => table.Move(0, 3), () => table.Move(3, 0));
    }

    [Case] public static void NCS0103_spin_locks_of_structs_in_an_array_both_ways()
    {
        var table = new Table();
        Case.InTurn(() => table.MoveStripe(1, 2), () => table.MoveStripe(2, 1));
    }

    [Case] public static void Silent_spin_locks_of_an_array_in_the_order_of_their_places()
    {
        var table = new Table();
        Case.InTurn(() => table.Move(0, 3), () => table.Move(1, 2), () => table.Move(2, 3), () => table.Move(0, 1), () => table.MoveStripe(0, 2), () => table.MoveStripe(1, 3));
    }

    private sealed class Statistics
    {
        private SpinLock _lock = new(true);

        public void Add()
        {
            bool taken = false;
            try { _lock.Enter(ref taken); Most(); }
            finally { if (taken) { _lock.Exit(); } }
        }

        private void Most()
        {
            bool taken = false;
            try { _lock.Enter(ref taken); }
            catch (LockRecursionException) { }
            finally { if (taken) { _lock.Exit(); } }
        }
    }

    [Case] public static void NCS0102_spin_lock_taken_again() => new Statistics().Add();

    private static SpinLock s_tried = new(true), s_twice = new(true), s_other = new(true), s_open = new(false), s_lazily = new(false), s_fair = new(true);

    [Case] public static void NCS0102_spin_lock_tried_again()
    {
        bool once = false, twice = false;
        s_tried.Enter(ref once);
        try { s_tried.TryEnter(ref twice); }
        catch (LockRecursionException) { s_tried.Exit(); }
    }

    [Case] public static void NCS0109_spin_lock_released_twice()
    {
        bool taken = false;
        s_twice.Enter(ref taken);
        s_twice.Exit();
        try { s_twice.Exit(); }
        catch (SynchronizationLockException) { }
    }

    private static int s_step;

    /// <summary>One thread holds a spin lock while another does something.</summary>
    private static void Meanwhile(ref SpinLock spinLock, Action other)
    {
        s_step = 0;
        var thread = new Thread(() => { while (Volatile.Read(ref s_step) == 0) { Thread.SpinWait(10); } other(); Volatile.Write(ref s_step, 2); });
        thread.Start();
        bool taken = false;
        spinLock.Enter(ref taken);
        Volatile.Write(ref s_step, 1);
        while (Volatile.Read(ref s_step) == 1) { Thread.SpinWait(10); }
        spinLock.Exit();
        thread.Join();
    }

    [Case] public static void NCS0109_spin_lock_released_by_another_thread()
        => Meanwhile(ref s_other, static () => { try { s_other.Exit(); } catch (SynchronizationLockException) { } });

    [Case] public static void NCS0109_spin_lock_that_nobody_holds_is_released() => s_open.Exit();

    [Case] public static void NCS0108_lazy_value_made_under_a_spin_lock()
    {
        var lazy = new Lazy<int>(static () => 1);
        bool taken = false;
        s_lazily.Enter(ref taken);
        _ = lazy.Value;
        s_lazily.Exit();
    }

    private static void Take(ref SpinLock spinLock)
    {
        bool taken = false;
        spinLock.Enter(ref taken);
    }

    private static void Give(ref SpinLock spinLock) => spinLock.Exit();

    private sealed class Part
    {
        private SpinLock _lock = new(false);

        public void Mixed()
        {
            bool taken = false;
            Take(ref _lock);
            _lock.Exit();
            _lock.Enter(ref taken);
            Give(ref _lock);
            Take(ref _lock);
            Give(ref _lock);
        }
    }

    [Case] public static void Silent_spin_lock_that_is_known_by_its_address_alone_at_times()
    {
        var part = new Part();
        for (int i = 0; i < 3; i++) { Case.InTurn(part.Mixed); }
        Thread.Sleep(1);
        lock (part) { }
    }

    [Case] public static void Silent_spin_lock_tried_while_another_thread_has_it()
    {
        Meanwhile(ref s_fair, static () =>
        {
            bool taken = false;
            s_fair.TryEnter(1, ref taken);
            if (!taken) { s_fair.TryEnter(TimeSpan.FromMilliseconds(1), ref taken); }
            if (taken) { s_fair.Exit(); }
            lock (s_gate) { }
        });
        bool mine = false;
        s_fair.TryEnter(ref mine);
        s_fair.Exit();
        lock (s_gate) { }
    }

    private static readonly object s_gate = new();
}
