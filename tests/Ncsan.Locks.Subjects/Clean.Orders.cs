namespace Ncsan.Locks.Subjects;

// Locks that are taken in an order, tried, or taken again.
public static partial class Clean
{
    private sealed class Account(int id)
    {
        private readonly object _gate = new();
        private int _balance = 100;

        public static void Transfer(Account from, Account to)
        {
            (Account first, Account second) = from.Id < to.Id ? (from, to) : (to, from);
            lock (first._gate) { lock (second._gate) { from._balance--; to._balance++; } }
        }

        public int Id => id;
    }

    [Case] public static void Silent_transfers_ordered_by_id()
    {
        var accounts = Enumerable.Range(0, 10).Select(i => new Account(i)).ToArray();
        Parallel.For(0, 200, i => Account.Transfer(accounts[i % 10], accounts[(i * 7 + 3) % 10 == i % 10 ? (i + 1) % 10 : (i * 7 + 3) % 10]));
    }

    private sealed class Node(int value, Node? next)
    {
        public readonly Lock Gate = new();
        public readonly int Value = value;
        public readonly Node? Next = next;
    }

    [Case] public static void Silent_hand_over_hand_list()
    {
        Node? head = null;
        for (int i = 0; i < 20; i++) { head = new Node(i, head); }
        Case.AtOnce(Walk, Walk);

        void Walk()
        {
            Node? at = head;
            at!.Gate.Enter();
            while (at.Next is { } next)
            {
                next.Gate.Enter();
                at.Gate.Exit();
                at = next;
            }

            at.Gate.Exit();
        }
    }

    private sealed class Tree(int depth)
    {
        private readonly object _gate = new();
        private readonly Tree[] _children = depth == 0 ? [] : [new Tree(depth - 1), new Tree(depth - 1)];

        public int Count() { lock (_gate) { return 1 + _children.Sum(child => child.Count()); } }
    }

    [Case] public static void Silent_tree_locked_from_the_root()
    {
        var tree = new Tree(5);
        Case.AtOnce(() => tree.Count(), () => tree.Count());
    }

    private sealed class Cache
    {
        private readonly ReaderWriterLockSlim _lock = new();
        private readonly Dictionary<int, string> _items = [];

        public string Get(int key)
        {
            _lock.EnterUpgradeableReadLock();
            try
            {
                if (_items.TryGetValue(key, out string? known)) { return known; }
                _lock.EnterWriteLock();
                try { return _items[key] = key.ToString(); }
                finally { _lock.ExitWriteLock(); }
            }
            finally { _lock.ExitUpgradeableReadLock(); }
        }

        public bool Has(int key)
        {
            _lock.EnterReadLock();
            try { return _items.ContainsKey(key); }
            finally { _lock.ExitReadLock(); }
        }
    }

    [Case] public static void Silent_cache_with_upgrades()
    {
        var cache = new Cache();
        Case.AtOnce(() => { for (int i = 0; i < Rounds; i++) { cache.Get(i); } }, () => { for (int i = 0; i < Rounds; i++) { cache.Has(i); } }, () => { for (int i = 0; i < Rounds; i++) { cache.Get(i); } });
    }

    [Case] public static void Silent_recursive_reader_writer_lock()
    {
        var rw = new ReaderWriterLockSlim(LockRecursionPolicy.SupportsRecursion);
        Case.AtOnce(Work, Work);

        void Work()
        {
            for (int i = 0; i < Rounds; i++)
            {
                rw.EnterWriteLock();
                rw.EnterReadLock();
                rw.EnterWriteLock();
                rw.ExitWriteLock();
                rw.ExitReadLock();
                rw.ExitWriteLock();
                rw.EnterReadLock();
                rw.EnterReadLock();
                rw.ExitReadLock();
                rw.ExitReadLock();
            }
        }
    }

