using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Async flows and those that await them: what is awaited on the spot comes after one another, what is merely started does not.</summary>
public static class FlowTwins
{
    private sealed class Count
    {
        public int Value;
    }

    private static async Task Add(Count count)
    {
        count.Value++; // race[TestRaceTwoFlowsAtOnce]: read|write Count.Value
        await Task.Yield();
        count.Value++; // race[TestRaceTwoFlowsAtOnce]: read|write Count.Value
    }

    public static async Task TestNoRaceAwaitedOnTheSpot()
    {
        var count = new Count();
        for (int i = 0; i < 5; i++)
        {
            await Add(count).ConfigureAwait(false);
            count.Value++;
        }

        Same(15, count.Value);
    }

    public static async Task TestRaceTwoFlowsAtOnce()
    {
        var count = new Count();
        await BothAsync(() => Add(count), () => Add(count));
    }

    private static async IAsyncEnumerable<int> Numbers(Count count)
    {
        for (int i = 0; i < 5; i++)
        {
            count.Value++;
            await Task.Yield();
            count.Value++;
            yield return i;
        }
    }

    public static async Task TestNoRaceAsyncIteratorAndItsConsumer()
    {
        var count = new Count();
        await foreach (int _ in Numbers(count))
        {
            count.Value++;
            await Task.Yield();
            count.Value++;
        }

        Same(20, count.Value);
    }

    public static async Task TestNoRaceWorkAwaitedOnTheSpot()
    {
        var count = new Count();
        for (int i = 0; i < 5; i++)
        {
            await Task.Run(() => count.Value++);
            count.Value++;
        }

        Same(10, count.Value);
    }

    public static async Task TestRaceWorkThatNobodyAwaits()
    {
        var count = new Count();
        var work = Task.Run(() => count.Value = 1); // race: write Count.Value
        await Task.Delay(30);
        Use(count.Value); // race: read Count.Value
        await work;
    }

    public static async Task TestNoRaceAllJoined()
    {
        var counts = new[] { new Count(), new Count(), new Count() };
        await Task.WhenAll(
            Task.Run(() => counts[0].Value = 1),
            Task.Run(async () => { await Task.Delay(20); counts[1].Value = 2; }),
            Task.Run(async () => { await Task.Delay(40); counts[2].Value = 3; }));
        Same(6, counts[0].Value + counts[1].Value + counts[2].Value);
    }
}
