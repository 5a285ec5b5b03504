using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading.Channels;

namespace Ncsan.Framework.Subject;

/// <summary>Programs that share data rightly, through what the framework has for it. Nothing may be found, and each checks its own result.</summary>
internal static class Clean
{
    internal static void ChannelHandsOver()
    {
        var channel = Channel.CreateBounded<int[]>(4);
        var writer = Task.Run(async () =>
        {
            for (int i = 0; i < 500; i++) { await channel.Writer.WriteAsync([i, i + 1]); }
            channel.Writer.Complete();
        });
        int sum = Task.Run(async () =>
        {
            int total = 0;
            await foreach (int[] pair in channel.Reader.ReadAllAsync()) { total += pair[1] - pair[0]; }
            return total;
        }).Result;
        writer.Wait();
        Expect(sum == 500);
    }

    internal static void LockedDictionary()
    {
        var map = new Dictionary<string, int>();
        var gate = new Lock();
        Parallel.For(0, 2000, i => { lock (gate) { map[(i % 50).ToString()] = map.GetValueOrDefault((i % 50).ToString()) + 1; } });
        Expect(map.Values.Sum() == 2000);
    }

    internal static void Concurrent()
    {
        var map = new ConcurrentDictionary<int, int>();
        var queue = new ConcurrentQueue<int>();
        var bag = new ConcurrentBag<int>();
        Parallel.For(0, 3000, i => { map.AddOrUpdate(i % 10, 1, (_, n) => n + 1); queue.Enqueue(i); bag.Add(i); if (i % 3 == 0) { queue.TryDequeue(out int _); bag.TryTake(out int _); } });
        Expect(map.Values.Sum() == 3000 && queue.Count == 2000 && bag.Count == 2000);
    }

    internal static void ParallelLinq() => Expect(Enumerable.Range(0, 20_000).AsParallel().Where(i => i % 3 == 0).Select(i => (long)i * 2).Sum() == Enumerable.Range(0, 20_000).Where(i => i % 3 == 0).Sum(i => (long)i * 2));

    internal static void JsonOnManyThreads()
    {
        Parallel.For(0, 200, i =>
        {
            string text = JsonSerializer.Serialize(new { Id = i, Name = "n" + i, Values = new[] { 1, 2, 3 } });
            Expect(JsonDocument.Parse(text).RootElement.GetProperty("Id").GetInt32() == i);
        });
    }

    internal static void RegexOnManyThreads()
    {
        var shared = new Regex(@"(\w+)@(\w+)\.com", RegexOptions.Compiled);
        Parallel.For(0, 300, i => Expect(shared.Match($"user{i}@host.com").Groups[1].Value == "user" + i));
    }

    internal static void LazyAndTypes()
    {
        for (int round = 0; round < 50; round++)
        {
            var lazy = new Lazy<object>(() => new object());
            var seen = new ConcurrentBag<object>();
            Parallel.For(0, 8, _ => seen.Add(lazy.Value));
            Expect(seen.Distinct().Count() == 1);
        }
    }

    internal static void Exceptions()
    {
        int caught = 0;
        Parallel.For(0, 2000, i => { try { throw new InvalidOperationException("number " + i); } catch (InvalidOperationException) when (i >= 0) { Interlocked.Increment(ref caught); } });
        Expect(caught == 2000);
    }

    internal static void DeepRecursion()
    {
        static int Down(int depth)
        {
            try { System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack(); }
            catch (InsufficientExecutionStackException) { return depth; }
            return Down(depth + 1);
        }

        Expect(Down(0) > 1000);
    }

    internal static void StarvedPool()
    {
        using var gate = new ManualResetEventSlim();
        var blocked = Enumerable.Range(0, 16).Select(_ => Task.Run(gate.Wait)).ToArray();
        var late = Task.Run(() => 42);
        gate.Set();
        Task.WaitAll(blocked);
        Expect(late.Result == 42);
    }

    internal static void CollectorUnderStress()
    {
        Parallel.For(0, 200, i =>
        {
            var list = new List<byte[]>();
            for (int k = 0; k < 50; k++) { list.Add(new byte[1000 + k]); }
            if (i % 20 == 0) { GC.Collect(); }
            Expect(list.Sum(b => b.Length) == 51_225);
        });
    }

    internal static void TimersAndTokens()
    {
        using var source = new CancellationTokenSource();
        int ticks = 0;
        using (var timer = new Timer(_ => { if (Interlocked.Increment(ref ticks) == 5) { source.Cancel(); } }, null, 1, 1)) { Expect(source.Token.WaitHandle.WaitOne(30_000)); }
        Expect(Volatile.Read(ref ticks) >= 5);
    }

    private static void Expect(bool holds)
    {
        if (!holds) { throw new InvalidOperationException("wrong result"); }
    }
}
