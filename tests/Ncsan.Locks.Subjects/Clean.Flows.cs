using System.Threading.Channels;

namespace Ncsan.Locks.Subjects;

// Flows, and what they wait for besides locks.
public static partial class Clean
{
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

    private static readonly object s_waitedFor = new();

    /// <summary>What was waited for outside of the lock has ended when it is waited for under it.</summary>
    [Case] public static void Silent_second_wait_under_the_lock()
    {
        Task task = Task.Run(static () => { lock (s_waitedFor) { } });
        task.Wait();
        lock (s_waitedFor) { task.Wait(); }
        var thread = new Thread(static () => { lock (s_waitedFor) { } });
        thread.Start();
        thread.Join();
        lock (s_waitedFor) { thread.Join(); }
    }

    /// <summary>Whoever gives several turns at once means no lock.</summary>
    [Case] public static void Silent_throttle_that_is_widened()
    {
        var throttle = new SemaphoreSlim(1);
        for (int i = 0; i < 20; i++)
        {
            throttle.Wait();
            throttle.Release();
        }

        throttle.Release(3);
    }
}
