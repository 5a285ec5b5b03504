using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using System.Threading.Tasks.Dataflow;
using System.Threading.Tasks.Sources;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Clean;

/// <summary>Asynchronous programs whose state hops threads: pooled state machines, value task sources, mailboxes, asynchronous streams, dataflow.</summary>
public static class AsyncHandOffPrograms
{
    private sealed class Parcel
    {
        public int Weight;
        public List<string> Stamps = [];
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<int> PooledSum(int from, int count)
    {
        int sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += from + i;
            if (i % 3 == 0) { await Task.Yield(); }
        }

        return sum;
    }

    public static async Task CleanPooledStateMachines()
    {
        int[] sums = await Task.WhenAll(Enumerable.Range(0, 6).Select(start => Task.Run(async () =>
        {
            int sum = 0;
            for (int i = 0; i < 15; i++) { sum += await PooledSum(start, 10); }
            return sum;
        })));
        Same(15 * ((6 * 45) + (10 * 15)), sums.Sum());
    }

    private sealed class Signal : IValueTaskSource<Parcel>
    {
        private ManualResetValueTaskSourceCore<Parcel> _core = new() { RunContinuationsAsynchronously = true };

        public ValueTask<Parcel> Next() => new(this, _core.Version);

        public void Send(Parcel parcel) => _core.SetResult(parcel);

        public Parcel GetResult(short token)
        {
            Parcel result = _core.GetResult(token);
            _core.Reset();
            return result;
        }

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _core.OnCompleted(continuation, state, token, flags);
    }

    public static async Task CleanValueTaskSource()
    {
        Signal there = new(), back = new();
        Task<int> echo = Task.Run(async () =>
        {
            int sum = 0;
            for (int i = 0; i < 40; i++)
            {
                Parcel parcel = await there.Next();
                sum += parcel.Weight++;
                parcel.Stamps.Add("echo");
                back.Send(parcel);
            }

            return sum;
        });
        int returned = 0;
        for (int i = 0; i < 40; i++)
        {
            ValueTask<Parcel> answer = back.Next();
            there.Send(new Parcel { Weight = i });
            Parcel parcel = await answer;
            returned += parcel.Weight + parcel.Stamps.Count;
        }

        Same((780, 860), (await echo, returned));
    }

    private sealed class Mailbox
    {
        private readonly Channel<Func<Mailbox, Task>> _letters = Channel.CreateUnbounded<Func<Mailbox, Task>>(new UnboundedChannelOptions { SingleReader = true });
        private readonly Task _pump;

        public int Balance;
        public Dictionary<string, int> Senders = [];

        public Mailbox() => _pump = Task.Run(async () => { await foreach (var letter in _letters.Reader.ReadAllAsync()) { await letter(this); } });

        public void Post(Func<Mailbox, Task> letter) => _letters.Writer.TryWrite(letter);

        public Task Close()
        {
            _letters.Writer.Complete();
            return _pump;
        }
    }

    public static async Task CleanActors()
    {
        Mailbox[] actors = [new(), new(), new()];
        await BothAsync([.. Enumerable.Range(0, 4).Select<int, Func<Task>>(sender => async () =>
        {
            for (int i = 0; i < 30; i++)
            {
                actors[i % 3].Post(async me =>
                {
                    me.Balance += sender;
                    await Task.Yield();
                    me.Senders[$"s{sender}"] = me.Senders.GetValueOrDefault($"s{sender}") + 1;
                });
                if (i % 10 == 0) { await Task.Yield(); }
            }
        })]);
        foreach (Mailbox actor in actors) { await actor.Close(); }
        Same((180, 120), (actors.Sum(static a => a.Balance), actors.Sum(static a => a.Senders.Values.Sum())));
    }

    private sealed class AsyncGate
    {
        private readonly Queue<TaskCompletionSource> _waiting = [];
        private bool _taken;

        public Task Enter()
        {
            lock (_waiting)
            {
                if (!_taken) { _taken = true; return Task.CompletedTask; }
                var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Enqueue(turn);
                return turn.Task;
            }
        }

        public void Leave()
        {
            TaskCompletionSource? next;
            lock (_waiting) { if (!_waiting.TryDequeue(out next)) { _taken = false; } }
            next?.SetResult();
        }
    }

