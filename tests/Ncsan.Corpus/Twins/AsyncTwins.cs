using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Async methods: state machines hop between threads, one at a time; what they share is shared as anywhere.</summary>
public static class AsyncTwins
{
    private sealed class Box
    {
        public int Value;
        public int Sum;
    }

    public static async Task TestNoRaceAwaitOrders()
    {
        var box = new Box();
        await Task.Run(() => box.Value = 1);
        Same(1, box.Value);
        await Task.Run(() => box.Value++);
        Same(2, box.Value);
    }

    public static async Task TestRaceTwoAsyncMethods()
    {
        var box = new Box();
        async Task Work()
        {
            await Task.Yield();
            box.Value++; // race: read|write Box.Value
        }

        await BothAsync(Work, Work);
    }

    public static async Task TestNoRaceAsyncLocals()
    {
        async Task Work()
        {
            int own = 0;
            for (int i = 0; i < 4; i++) { await Task.Yield(); own++; }
            Same(4, own);
        }

        await BothAsync(Work, Work);
    }

    public static async Task TestRaceForgottenTask()
    {
        var box = new Box();
        using var met = new Barrier(2);
        Task forgotten = Task.Run(async () => { await Task.Yield(); met.SignalAndWait(); box.Value = 1; }); // race: write Box.Value
        met.SignalAndWait();
        box.Value = 2; // race: write Box.Value
        await forgotten;
    }

    public static async Task TestRaceAfterConfigureAwait()
    {
        var box = new Box();
        async Task Work(int value)
        {
            await Task.Delay(1).ConfigureAwait(false);
            box.Value = value; // race: write Box.Value
        }

        await BothAsync(() => Work(1), () => Work(2));
    }

    public static async Task TestNoRaceWhenAll()
    {
        int[] results = await Task.WhenAll(Task.Run(() => 1), Task.Run(() => 2));
        Same(3, results.Sum());
    }

    public static async Task TestNoRaceWhenAllOwnSlots()
    {
        int[] slots = new int[2];
        async Task Fill(int index) { await Task.Yield(); slots[index] = index + 1; }
        await Task.WhenAll(Fill(0), Fill(1));
        Same(3, slots.Sum());
    }

    public static async Task TestRaceWhenAllShareList()
    {
        var list = new List<int>();
        async Task Fill(int index)
        {
            await Task.Yield();
            list.Add(index); // race: write List
        }

        await BothAsync(() => Fill(0), () => Fill(1));
    }

    public static async Task TestNoRaceAsyncLocal()
    {
        var flow = new AsyncLocal<int>();
        async Task Work(int value)
        {
            flow.Value = value;
            await Task.Yield();
            Same(value, flow.Value);
        }

        await BothAsync(() => Work(1), () => Work(2));
    }

    public static async Task TestRaceAsyncLocalSharedObject()
    {
        var flow = new AsyncLocal<Box> { Value = new Box() };
        async Task Work()
        {
            await Task.Yield();
            flow.Value!.Value++; // race: read|write Box.Value
        }

        await BothAsync(Work, Work);
    }

    public static async Task TestNoRaceTaskCompletionSource()
    {
        var box = new Box();
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task reader = Task.Run(async () => { await ready.Task; Same(3, box.Value); });
        box.Value = 3;
        ready.SetResult();
        await reader;
    }

    public static async Task TestRaceTaskCompletionSourceEarly()
    {
        var box = new Box();
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var met = new Barrier(2);
        Task reader = Task.Run(async () => { await ready.Task; met.SignalAndWait(); Use(box.Value); }); // race: read Box.Value
        ready.SetResult();
        met.SignalAndWait();
        box.Value = 3; // race: write Box.Value
        await reader;
    }

    public static async Task TestNoRaceContinuationChain()
    {
        var box = new Box();
        await Task.Run(() => box.Value = 1)
            .ContinueWith(_ => box.Value += 2, TaskScheduler.Default)
            .ContinueWith(_ => box.Value += 3, TaskScheduler.Default);
        Same(6, box.Value);
    }

