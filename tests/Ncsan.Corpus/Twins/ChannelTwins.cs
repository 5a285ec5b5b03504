using System.Collections.Concurrent;
using System.Threading.Channels;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Channels, blocking collections and other hand-offs: what is sent belongs to the receiver.</summary>
public static class ChannelTwins
{
    private sealed class Message
    {
        public int Value;
    }

    public static async Task TestNoRaceUnboundedChannel()
    {
        var channel = Channel.CreateUnbounded<Message>();
        Task sender = Task.Run(() => { channel.Writer.TryWrite(new Message { Value = 5 }); channel.Writer.Complete(); });
        await foreach (Message message in channel.Reader.ReadAllAsync()) { Same(5, message.Value++); }
        await sender;
    }

    public static async Task TestRaceSenderKeepsMessage()
    {
        var channel = Channel.CreateUnbounded<Message>();
        using var start = new Barrier(2);
        Task sender = Task.Run(() =>
        {
            var message = new Message();
            channel.Writer.TryWrite(message);
            start.SignalAndWait();
            message.Value = 1; // race: write Message.Value
        });
        Message received = await channel.Reader.ReadAsync();
        start.SignalAndWait();
        received.Value = 2; // race: write Message.Value
        await sender;
    }

    public static async Task TestNoRaceBoundedChannel()
    {
        var channel = Channel.CreateBounded<int[]>(1);
        Task sender = Task.Run(async () =>
        {
            for (int i = 0; i < 4; i++) { int[] batch = [i]; await channel.Writer.WriteAsync(batch); }
            channel.Writer.Complete();
        });
        int sum = 0;
        await foreach (int[] batch in channel.Reader.ReadAllAsync()) { sum += batch[0]; batch[0] = -1; }
        Same(6, sum);
        await sender;
    }

    public static async Task TestRaceBatchReused()
    {
        var channel = Channel.CreateUnbounded<int[]>();
        using var start = new Barrier(2);
        Task sender = Task.Run(() =>
        {
            int[] batch = new int[2];
            channel.Writer.TryWrite(batch);
            start.SignalAndWait();
            batch[0] = 7; // race: write int[]
        });
        int[] mine = await channel.Reader.ReadAsync();
        start.SignalAndWait();
        Use(mine[0]); // race: read int[]
        await sender;
    }

    public static async Task TestNoRaceBatchNotReused()
    {
        var channel = Channel.CreateUnbounded<int[]>();
        Task sender = Task.Run(() =>
        {
            int[] batch = [3];
            channel.Writer.TryWrite(batch);
            batch = [4];
            channel.Writer.TryWrite(batch);
        });
        Same(3, (await channel.Reader.ReadAsync())[0]);
        Same(4, (await channel.Reader.ReadAsync())[0]);
        await sender;
    }

    public static async Task TestNoRaceChannelAsSignal()
    {
        int result = 0;
        var done = Channel.CreateBounded<bool>(1);
        Task worker = Task.Run(async () => { result = 42; await done.Writer.WriteAsync(true); });
        await done.Reader.ReadAsync();
        Same(42, result);
        await worker;
    }

    public static async Task TestRaceSignalTooEarly()
    {
        int result = 0;
        var done = Channel.CreateBounded<bool>(1);
        using var start = new Barrier(2);
        Task worker = Task.Run(async () =>
        {
            await done.Writer.WriteAsync(true);
            start.SignalAndWait();
            result = 42; // race: write result
        });
        await done.Reader.ReadAsync();
        start.SignalAndWait();
        Use(result); // race: read result
        await worker;
    }

    public static void TestNoRaceBlockingCollection()
    {
        using var items = new BlockingCollection<Message>(2);
        int sum = 0;
        Both(
            () => { for (int i = 0; i < 4; i++) { items.Add(new Message { Value = i }); } items.CompleteAdding(); },
            () => { foreach (Message message in items.GetConsumingEnumerable()) { sum += message.Value; } });
        Same(6, sum);
    }

    public static void TestRaceBlockingCollectionShared()
    {
        using var items = new BlockingCollection<Message>();
        var message = new Message();
        items.Add(message);
        Both(
            () => items.Take().Value = 1, // race: write Message.Value
            () => message.Value = 2); // race: write Message.Value
    }

    public static async Task TestRaceTwoReceiversShareState()
    {
        var channel = Channel.CreateUnbounded<int>();
        var total = new Message();
        channel.Writer.TryWrite(1);
        channel.Writer.TryWrite(2);
        async Task Receive()
        {
            int value = await channel.Reader.ReadAsync();
            total.Value += value; // race: read|write Message.Value
        }

        await BothAsync(Receive, Receive);
    }

    public static async Task TestNoRaceTwoReceiversApart()
    {
        var channel = Channel.CreateUnbounded<Message>();
        channel.Writer.TryWrite(new Message());
        channel.Writer.TryWrite(new Message());
        async Task Receive()
        {
            Message message = await channel.Reader.ReadAsync();
            message.Value++;
            Same(1, message.Value);
        }

        await BothAsync(Receive, Receive);
    }

    public static async Task TestNoRacePingPong()
    {
        var there = Channel.CreateUnbounded<Message>();
        var back = Channel.CreateUnbounded<Message>();
        Task other = Task.Run(async () =>
        {
            await foreach (Message message in there.Reader.ReadAllAsync()) { message.Value++; back.Writer.TryWrite(message); }
        });
        var ball = new Message();
        for (int i = 0; i < 4; i++) { ball.Value++; there.Writer.TryWrite(ball); ball = await back.Reader.ReadAsync(); }
        there.Writer.Complete();
        Same(8, ball.Value);
        await other;
    }

    public static void TestNoRaceConcurrentQueueHandOff()
    {
        var queue = new ConcurrentQueue<Message>();
        Both(
            () => queue.Enqueue(new Message { Value = 3 }),
            () => { Message? message; while (!queue.TryDequeue(out message)) { Thread.Yield(); } Same(3, message.Value); });
    }

    public static void TestRaceConcurrentQueuePeek()
    {
        var queue = new ConcurrentQueue<Message>();
        queue.Enqueue(new Message());
        Both(
            () => { queue.TryPeek(out Message? message); message!.Value = 1; }, // race: write Message.Value
            () => { queue.TryPeek(out Message? message); Use(message!.Value); }); // race: read Message.Value
    }

    public static async Task TestNoRaceChannelCompletion()
    {
        int count = 0;
        var channel = Channel.CreateUnbounded<int>();
        Task worker = Task.Run(() => { count = 9; channel.Writer.Complete(); });
        await channel.Reader.Completion;
        Same(9, count);
        await worker;
    }

    public static async Task TestRaceChannelValueInClosure()
    {
        var channel = Channel.CreateUnbounded<Action>();
        int seen = 0;
        using var start = new Barrier(2);
        channel.Writer.TryWrite(() => seen = 1); // race: write seen
        Task worker = Task.Run(async () => { Action action = await channel.Reader.ReadAsync(); start.SignalAndWait(); action(); });
        start.SignalAndWait();
        seen = 2; // race: write seen
        await worker;
    }
}