    public static async Task CleanAsyncGateOfCompletionSources()
    {
        var gate = new AsyncGate();
        var parcel = new Parcel();
        await BothAsync([.. Enumerable.Range(0, 4).Select<int, Func<Task>>(index => async () =>
        {
            for (int i = 0; i < 25; i++)
            {
                await gate.Enter();
                parcel.Weight++;
                if (i % 4 == 0) { await Task.Yield(); }
                parcel.Stamps.Add($"{index}");
                gate.Leave();
            }
        })]);
        Same((100, 100), (parcel.Weight, parcel.Stamps.Count));
    }

    public static async Task CleanBuffersThroughChannelsAndBack()
    {
        var full = Channel.CreateBounded<byte[]>(3);
        var empty = Channel.CreateBounded<byte[]>(4);
        for (int i = 0; i < 4; i++) { empty.Writer.TryWrite(ArrayPool<byte>.Shared.Rent(128)); }
        int sum = 0;
        Task[] readers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            await foreach (byte[] buffer in full.Reader.ReadAllAsync())
            {
                for (int i = 0; i < 128; i++) { Interlocked.Add(ref sum, buffer[i]); buffer[i] = 0; }
                await empty.Writer.WriteAsync(buffer);
            }
        }))];
        for (int round = 0; round < 30; round++)
        {
            byte[] buffer = await empty.Reader.ReadAsync();
            buffer.AsSpan(0, 128).Fill(1);
            await full.Writer.WriteAsync(buffer);
        }

        full.Writer.Complete();
        await Task.WhenAll(readers);
        while (empty.Reader.TryRead(out byte[]? buffer)) { ArrayPool<byte>.Shared.Return(buffer); }
        Same(30 * 128, sum);
    }

    private static async IAsyncEnumerable<Parcel> Produce(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (i % 4 == 0) { await Task.Yield(); }
            yield return new Parcel { Weight = i };
        }
    }

    private static async IAsyncEnumerable<Parcel> Stamp(IAsyncEnumerable<Parcel> parcels, string stamp, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        await foreach (Parcel parcel in parcels.WithCancellation(cancel))
        {
            parcel.Stamps.Add(stamp);
            parcel.Weight++;
            await Task.Yield();
            yield return parcel;
        }
    }

    public static async Task CleanAsyncStreamStages()
    {
        int[] sums = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            int sum = 0;
            await foreach (Parcel parcel in Stamp(Stamp(Produce(30), "first"), "second")) { sum += parcel.Weight + parcel.Stamps.Count; }
            return sum;
        })));
        Same(3 * (435 + 120), sums.Sum());
    }

    public static async Task CleanDataflow()
    {
        int total = 0;
        var parse = new TransformBlock<int, Parcel>(static i => new Parcel { Weight = i }, new ExecutionDataflowBlockOptions { MaxDegreeOfParallelism = 3 });
        var stamp = new TransformBlock<Parcel, Parcel>(static p => { p.Stamps.Add("x"); p.Weight *= 2; return p; }, new ExecutionDataflowBlockOptions { MaxDegreeOfParallelism = 2 });
        var sum = new ActionBlock<Parcel>(p => total += p.Weight + p.Stamps.Count);
        parse.LinkTo(stamp, new DataflowLinkOptions { PropagateCompletion = true });
        stamp.LinkTo(sum, new DataflowLinkOptions { PropagateCompletion = true });
        for (int i = 0; i < 60; i++) { parse.Post(i); }
        parse.Complete();
        await sum.Completion;
        Same(3540 + 60, total);
    }

    public static async Task CleanExceptionsAcrossTasks()
    {
        var parcel = new Parcel();
        for (int i = 0; i < 25; i++)
        {
            try
            {
                await Task.Run(() => { parcel.Weight++; if (parcel.Weight % 2 == 0) { throw new InvalidOperationException("even"); } parcel.Stamps.Add("odd"); });
            }
            catch (InvalidOperationException)
            {
                parcel.Stamps.Add("even");
            }
            finally
            {
                parcel.Weight += 0;
            }
        }

        Same((25, 25), (parcel.Weight, parcel.Stamps.Count));
    }
}
