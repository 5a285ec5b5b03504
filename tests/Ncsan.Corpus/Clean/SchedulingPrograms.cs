using System.Collections.Concurrent;
using System.IO.MemoryMappedFiles;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Clean;

/// <summary>Programs that are right because of where their code runs: contexts and schedulers of one thread, timers, registered waits, throttles, callbacks.</summary>
public static class SchedulingPrograms
{
    private sealed class Diary
    {
        public int Entries;
        public List<int> Pages = [];

        public void Write(int page)
        {
            Entries++;
            Pages.Add(page);
        }
    }

    private sealed class Pump : SynchronizationContext
    {
        private readonly BlockingCollection<(SendOrPostCallback Call, object? State)> _queue = [];

        public override void Post(SendOrPostCallback d, object? state) => _queue.Add((d, state));

        public void Run(Func<Task> main)
        {
            SynchronizationContext? before = Current;
            SetSynchronizationContext(this);
            Task task = main();
            task.ContinueWith(_ => _queue.CompleteAdding(), TaskScheduler.Default);
            foreach (var (call, state) in _queue.GetConsumingEnumerable()) { call(state); }
            SetSynchronizationContext(before);
            task.GetAwaiter().GetResult();
        }
    }

    public static void CleanSynchronizationContext()
    {
        var diary = new Diary();
        async Task Writer(int page)
        {
            for (int i = 0; i < 20; i++)
            {
                diary.Write(page);
                await Task.Run(() => page * 2);
            }
        }

        new Pump().Run(() => Task.WhenAll(Writer(1), Writer(2), Writer(3)));
        Same((60, 60), (diary.Entries, diary.Pages.Count));
    }

    private sealed class OneThreadScheduler : TaskScheduler, IDisposable
    {
        private readonly BlockingCollection<Task> _tasks = [];
        private readonly Thread _thread;

        public OneThreadScheduler()
        {
            _thread = new Thread(() => { foreach (Task task in _tasks.GetConsumingEnumerable()) { TryExecuteTask(task); } }) { IsBackground = true };
            _thread.Start();
        }

        public void Dispose()
        {
            _tasks.CompleteAdding();
            _thread.Join();
        }

        protected override void QueueTask(Task task) => _tasks.Add(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => _tasks;
    }

    public static void CleanSchedulerOfOneThread()
    {
        var diary = new Diary();
        using (var scheduler = new OneThreadScheduler())
        {
            var factory = new TaskFactory(scheduler);
            Each(4, index => { for (int i = 0; i < 25; i++) { factory.StartNew(() => diary.Write(index)); } });
        }

        Same((100, 100), (diary.Entries, diary.Pages.Count));
    }

    public static void CleanRegisteredWaits()
    {
        var diary = new Diary();
        using var done = new CountdownEvent(20);
        for (int i = 0; i < 20; i++)
        {
            int page = i;
            var signal = new ManualResetEvent(false);
            ThreadPool.RegisterWaitForSingleObject(signal, (_, _) => { lock (diary) { diary.Write(page); } done.Signal(); }, null, -1, executeOnlyOnce: true);
            signal.Set();
        }

        done.Wait();
        lock (diary) { Same((20, 190), (diary.Entries, diary.Pages.Sum())); }
    }

    public static void CleanUnsafeQueuedWork()
    {
        var diaries = Enumerable.Range(0, 30).Select(static _ => new Diary()).ToArray();
        using var done = new CountdownEvent(30);
        foreach (Diary diary in diaries)
        {
            ThreadPool.UnsafeQueueUserWorkItem(d => { d.Write(1); ThreadPool.QueueUserWorkItem(again => { again.Write(2); done.Signal(); }, d, preferLocal: false); }, diary, preferLocal: true);
        }

        done.Wait();
        Same((60, 90), (diaries.Sum(static d => d.Entries), diaries.Sum(static d => d.Pages.Sum())));
    }

    public static void CleanTimerOnceThenDisposed()
    {
        var diary = new Diary();
        for (int i = 0; i < 5; i++)
        {
            using var gone = new ManualResetEvent(false);
            using var fired = new AutoResetEvent(false);
            var timer = new Timer(_ => { diary.Write(i); fired.Set(); }, null, 1, Timeout.Infinite);
            fired.WaitOne();
            timer.Dispose(gone);
            gone.WaitOne();
        }

        Same((5, 10), (diary.Entries, diary.Pages.Sum()));
    }

    public static void CleanCancellationCallbacks()
    {
        var diary = new Diary();
        for (int round = 0; round < 10; round++)
        {
            using var source = new CancellationTokenSource();
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(source.Token);
            using (linked.Token.Register(() => diary.Write(1)))
            using (source.Token.UnsafeRegister(static state => ((Diary)state!).Write(2), diary))
            {
                var canceller = new Thread(source.Cancel);
                canceller.Start();
                canceller.Join();
            }
        }

        Same((20, 30), (diary.Entries, diary.Pages.Sum()));
    }

