using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Threading.Channels;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Clean;

/// <summary>Programs in which objects change hands: channels, queues, pipelines, signals.</summary>
public static class HandOffPrograms
{
    private sealed class Job
    {
        public int Input, Output;
        public List<string> Log = [];
    }

    public static async Task CleanUnboundedChannel()
    {
        var jobs = Channel.CreateUnbounded<Job>();
        var done = Channel.CreateUnbounded<Job>();
        Task[] workers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            await foreach (Job job in jobs.Reader.ReadAllAsync()) { job.Output = job.Input * job.Input; job.Log.Add("squared"); done.Writer.TryWrite(job); }
        }))];
        for (int i = 0; i < 200; i++) { jobs.Writer.TryWrite(new Job { Input = i, Log = { "made" } }); }
        jobs.Writer.Complete();
        await Task.WhenAll(workers);
        done.Writer.Complete();
        long sum = 0;
        await foreach (Job job in done.Reader.ReadAllAsync()) { sum += job.Output; Same(2, job.Log.Count); }
        Same(2646700L, sum);
    }

    public static async Task CleanBoundedChannel()
    {
        var lines = Channel.CreateBounded<int[]>(new BoundedChannelOptions(2) { SingleReader = true });
        Task producer = Task.Run(async () =>
        {
            for (int i = 0; i < 100; i++)
            {
                int[] batch = new int[16];
                Array.Fill(batch, i);
                await lines.Writer.WriteAsync(batch);
            }

            lines.Writer.Complete();
        });
        long sum = 0;
        await foreach (int[] batch in lines.Reader.ReadAllAsync()) { foreach (int value in batch) { sum += value; } Array.Clear(batch); }
        await producer;
        Same(79200L, sum);
    }

    public static async Task CleanThreeStagePipeline()
    {
        Channel<Job> first = Channel.CreateBounded<Job>(4), second = Channel.CreateBounded<Job>(4);
        Task one = Task.Run(async () => { for (int i = 0; i < 100; i++) { await first.Writer.WriteAsync(new Job { Input = i }); } first.Writer.Complete(); });
        Task two = Task.Run(async () => { await foreach (Job job in first.Reader.ReadAllAsync()) { job.Output = job.Input + 1; await second.Writer.WriteAsync(job); } second.Writer.Complete(); });
        int sum = 0;
        await foreach (Job job in second.Reader.ReadAllAsync()) { sum += job.Output; job.Input = -1; }
        await Task.WhenAll(one, two);
        Same(5050, sum);
    }

    public static void CleanBlockingCollection()
    {
        using var jobs = new BlockingCollection<Job>(8);
        int sum = 0;
        Both(
            () => { for (int i = 0; i < 200; i++) { jobs.Add(new Job { Input = i }); } jobs.CompleteAdding(); },
            () => { foreach (Job job in jobs.GetConsumingEnumerable()) { job.Output = job.Input * 2; sum += job.Output; } });
        Same(39800, sum);
    }

    public static void CleanConcurrentQueueWorkers()
    {
        var queue = new ConcurrentQueue<Job>(Enumerable.Range(0, 400).Select(i => new Job { Input = i }));
        var done = new ConcurrentBag<Job>();
        Each(4, _ => { while (queue.TryDequeue(out Job? job)) { job.Output = job.Input + 1; done.Add(job); } });
        Same(80200, done.Sum(j => j.Output));
    }

    public static void CleanConcurrentStack()
    {
        var stack = new ConcurrentStack<Job>();
        Each(4, index =>
        {
            for (int i = 0; i < 100; i++)
            {
                stack.Push(new Job { Input = i });
                if (stack.TryPop(out Job? job)) { job.Output++; stack.Push(job); }
            }
        });
        Same(400, stack.Count);
    }

    public static void CleanConcurrentDictionary()
    {
        var counts = new ConcurrentDictionary<string, int>();
        string[] words = ["a", "b", "c", "d", "e"];
        Each(4, index => { for (int i = 0; i < 300; i++) { counts.AddOrUpdate(words[(i + index) % 5], 1, static (_, old) => old + 1); } });
        Same(1200, counts.Values.Sum());
    }

    public static void CleanConcurrentDictionaryGetOrAddLazy()
    {
        int made = 0;
        var cache = new ConcurrentDictionary<int, Lazy<Job>>();
        Each(4, _ =>
        {
            for (int i = 0; i < 50; i++)
            {
                Job job = cache.GetOrAdd(i, key => new Lazy<Job>(() => { Interlocked.Increment(ref made); return new Job { Input = key }; })).Value;
                Same(i, job.Input);
            }
        });
        Same(50, made);
    }

    public static void CleanConcurrentBag()
    {
        var bag = new ConcurrentBag<int[]>();
        Each(4, index =>
        {
            for (int i = 0; i < 100; i++)
            {
                if (!bag.TryTake(out int[]? mine)) { mine = new int[4]; }
                mine[index]++;
                bag.Add(mine);
            }
        });
        Same(400, bag.Sum(cells => cells.Sum()));
    }

    public static async Task CleanPipelines()
    {
        var pipe = new Pipe();
        Task writer = Task.Run(async () =>
        {
            for (int i = 0; i < 64; i++)
            {
                Memory<byte> memory = pipe.Writer.GetMemory(16);
                memory.Span[..16].Fill((byte)i);
                pipe.Writer.Advance(16);
                await pipe.Writer.FlushAsync();
            }

            await pipe.Writer.CompleteAsync();
        });
        long sum = 0;
        while (true)
        {
            ReadResult read = await pipe.Reader.ReadAsync();
            foreach (ReadOnlyMemory<byte> segment in read.Buffer) { foreach (byte value in segment.Span) { sum += value; } }
            pipe.Reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) { break; }
        }

        await writer;
        Same(32256L, sum);
    }

    public static void CleanAutoResetPingPong()
    {
        using var there = new AutoResetEvent(false);
        using var back = new AutoResetEvent(false);
        var ball = new Job();
        Both(
            () => { for (int i = 0; i < 200; i++) { ball.Input++; there.Set(); back.WaitOne(); } },
            () => { for (int i = 0; i < 200; i++) { there.WaitOne(); ball.Output += ball.Input; back.Set(); } });
        Same(20100, ball.Output);
    }

    public static void CleanManualResetEventSlim()
    {
        using var ready = new ManualResetEventSlim();
        Job? shared = null;
        Both(
            () => { shared = new Job { Input = 9 }; ready.Set(); },
            () => { ready.Wait(); Same(9, shared!.Input); },
            () => { ready.Wait(); Same(9, shared!.Input); });
    }

    public static void CleanManualResetEventOfThePlatform()
    {
        using var ready = new ManualResetEvent(false);
        int[] cells = new int[3];
        Both(
            () => { cells[0] = 4; ready.Set(); },
            () => { ready.WaitOne(); cells[1] = cells[0] + 1; },
            () => { ready.WaitOne(); cells[2] = cells[0] + 2; });
        Same(15, cells.Sum());
    }

    public static void CleanExchangeHandOff()
    {
        Job? slot = null;
        int sum = 0;
        Both(
            () =>
            {
                for (int i = 1; i <= 100; i++)
                {
                    var job = new Job { Input = i };
                    var wait = new SpinWait();
                    while (Interlocked.CompareExchange(ref slot, job, null) is not null) { wait.SpinOnce(); }
                }
            },
            () =>
            {
                for (int i = 1; i <= 100; i++)
                {
                    Job? job;
                    var wait = new SpinWait();
                    while ((job = Interlocked.Exchange(ref slot, null)) is null) { wait.SpinOnce(); }
                    job.Output = job.Input;
                    sum += job.Output;
                }
            });
        Same(5050, sum);
    }

    // A stream of events in the manner of Rx: subscribers copy on write, each notification finishes before the next begins.
    private sealed class Subject<T>
    {
        private readonly Lock _gate = new();
        private volatile Action<T>[] _observers = [];

        public void Subscribe(Action<T> observer) { lock (_gate) { _observers = [.. _observers, observer]; } }

        public void Next(T value) { foreach (Action<T> observer in _observers) { observer(value); } }
    }

    public static void CleanSubjectCopyOnWrite()
    {
        var subject = new Subject<int>();
        int received = 0;
        Both(
            () => { for (int i = 0; i < 20; i++) { subject.Subscribe(_ => Interlocked.Increment(ref received)); } },
            () => { for (int i = 0; i < 200; i++) { subject.Next(i); } });
        subject.Next(0);
        Same(true, received >= 20);
    }
}