    public static async Task TestRaceTwoContinuations()
    {
        var box = new Box();
        Task first = Task.Run(() => { });
        using var met = new Barrier(2);
        Task Continue() => first.ContinueWith(_ => { met.SignalAndWait(); box.Value++; }, TaskContinuationOptions.LongRunning); // race: read|write Box.Value
        await Task.WhenAll(Continue(), Continue());
    }

    public static async Task TestNoRaceAsyncEnumerable()
    {
        int sum = 0;
        await foreach (int value in Produce()) { sum += value; }
        Same(6, sum);
        static async IAsyncEnumerable<int> Produce()
        {
            for (int i = 1; i <= 3; i++) { await Task.Yield(); yield return i; }
        }
    }

    public static async Task TestRaceAsyncEnumerableSharedState()
    {
        int made = 0;
        async IAsyncEnumerable<int> Produce()
        {
            await Task.Yield();
            made++; // race: read|write made
            yield return 1;
        }

        async Task Consume() { await foreach (int value in Produce()) { Use(value); } }
        await BothAsync(Consume, Consume);
    }

    public static async Task TestRaceAsyncVoid()
    {
        var box = new Box();
        using var met = new Barrier(2);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        async void Fire()
        {
            await Task.Yield();
            met.SignalAndWait();
            box.Value = 1; // race: write Box.Value
            ended.SetResult();
        }

        await Task.Run(Fire);
        met.SignalAndWait();
        box.Value = 2; // race: write Box.Value
        await ended.Task;
    }

    public static async Task TestNoRaceAsyncUsing()
    {
        var box = new Box();
        await using (new Releaser(box)) { await Task.Yield(); box.Value = 1; }
        Same(2, box.Value);
    }

    private sealed class Releaser(Box box) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() { await Task.Yield(); box.Value++; }
    }

    public static async Task TestRaceValueTask()
    {
        var box = new Box();
        async ValueTask<int> Work(int value)
        {
            await Task.Yield();
            return box.Sum += value; // race: read|write Box.Sum
        }

        await BothAsync(() => Work(1).AsTask(), () => Work(2).AsTask());
    }

    public static async Task TestNoRaceSequentialAsync()
    {
        var box = new Box();
        async Task Work() { await Task.Yield(); box.Value++; }
        for (int i = 0; i < 4; i++) { await Work(); }
        Same(4, box.Value);
    }

    public static async Task TestRaceCaughtAfterAwait()
    {
        var box = new Box();
        async Task Work(int value)
        {
            try { await Task.Yield(); throw new FormatException(); }
            catch (FormatException)
            {
                await Task.Yield();
                box.Value = value; // race: write Box.Value
            }
        }

        await BothAsync(() => Work(1), () => Work(2));
    }

    public static async Task TestRaceFinallyAfterAwait()
    {
        var box = new Box();
        async Task Work()
        {
            try { await Task.Yield(); }
            finally
            {
                box.Value++; // race: read|write Box.Value
            }
        }

        await BothAsync(Work, Work);
    }

    public static async Task TestRaceAsyncReadModifyWriteAcrossAwait()
    {
        var box = new Box();
        async Task Work()
        {
            int seen = box.Value; // race?: read Box.Value
            await Task.Yield();
            box.Value = seen + 1; // race: write Box.Value
        }

        await BothAsync(Work, Work);
    }

    public static async Task TestNoRaceSynchronizedByTaskResult()
    {
        Task<Box> made = Task.Run(() => new Box { Value = 7 });
        await BothAsync(
            async () => Same(7, (await made).Value),
            async () => Same(7, (await made).Value));
    }

    public static async Task TestRaceSharedTaskResult()
    {
        Task<Box> made = Task.Run(() => new Box { Value = 7 });
        async Task Work()
        {
            Box box = await made;
            box.Value++; // race: read|write Box.Value
        }

        await BothAsync(Work, Work);
    }
}
