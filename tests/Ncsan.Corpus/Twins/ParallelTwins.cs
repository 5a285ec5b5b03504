using System.Collections.Concurrent;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Parallel loops and PLINQ. Two iterations meet at a barrier, so that they really run at the same time.</summary>
public static class ParallelTwins
{
    private static readonly ParallelOptions s_two = new() { MaxDegreeOfParallelism = 2 };

    // Parallel loops promise no parallelism: where one thread takes both iterations the barrier would never open, hence the limit.
    private static void Meet(Barrier barrier) => barrier.SignalAndWait(100);

    public static void TestRaceParallelForSum()
    {
        int sum = 0;
        using var met = new Barrier(2);
        Parallel.For(0, 2, s_two, i =>
        {
            Meet(met);
            sum += i + 1; // race: read|write sum
        });
    }

    public static void TestNoRaceParallelForOwnSlots()
    {
        int[] squares = new int[64];
        Parallel.For(0, 64, s_two, i => squares[i] = i * i);
        Same(63 * 63, squares[63]);
    }

    public static void TestNoRaceParallelForLocals()
    {
        long total = 0;
        Parallel.For(0, 100, s_two, () => 0L, (i, _, local) => local + i, local => Interlocked.Add(ref total, local));
        Same(4950L, Volatile.Read(ref total));
    }

    public static void TestRaceParallelForLocalsMergedPlain()
    {
        long total = 0;
        using var met = new Barrier(2);
        Parallel.For(0, 2, s_two, () => 0L, (i, _, local) => { Meet(met); return local + i; }, local =>
        {
            Meet(met);
            total += local + 1; // race: read|write total
        });
    }

    public static void TestRaceParallelForEachList()
    {
        var results = new List<int>();
        using var met = new Barrier(2);
        Parallel.ForEach(new[] { 1, 2 }, s_two, value =>
        {
            Meet(met);
            results.Add(value); // race: write List
        });
    }

    public static void TestNoRaceParallelForEachBag()
    {
        var results = new ConcurrentBag<int>();
        Parallel.ForEach(Enumerable.Range(0, 32), s_two, results.Add);
        Same(32, results.Count);
    }

    public static void TestRaceParallelInvoke()
    {
        int state = 0;
        using var met = new Barrier(2);
        Parallel.Invoke(
            () => { Meet(met); state = 1; }, // race: write state
            () => { Meet(met); state = 2; }); // race: write state
    }

    public static void TestNoRaceParallelInvokeApart()
    {
        int left = 0, right = 0;
        Parallel.Invoke(() => left = 1, () => right = 2);
        Same(3, left + right);
    }

    public static void TestRaceParallelStencil()
    {
        int[] cells = new int[4];
        using var met = new Barrier(2);
        Parallel.For(0, 2, s_two, i =>
        {
            Meet(met);
            cells[i] = cells[i + 1] + 1; // race: read|write int[]
        });
    }

    public static void TestNoRaceParallelStencilDoubleBuffered()
    {
        int[] cells = new int[65], next = new int[64];
        Parallel.For(0, 64, s_two, i => next[i] = cells[i] + cells[i + 1] + 1);
        Same(64, next.Sum());
    }

    public static void TestRacePlinqSideEffect()
    {
        int count = 0;
        using var met = new Barrier(2);
        int[] values = [1, 2];
        Use(values.AsParallel().WithDegreeOfParallelism(2).WithExecutionMode(ParallelExecutionMode.ForceParallelism).Select(value =>
        {
            Meet(met);
            count++; // race: read|write count
            return value;
        }).ToArray());
    }

    public static void TestNoRacePlinqSum()
    {
        int sum = Enumerable.Range(0, 1000).ToArray().AsParallel().WithDegreeOfParallelism(2).Where(v => v % 2 == 0).Select(v => v * 2).Sum();
        Same(499_000, sum);
    }

    public static void TestNoRacePlinqAggregate()
    {
        int best = Enumerable.Range(0, 500).AsParallel().WithDegreeOfParallelism(2).Aggregate(0, Math.Max);
        Same(499, best);
    }

    public static async Task TestRaceParallelForEachAsync()
    {
        int sum = 0;
        using var met = new Barrier(2);
        await Parallel.ForEachAsync(new[] { 1, 2 }, s_two, async (value, _) =>
        {
            await Task.Yield();
            Meet(met);
            sum += value; // race: read|write sum
        });
    }

    public static async Task TestNoRaceParallelForEachAsync()
    {
        int sum = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 16), s_two, async (value, _) => { await Task.Yield(); Interlocked.Add(ref sum, value); });
        Same(120, Volatile.Read(ref sum));
    }

    public static void TestRaceParallelStop()
    {
        bool found = false;
        using var met = new Barrier(2);
        Parallel.For(0, 2, s_two, i =>
        {
            Meet(met);
            if (!found) // race?: read found
            {
                found = true; // race: write found
            }
        });
    }

    public static void TestNoRaceParallelBreak()
    {
        ParallelLoopResult result = Parallel.For(0, 64, s_two, (i, state) => { if (i == 10) { state.Break(); } });
        Same(10L, result.LowestBreakIteration);
    }

    public static void TestRaceMatrixTranspose()
    {
        int[,] matrix = { { 1, 2 }, { 3, 4 } };
        using var met = new Barrier(2);
        Parallel.For(0, 2, s_two, i =>
        {
            Meet(met);
            (matrix[i, 1 - i], matrix[1 - i, i]) = (matrix[1 - i, i], matrix[i, 1 - i]); // race: read|write *
        });
    }

    public static void TestNoRacePartitioner()
    {
        int[] values = new int[256];
        Parallel.ForEach(Partitioner.Create(0, 256), s_two, range => { for (int i = range.Item1; i < range.Item2; i++) { values[i] = 1; } });
        Same(256, values.Sum());
    }
}
