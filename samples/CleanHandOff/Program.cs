using System.Threading.Channels;

// A producer hands batches to a consumer through a channel; the result is published by the task's completion.
// Every shared object changes hands, and none is touched by two threads at once: there is nothing to report.

Channel<int[]> batches = Channel.CreateBounded<int[]>(4);
Task producer = Task.Run(async () =>
{
    for (int i = 0; i < 200; i++)
    {
        int[] batch = new int[64];
        for (int j = 0; j < batch.Length; j++) { batch[j] = i + j; }
        await batches.Writer.WriteAsync(batch);
    }

    batches.Writer.Complete();
});

var totals = new Totals();
await foreach (int[] batch in batches.Reader.ReadAllAsync())
{
    foreach (int value in batch) { totals.Add(value); }
}

await producer;
Console.WriteLine($"{totals.Count} values, sum {totals.Sum}");

internal sealed class Totals
{
    public int Count { get; private set; }

    public long Sum { get; private set; }

    public void Add(int value)
    {
        Count++;
        Sum += value;
    }
}
