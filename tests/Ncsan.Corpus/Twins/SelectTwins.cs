using System.Threading.Channels;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Task.WhenAny, WaitHandle.WaitAny and Task.WaitAny: Go's select. Only the branch that was taken is ordered.</summary>
public static class SelectTwins
{
    public static async Task TestNoRaceWhenAnyResult()
    {
        int value = 0;
        Task first = Task.Run(() => value = 1);
        await await Task.WhenAny(first, Task.Delay(Timeout.Infinite, TestEnd));
        Same(1, value);
    }

    public static async Task TestRaceWhenAnyOther()
    {
        int value = 0;
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task other = Task.Run(async () => { await start.Task; value = 1; }); // race: write value
        start.SetResult();
        await Task.WhenAny(other, Task.CompletedTask);
        Use(value); // race: read value
        await other;
    }

    public static async Task TestNoRaceWhenAnyThenAll()
    {
        int left = 0, right = 0;
        Task[] tasks = [Task.Run(() => left = 1), Task.Run(() => right = 2)];
        await Task.WhenAny(tasks);
        await Task.WhenAll(tasks);
        Same(3, left + right);
    }

    public static async Task TestRaceWhenAnyBothWrite()
    {
        int winner = 0;
        Task[] tasks =
        [
            BothAsync(
                async () => { winner = 1; await Task.Yield(); }, // race: write winner
                async () => { winner = 2; await Task.Yield(); }), // race: write winner
        ];
        await Task.WhenAny(tasks);
        await Task.WhenAll(tasks);
    }

    public static async Task TestNoRaceWhenAnyWinnerByInterlocked()
    {
        int winner = 0;
        await BothAsync(
            () => Task.FromResult(Interlocked.CompareExchange(ref winner, 1, 0)),
            () => Task.FromResult(Interlocked.CompareExchange(ref winner, 2, 0)));
        Same(true, Volatile.Read(ref winner) is 1 or 2);
    }

    public static void TestNoRaceWaitAnyHandles()
    {
        using var first = new ManualResetEvent(false);
        using var second = new ManualResetEvent(false);
        int value = 0;
        Both(
            () => { value = 5; second.Set(); },
            () => { Same(1, WaitHandle.WaitAny([first, second])); Same(5, value); });
    }

    public static void TestRaceWaitAnyWrongHandle()
    {
        using var first = new ManualResetEvent(true);
        using var second = new ManualResetEvent(false);
        int value = 0;
        Both(
            () => { value = 5; second.Set(); }, // race: write value
            () => { WaitHandle.WaitAny([first, second]); Use(value); }); // race: read value
    }

    public static async Task TestNoRaceSelectTwoChannels()
    {
        Channel<int[]> left = Channel.CreateUnbounded<int[]>(), right = Channel.CreateUnbounded<int[]>();
        Task sender = Task.Run(() => { right.Writer.TryWrite([4]); });
        Task<int[]> fromLeft = left.Reader.ReadAsync().AsTask(), fromRight = right.Reader.ReadAsync().AsTask();
        Task<int[]> taken = await Task.WhenAny(fromLeft, fromRight);
        Same(4, (await taken)[0]++);
        await sender;
    }

    public static async Task TestRaceSelectTimeout()
    {
        int result = 0;
        using var start = new SemaphoreSlim(0);
        Task work = Task.Run(() => { start.Wait(); result = 7; }); // race: write result
        Task taken = await Task.WhenAny(work, Task.Delay(1));
        start.Release();
        if (taken != work) { result = -1; } // race: write result
        await work;
    }

    public static async Task TestNoRaceSelectTimeoutAwaited()
    {
        int result = 0;
        Task work = Task.Run(() => result = 7);
        Task taken = await Task.WhenAny(work, Task.Delay(1));
        await work;
        if (taken != work) { result = -1; }
        Use(result);
    }

    public static void TestRaceTaskWaitAny()
    {
        int value = 0;
        using var start = new Barrier(2);
        Task slow = Task.Factory.StartNew(() => { start.SignalAndWait(); value = 1; }, TaskCreationOptions.LongRunning); // race: write value
        start.SignalAndWait();
        Task.WaitAny(Task.CompletedTask, slow);
        Use(value); // race: read value
        slow.Wait();
    }

    public static void TestNoRaceTaskWaitAnyWinner()
    {
        int value = 0;
        Task quick = Task.Run(() => value = 1);
        Same(0, Task.WaitAny(quick));
        Same(1, value);
    }

    // Never cancelled: the delay only stands in for a branch that is not taken.
    private static CancellationToken TestEnd => new CancellationTokenSource().Token;
}
