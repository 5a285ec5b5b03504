using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Timers call back on pool threads, one call beside another if the first is slow.</summary>
public static class TimerTwins
{
    public static void TestRaceTimerAndStarter()
    {
        int ticks = 0;
        using var called = new Barrier(2);
        using var timer = new Timer(_ => { called.SignalAndWait(); ticks++; }, null, 0, Timeout.Infinite); // race: read|write ticks
        called.SignalAndWait();
        Use(ticks); // race: read ticks
        Stop(timer);
    }

    public static void TestNoRaceTimerThenEvent()
    {
        int ticks = 0;
        using var called = new ManualResetEventSlim();
        using var timer = new Timer(_ => { ticks = 1; called.Set(); }, null, 0, Timeout.Infinite);
        called.Wait();
        Same(1, ticks);
        Stop(timer);
    }

    public static void TestRaceTwoTimers()
    {
        int ticks = 0;
        using var called = new Barrier(2);
        using var both = new CountdownEvent(2);
        void Tick(object? state)
        {
            called.SignalAndWait();
            ticks++; // race: read|write ticks
            both.Signal();
        }

        using var left = new Timer(Tick, null, 0, Timeout.Infinite);
        using var right = new Timer(Tick, null, 0, Timeout.Infinite);
        both.Wait();
        Stop(left);
        Stop(right);
    }

    public static void TestNoRaceTimersUnderLock()
    {
        int ticks = 0;
        object gate = new();
        using var called = new CountdownEvent(2);
        void Tick(object? state)
        {
            lock (gate) { ticks++; }
            called.Signal();
        }

        using var left = new Timer(Tick, null, 0, Timeout.Infinite);
        using var right = new Timer(Tick, null, 0, Timeout.Infinite);
        called.Wait();
        lock (gate) { Same(2, ticks); }
        Stop(left);
        Stop(right);
    }

    public static async Task TestNoRacePeriodicTimer()
    {
        int ticks = 0;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (ticks < 3 && await timer.WaitForNextTickAsync()) { ticks++; }
        Same(3, ticks);
    }

    public static async Task TestRacePeriodicTimerShared()
    {
        int ticks = 0;
        using var met = new Barrier(2);
        async Task Tick()
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
            await timer.WaitForNextTickAsync();
            met.SignalAndWait();
            ticks++; // race: read|write ticks
        }

        await Task.WhenAll(Task.Run(Tick), Task.Run(Tick));
    }

    public static void TestRaceSystemTimersTimer()
    {
        int ticks = 0;
        using var called = new Barrier(2);
        using var ended = new ManualResetEventSlim();
        using var timer = new System.Timers.Timer(1) { AutoReset = false };
        timer.Elapsed += (_, _) => { called.SignalAndWait(); ticks = 1; ended.Set(); }; // race: write ticks
        timer.Start();
        called.SignalAndWait();
        ticks = 2; // race: write ticks
        ended.Wait();
    }

    public static async Task TestNoRaceDelayThenWrite()
    {
        int value = 0;
        Task delayed = Task.Run(async () => { await Task.Delay(1); value = 1; });
        await delayed;
        Same(1, value);
    }

    public static async Task TestRaceDelayIsNoOrder()
    {
        int value = 0;
        using var met = new Barrier(2);
        Task delayed = Task.Run(async () => { await Task.Delay(1); met.SignalAndWait(); value = 1; }); // race: write value
        await Task.Delay(1);
        met.SignalAndWait();
        value = 2; // race: write value
        await delayed;
    }

    public static void TestNoRaceTimerDisposedAndWaited()
    {
        int ticks = 0;
        var timer = new Timer(_ => ticks++, null, 0, Timeout.Infinite);
        Stop(timer);
        Same(true, ticks is 0 or 1);
    }

    private static void Stop(Timer timer)
    {
        using var stopped = new ManualResetEvent(false);
        timer.Dispose(stopped);
        stopped.WaitOne();
    }
}