    public static async Task CleanCancelAfter()
    {
        var diary = new Diary();
        using var source = new CancellationTokenSource();
        var woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = source.Token.Register(() => { diary.Write(4); woken.SetResult(); });
        source.CancelAfter(1);
        await woken.Task;
        diary.Write(5);
        Same((2, 9), (diary.Entries, diary.Pages.Sum()));
    }

    public static void CleanThrottleOfSlots()
    {
        using var throttle = new SemaphoreSlim(3);
        var slots = new ConcurrentBag<Diary>([new(), new(), new()]);
        Each(6, index =>
        {
            for (int i = 0; i < 20; i++)
            {
                throttle.Wait();
                Same(true, slots.TryTake(out Diary? mine));
                mine!.Write(index);
                slots.Add(mine);
                throttle.Release();
            }
        });
        Same((120, 120), (slots.Sum(static d => d.Entries), slots.Sum(static d => d.Pages.Count)));
    }

    public static void CleanInterruptThenJoin()
    {
        var diary = new Diary();
        var sleeper = new Thread(() =>
        {
            diary.Write(1);
            try { Thread.Sleep(Timeout.Infinite); }
            catch (ThreadInterruptedException) { diary.Write(2); }
        });
        sleeper.Start();
        sleeper.Interrupt();
        sleeper.Join();
        diary.Write(3);
        Same((3, 6), (diary.Entries, diary.Pages.Sum()));
    }

    public static void CleanMonitorWithTimeouts()
    {
        var diary = new Diary();
        object outer = new(), inner = new();
        Each(4, index =>
        {
            for (int i = 0; i < 25;)
            {
                bool taken = false;
                try
                {
                    Monitor.TryEnter(outer, 1, ref taken);
                    if (!taken) { continue; }
                    lock (inner) { diary.Write(index); }
                    i++;
                }
                finally
                {
                    if (taken) { Monitor.Exit(outer); }
                }
            }
        });
        Same((100, 100), (diary.Entries, diary.Pages.Count));
    }

    public static void CleanMemoryMappedFile()
    {
        using var file = MemoryMappedFile.CreateNew(null, 4096);
        using var view = file.CreateViewAccessor();
        using var there = new EventWaitHandle(false, EventResetMode.AutoReset);
        using var back = new EventWaitHandle(true, EventResetMode.AutoReset);
        int sum = 0;
        Both(
            () => { for (int i = 0; i < 30; i++) { back.WaitOne(); view.Write(0, i); view.Write(8, (long)i * i); there.Set(); } },
            () => { for (int i = 0; i < 30; i++) { there.WaitOne(); sum += view.ReadInt32(0) + (int)view.ReadInt64(8); back.Set(); } });
        Same(435 + 8555, sum);
    }

    private sealed class Ghost(ConcurrentQueue<Diary> afterlife)
    {
        public Diary Diary = new();

        ~Ghost()
        {
            Diary.Write(2);
            afterlife.Enqueue(Diary);
        }
    }

    public static void CleanFinalizersHandOver()
    {
        var afterlife = new ConcurrentQueue<Diary>();
        Each(3, _ =>
        {
            for (int i = 0; i < 10; i++)
            {
                var ghost = new Ghost(afterlife);
                ghost.Diary.Write(1);

                // Or it could be finalized while its diary is still being written.
                GC.KeepAlive(ghost);
            }
        });
        while (afterlife.Count < 30)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Same((60, 90), (afterlife.Sum(static d => d.Entries), afterlife.Sum(static d => d.Pages.Sum())));
    }

    private sealed class Feed : IObservable<int>
    {
        private IObserver<int>[] _observers = [];

        public IDisposable Subscribe(IObserver<int> observer)
        {
            lock (this) { Volatile.Write(ref _observers, [.. _observers, observer]); }
            return new MemoryStream();
        }

        public void Publish(int value)
        {
            foreach (IObserver<int> observer in Volatile.Read(ref _observers)) { observer.OnNext(value); }
        }
    }

    private sealed class Summing : IObserver<int>
    {
        private readonly object _gate = new();
        private long _sum;

        public long Sum { get { lock (_gate) { return _sum; } } }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void OnNext(int value)
        {
            lock (_gate) { _sum += value; }
        }
    }

    public static void CleanObservers()
    {
        var feed = new Feed();
        Summing[] observers = [new(), new(), new()];
        Each(3, index => feed.Subscribe(observers[index]));
        Each(3, _ => { for (int i = 0; i < 40; i++) { feed.Publish(i); } });
        Same(3 * 3 * 780L, observers.Sum(static o => o.Sum));
    }
}