    [Case] public static void Silent_old_reader_writer_lock()
    {
        var rw = new ReaderWriterLock();
        Case.AtOnce(Work, Work);

        void Work()
        {
            for (int i = 0; i < Rounds; i++)
            {
                rw.AcquireReaderLock(-1);
                rw.ReleaseReaderLock();
                rw.AcquireWriterLock(-1);
                rw.ReleaseWriterLock();
            }
        }
    }

    [Case] public static void Silent_reentrant_monitor()
    {
        var gate = new object();
        int depth = 0;
        Case.AtOnce(() => Down(10), () => Down(10));

        void Down(int left) { lock (gate) { depth++; if (left > 0) { Down(left - 1); } } }
    }

    [Case] public static void Silent_striped_locks()
    {
        var stripes = Enumerable.Range(0, 8).Select(_ => new object()).ToArray();
        int[] counts = new int[8];
        Parallel.For(0, 500, i => { lock (stripes[i & 7]) { counts[i & 7]++; } });
    }

    [Case] public static void Silent_all_stripes_in_order()
    {
        var stripes = Enumerable.Range(0, 8).Select(_ => new object()).ToArray();
        Case.AtOnce(Resize, Resize, () => { for (int i = 0; i < Rounds; i++) { lock (stripes[i & 7]) { } } });

        void Resize()
        {
            foreach (object stripe in stripes) { Monitor.Enter(stripe); }
            for (int i = stripes.Length - 1; i >= 0; i--) { Monitor.Exit(stripes[i]); }
        }
    }

    private static readonly object s_once = new();
    private static volatile object? s_made;

    [Case] public static void Silent_double_checked_creation() => Parallel.For(0, 100, _ => { if (s_made is null) { lock (s_once) { s_made ??= new object(); } } });

    [Case] public static void Silent_lazy_value_under_a_lock()
    {
        var gate = new object();
        var lazy = new Lazy<int>(() => { lock (gate) { return 1; } });
        lock (gate) { _ = lazy.Value; }
        Case.AtOnce(() => { lock (gate) { _ = lazy.Value; } }, () => _ = lazy.Value);
    }

    [Case] public static void Silent_try_and_back_off()
    {
        object a = new(), b = new();
        Case.AtOnce(() => Go(a, b), () => Go(b, a));

        static void Go(object first, object second)
        {
            for (int i = 0; i < Rounds; i++)
            {
                while (true)
                {
                    lock (first)
                    {
                        if (Monitor.TryEnter(second)) { Monitor.Exit(second); break; }
                    }

                    Thread.Yield();
                }
            }
        }
    }

    [Case] public static void Silent_spin_lock_counter()
    {
        var counter = new Counter();
        Case.AtOnce(() => { for (int i = 0; i < 1000; i++) { counter.Add(); } }, () => { for (int i = 0; i < 1000; i++) { counter.Add(); } });
    }

    private sealed class Counter
    {
        private SpinLock _lock = new(false);
        private int _value;

        public void Add()
        {
            bool taken = false;
            try { _lock.Enter(ref taken); _value++; }
            finally { if (taken) { _lock.Exit(); } }
        }
    }

    [Case] public static void Silent_two_objects_with_spin_locks_nested()
    {
        Cell a = new(), b = new();
        Case.InTurn(() => Cell.Both(a, b), () => Cell.Both(a, b));
    }

    private sealed class Cell
    {
        private SpinLock _lock = new(false);

        public static void Both(Cell a, Cell b)
        {
            bool x = false, y = false;
            a._lock.Enter(ref x);
            b._lock.Enter(ref y);
            b._lock.Exit();
            a._lock.Exit();
        }
    }

    [Case] public static void Silent_mutex_with_recursion()
    {
        using var mutex = new Mutex();
        Case.AtOnce(Work, Work);

        void Work() { for (int i = 0; i < Rounds; i++) { mutex.WaitOne(); mutex.WaitOne(); mutex.ReleaseMutex(); mutex.ReleaseMutex(); } }
    }
}
