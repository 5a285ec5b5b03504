using System.Threading.Channels;
using System.Threading.Tasks.Dataflow;

namespace Ncsan.Locks.RealCode;

/// <summary>System.Threading.Channels: producers and consumers with backpressure, a lock of the program on either side.</summary>
internal static class ChannelPipelines
{
    internal static async Task RunAsync()
    {
        object log = new();
        var lines = new List<int>();
        foreach (Channel<int> channel in (Channel<int>[])[Channel.CreateBounded<int>(4), Channel.CreateUnbounded<int>(), Channel.CreateBounded<int>(new BoundedChannelOptions(2) { FullMode = BoundedChannelFullMode.DropOldest, AllowSynchronousContinuations = true })])
        {
            Task[] producers = [.. Enumerable.Range(0, 3).Select(p => Task.Run(async () => { for (int i = 0; i < 40; i++) { await channel.Writer.WriteAsync(p * 40 + i); lock (log) { lines.Add(i); } } }))];
            Task[] consumers =
            [
                Task.Run(async () => { await foreach (int item in channel.Reader.ReadAllAsync()) { lock (log) { lines.Add(item); } } }),
                Task.Run(async () => { while (await channel.Reader.WaitToReadAsync()) { while (channel.Reader.TryRead(out int item)) { lock (log) { lines.Add(item); } } } }),
            ];
            await Task.WhenAll(producers);
            channel.Writer.Complete();
            await Task.WhenAll(consumers);
            await channel.Reader.Completion;
        }
    }
}

/// <summary>TPL Dataflow: a graph of blocks with bounds, a join, a loop back and propagated completion.</summary>
internal static class Dataflows
{
    internal static async Task RunAsync()
    {
        object gate = new();
        int sum = 0, joined = 0;
        var propagate = new DataflowLinkOptions { PropagateCompletion = true };
        var parallel = new ExecutionDataflowBlockOptions { MaxDegreeOfParallelism = 4, BoundedCapacity = 8 };
        var source = new BufferBlock<int>(new DataflowBlockOptions { BoundedCapacity = 8 });
        var twice = new TransformBlock<int, int>(async item => { await Task.Yield(); lock (gate) { return item * 2; } }, parallel);
        var spread = new TransformManyBlock<int, int>(item => [item, item + 1], parallel);
        var share = new BroadcastBlock<int>(item => item);
        var batch = new BatchBlock<int>(5);
        var add = new ActionBlock<int[]>(items => { lock (gate) { sum += items.Sum(); } }, parallel);
        var join = new JoinBlock<int, int>();
        var count = new ActionBlock<Tuple<int, int>>(_ => { lock (gate) { joined++; } });
        source.LinkTo(twice, propagate);
        twice.LinkTo(spread, propagate);
        spread.LinkTo(share, propagate);
        share.LinkTo(batch, propagate);
        batch.LinkTo(add, propagate);
        share.LinkTo(join.Target1);
        share.LinkTo(join.Target2);
        join.LinkTo(count, propagate);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 30; i++)
            {
                await source.SendAsync(i);
                lock (gate) { source.Post(i); }
            }
        })));
        source.Complete();
        await add.Completion;
        join.Complete();
        await count.Completion;
        lock (gate) { if (sum == 0 || joined == 0) { throw new InvalidOperationException("the blocks have handed nothing on"); } }
    }
}
