using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Ncsan.Locks.Subjects;

/// <summary>Lock-heavy programs without a defect: nothing may be reported, however often they run.</summary>
public static class Clean
{
    private const int Rounds = 50;

    private static Task Many(int count, Func<int, Task> body) => Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() => body(i))));

    private sealed class Queue<T>
    {
        private readonly object _gate = new();
        private readonly System.Collections.Generic.Queue<T> _items = new();

        public void Put(T item) { lock (_gate) { _items.Enqueue(item); Monitor.PulseAll(_gate); } }

        public T Take()
        {
            lock (_gate)
            {
                while (_items.Count == 0) { Monitor.Wait(_gate); }
                return _items.Dequeue();
            }
        }
    }

    [Case] public static void Silent_blocking_queue_of_Wait_and_Pulse()
    {
        var queue = new Queue<int>();
        Case.AtOnce(() => { for (int i = 0; i < Rounds; i++) { queue.Put(i); } }, () => { for (int i = 0; i < Rounds; i++) { queue.Take(); } });
    }

    [Case] public static async Task Silent_throttle_of_three()
    {
        var throttle = new SemaphoreSlim(3, 3);
        await Many(8, async _ => { await throttle.WaitAsync(); try { await Task.Yield(); } finally { throttle.Release(); } });
    }

    [Case] public static void Silent_semaphore_as_a_signal()
    {
        var ready = new SemaphoreSlim(0);
        var gate = new object();
        Case.AtOnce(() => { for (int i = 0; i < Rounds; i++) { lock (gate) { ready.Release(); } } }, () => { for (int i = 0; i < Rounds; i++) { ready.Wait(); lock (gate) { } } });
    }

    [Case] public static void Silent_ping_pong_of_two_semaphores()
    {
        SemaphoreSlim ping = new(1), pong = new(0);
        Case.AtOnce(() => { for (int i = 0; i < Rounds; i++) { ping.Wait(); pong.Release(); } }, () => { for (int i = 0; i < Rounds; i++) { pong.Wait(); ping.Release(); } });
    }

    [Case] public static async Task Silent_async_ping_pong()
    {
        SemaphoreSlim ping = new(1), pong = new(0);
        await Many(2, async i =>
        {
            for (int n = 0; n < Rounds; n++)
            {
                await (i == 0 ? ping : pong).WaitAsync();
                (i == 0 ? pong : ping).Release();
            }
        });
    }

    [Case] public static async Task Silent_AsyncLock_helper()
    {
        var mutex = new AsyncLock();
        int sum = 0;
        await Many(4, async _ => { for (int i = 0; i < Rounds; i++) { using (await mutex.LockAsync()) { sum++; await Task.Yield(); } } });
        if (sum != 4 * Rounds) { throw new InvalidOperationException(); }
    }

    [Case] public static async Task Silent_two_AsyncLocks_of_one_kind_in_an_order()
    {
        AsyncLock outer = new(), inner = new();
        await Many(4, async _ => { for (int i = 0; i < Rounds; i++) { using (await outer.LockAsync()) using (await inner.LockAsync()) { await Task.Yield(); } } });
    }

    private sealed class TaskLock
    {
        private readonly SemaphoreSlim _semaphore = new(1, 1);

        public Task Enter() => _semaphore.WaitAsync();

        public void Exit() => _semaphore.Release();
    }

    [Case] public static async Task Silent_helper_that_returns_the_task_of_WaitAsync()
    {
        TaskLock one = new(), two = new();
        await Many(4, async i =>
        {
            for (int n = 0; n < Rounds; n++)
            {
                TaskLock first = one, second = two;
                await first.Enter();
                await second.Enter();
                await Task.Yield();
                second.Exit();
                first.Exit();
            }
        });
    }

    [Case] public static async Task Silent_lock_handed_to_another_task()
    {
        var baton = new SemaphoreSlim(1, 1);
        for (int i = 0; i < Rounds; i++)
        {
            await baton.WaitAsync();
            _ = Task.Run(async () => { await Task.Yield(); baton.Release(); });
        }

        await baton.WaitAsync();
    }

    [Case] public static async Task Silent_fire_and_forget_under_a_lock()
    {
        var gate = new object();
        var started = new ConcurrentBag<Task>();
        for (int i = 0; i < Rounds; i++) { lock (gate) { started.Add(Task.Run(() => { lock (gate) { } })); } }
        await Task.WhenAll(started);
    }

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

    [Case] public static async Task Silent_channel_pipeline()
    {
        var first = Channel.CreateBounded<int>(4);
        var second = Channel.CreateUnbounded<int>();
        Task produce = Task.Run(async () => { for (int i = 0; i < Rounds; i++) { await first.Writer.WriteAsync(i); } first.Writer.Complete(); });
        Task relay = Task.Run(async () => { await foreach (int i in first.Reader.ReadAllAsync()) { await second.Writer.WriteAsync(i); } second.Writer.Complete(); });
        int count = 0;
        await foreach (int _ in second.Reader.ReadAllAsync()) { count++; }
        await Task.WhenAll(produce, relay);
        if (count != Rounds) { throw new InvalidOperationException(); }
    }

    [Case] public static async Task Silent_recursive_async_methods()
    {
        if (await Visit(6) != 127) { throw new InvalidOperationException(); }

        static async Task<int> Visit(int depth) { await Task.Yield(); return depth == 0 ? 1 : 1 + (await Children(depth)).Sum(); }
        static async Task<int[]> Children(int depth) => await Task.WhenAll(Visit(depth - 1), Visit(depth - 1));
    }

    [Case] public static void Silent_fork_and_join_recursion()
    {
        if (Sum(0, 64) != 2016) { throw new InvalidOperationException(); }

        static int Sum(int from, int to)
        {
            if (to - from < 8) { return Enumerable.Range(from, to - from).Sum(); }
            int middle = (from + to) / 2;
            Task<int> left = Task.Run(() => Sum(from, middle));
            return Sum(middle, to) + left.Result;
        }
    }

    private sealed class Actor
    {
        private readonly Channel<Func<Task>> _mail = Channel.CreateUnbounded<Func<Task>>();
        private readonly Task _loop;

        public Actor() => _loop = Task.Run(async () => { await foreach (var message in _mail.Reader.ReadAllAsync()) { await message(); } });

        public Task Tell(Func<Task> message)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _mail.Writer.TryWrite(async () => { await message(); done.SetResult(); });
            return done.Task;
        }

        public Task Stop() { _mail.Writer.Complete(); return _loop; }
    }

    [Case] public static async Task Silent_actors()
    {
        Actor a = new(), b = new();
        for (int i = 0; i < Rounds; i++) { await a.Tell(() => Task.CompletedTask); await b.Tell(async () => await Task.Yield()); }
        await a.Stop();
        await b.Stop();
    }

    [Case] public static async Task Silent_cancellation_callback_with_its_own_lock()
    {
        for (int i = 0; i < 10; i++)
        {
            using var cts = new CancellationTokenSource();
            var gate = new object();
            await using var registration = cts.Token.Register(() => { lock (gate) { } });
            lock (gate) { }
            cts.Cancel();
        }
    }

    private sealed class Subject
    {
        private readonly Lock _gate = new();
        private Action<int>[] _observers = [];

        public void Subscribe(Action<int> observer) { lock (_gate) { _observers = [.. _observers, observer]; } }

        public void Next(int value)
        {
            Action<int>[] observers;
            lock (_gate) { observers = _observers; }
            foreach (var observer in observers) { observer(value); }
        }
    }

    [Case] public static void Silent_events_raised_outside_of_the_lock()
    {
        Subject a = new(), b = new();
        a.Subscribe(b.Next);
        b.Subscribe(_ => { });
        Case.AtOnce(() => { for (int i = 0; i < Rounds; i++) { a.Next(i); } }, () => { for (int i = 0; i < Rounds; i++) { b.Next(i); a.Subscribe(_ => { }); } });
    }

    [Case] public static void Silent_barrier_and_countdown()
    {
        using var barrier = new Barrier(3);
        using var done = new CountdownEvent(3);
        Case.AtOnce(Work, Work, Work);
        done.Wait();

        void Work() { for (int i = 0; i < 10; i++) { barrier.SignalAndWait(); } done.Signal(); }
    }

    [Case] public static void Silent_events_as_gates()
    {
        using var go = new ManualResetEvent(false);
        using var turn = new AutoResetEvent(true);
        using var slim = new ManualResetEventSlim();
        Case.AtOnce(() => { go.WaitOne(); slim.Set(); }, () => { turn.WaitOne(); turn.Set(); go.Set(); }, slim.Wait);
    }

    [Case] public static void Silent_lock_on_this_and_on_a_type()
    {
        var self = new Self();
        Case.AtOnce(self.Work, self.Work);
    }

    private sealed class Self
    {
        public void Work() { for (int i = 0; i < Rounds; i++) { lock (typeof(Self)) { lock (this) { } } } }
    }

    private abstract class Widget
    {
        private readonly object _gate = new();

        public void With(Widget other) { lock (_gate) { other.Touch(); } }

        public void Touch() { lock (_gate) { } }
    }

    private sealed class Window : Widget;

    private sealed class Button : Widget;

    [Case] public static void Silent_one_field_of_two_derived_types()
    {
        Window window = new();
        Button one = new(), two = new();
        Case.AtOnce(() => { for (int i = 0; i < Rounds; i++) { window.With(one); } }, () => { for (int i = 0; i < Rounds; i++) { window.With(two); } });
    }

    private static IEnumerable<int> Locked(object gate)
    {
        lock (gate) { yield return 1; yield return 2; }
    }

    [Case] public static void Silent_iterator_that_holds_a_lock()
    {
        var gate = new object();
        foreach (int _ in Locked(gate)) { lock (gate) { } }
        foreach (int first in Locked(gate)) { if (first == 1) { break; } }
        Case.InTurn(() => { lock (gate) { } });
    }

    [Case] public static void Silent_exceptions_out_of_locks()
    {
        object a = new(), b = new();
        for (int i = 0; i < 10; i++)
        {
            try { lock (a) { lock (b) { throw new InvalidOperationException(); } } }
            catch (InvalidOperationException) { }
        }

        Case.InTurn(() => { lock (b) { } }, () => { lock (a) { lock (b) { } } });
    }

    [Case] public static async Task Silent_exceptions_out_of_async_locks()
    {
        var gate = new SemaphoreSlim(1, 1);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        for (int i = 0; i < 10; i++)
        {
            try { await gate.WaitAsync(cancelled.Token); }
            catch (OperationCanceledException) { }

            await gate.WaitAsync();
            try { await Task.Yield(); throw new InvalidOperationException(); }
            catch (InvalidOperationException) { }
            finally { gate.Release(); }
        }
    }

    [Case] public static async Task Silent_connection_pool()
    {
        var slots = new SemaphoreSlim(2, 2);
        var gate = new object();
        var idle = new Stack<object>();
        await Many(6, async _ =>
        {
            for (int i = 0; i < 10; i++)
            {
                await slots.WaitAsync();
                object connection;
                lock (gate) { connection = idle.Count > 0 ? idle.Pop() : new object(); }
                await Task.Yield();
                lock (gate) { idle.Push(connection); }
                slots.Release();
            }
        });
    }

    [Case] public static void Silent_timer_that_takes_the_lock_of_who_disposes_it()
    {
        var gate = new object();
        int ticks = 0;
        using var fired = new ManualResetEventSlim();
        using (new Timer(_ => { lock (gate) { ticks++; fired.Set(); } }, null, 0, 1)) { fired.Wait(); lock (gate) { } }
    }

    [Case] public static void Silent_parallel_loops_over_concurrent_collections()
    {
        var map = new ConcurrentDictionary<int, int>();
        Parallel.For(0, 500, i => map.AddOrUpdate(i % 10, 1, (_, n) => n + 1));
        _ = Enumerable.Range(0, 100).AsParallel().Select(i => map[i % 10]).Sum();
    }

    [Case] public static async Task Silent_async_stream_under_an_async_lock()
    {
        var gate = new SemaphoreSlim(1, 1);
        await foreach (int _ in Numbers()) { await Task.Yield(); }

        async IAsyncEnumerable<int> Numbers()
        {
            for (int i = 0; i < 5; i++)
            {
                await gate.WaitAsync();
                try { yield return i; }
                finally { gate.Release(); }
            }
        }
    }

    [Case] public static async Task Silent_lazy_task_under_an_async_lock()
    {
        var gate = new SemaphoreSlim(1, 1);
        Task<int>? value = null;
        await Many(4, async _ =>
        {
            await gate.WaitAsync();
            try { value ??= Compute(); await value; }
            finally { gate.Release(); }
        });

        static async Task<int> Compute() { await Task.Yield(); return 1; }
    }

    [Case] public static void Silent_log_lock_taken_last_everywhere()
    {
        object log = new(), a = new(), b = new();
        Case.AtOnce(() => { for (int i = 0; i < Rounds; i++) { lock (a) { lock (log) { } } } }, () => { for (int i = 0; i < Rounds; i++) { lock (b) { lock (log) { } } } },
            () => { for (int i = 0; i < Rounds; i++) { lock (a) { lock (b) { lock (log) { } } } } });
    }

    [Case] public static void Silent_blocking_collection()
    {
        using var items = new BlockingCollection<int>(4);
        Case.AtOnce(() => { for (int i = 0; i < Rounds; i++) { items.Add(i); } items.CompleteAdding(); }, () => { foreach (int _ in items.GetConsumingEnumerable()) { } });
    }
}
