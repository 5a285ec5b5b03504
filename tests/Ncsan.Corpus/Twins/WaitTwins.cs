using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>CountdownEvent, Task.WaitAll, events, barriers, join: Go's wait groups.</summary>
public static class WaitTwins
{
    public static void TestNoRaceCountdown()
    {
        int[] results = new int[2];
        using var group = new CountdownEvent(2);
        for (int i = 0; i < 2; i++)
        {
            int index = i;
            new Thread(() => { results[index] = index + 1; group.Signal(); }) { IsBackground = true }.Start();
        }

        group.Wait();
        Same(3, results[0] + results[1]);
    }

    public static void TestRaceCountdownSignalFirst()
    {
        int result = 0;
        using var group = new CountdownEvent(1);
        var worker = new Thread(() =>
        {
            group.Signal();
            result = 5; // race: write result
        });
        worker.Start();
        group.Wait();
        Use(result); // race: read result
        worker.Join();
    }

    public static void TestRaceCountdownTooShort()
    {
        int total = 0;
        using var group = new CountdownEvent(1);
        Both(
            () => { group.Signal(); total = 1; }, // race: write total
            () => { group.Wait(); total = 2; }); // race: write total
    }

    public static void TestRaceCountdownWorkersShare()
    {
        int total = 0;
        using var group = new CountdownEvent(2);
        Each(2, _ =>
        {
            total++; // race: read|write total
            group.Signal();
        });
        group.Wait();
    }

    public static void TestNoRaceCountdownReused()
    {
        int total = 0;
        using var group = new CountdownEvent(1);
        for (int round = 0; round < 3; round++)
        {
            Task.Run(() => { total++; group.Signal(); });
            group.Wait();
            group.Reset();
        }

        Same(3, total);
    }

    public static void TestNoRaceWaitAll()
    {
        int left = 0, right = 0;
        Task.WaitAll(Task.Run(() => left = 1), Task.Run(() => right = 2));
        Same(3, left + right);
    }

    public static void TestRaceWaitAllWithoutOne()
    {
        int value = 0;
        using var start = new Barrier(2);
        Task waited = Task.Run(() => { });
        Task forgotten = Task.Factory.StartNew(() => { start.SignalAndWait(); value = 1; }, TaskCreationOptions.LongRunning); // race: write value
        Task.WaitAll(waited);
        start.SignalAndWait();
        value = 2; // race: write value
        forgotten.Wait();
    }

    public static void TestRaceTasksShare()
    {
        int total = 0;
        using var start = new Barrier(2);
        void Add()
        {
            start.SignalAndWait();
            total += 2; // race: read|write total
        }

        Task.WaitAll(Task.Factory.StartNew(Add, TaskCreationOptions.LongRunning), Task.Factory.StartNew(Add, TaskCreationOptions.LongRunning));
    }

    public static void TestNoRaceManualResetEvent()
    {
        int value = 0;
        using var ready = new ManualResetEventSlim();
        Both(
            () => { value = 1; ready.Set(); },
            () => { ready.Wait(); Same(1, value); });
    }

    public static void TestRaceManualResetEventSetFirst()
    {
        int value = 0;
        using var ready = new ManualResetEventSlim();
        Both(
            () => { ready.Set(); value = 1; }, // race: write value
            () => { ready.Wait(); Use(value); }); // race: read value
    }

    public static void TestNoRaceAutoResetEvent()
    {
        int value = 0;
        using var there = new AutoResetEvent(false);
        using var back = new AutoResetEvent(false);
        Both(
            () => { for (int i = 0; i < 3; i++) { value++; there.Set(); back.WaitOne(); } },
            () => { for (int i = 0; i < 3; i++) { there.WaitOne(); value++; back.Set(); } });
        Same(6, value);
    }

    public static void TestNoRaceBarrierPhases()
    {
        int[] cells = new int[2];
        using var phase = new Barrier(2);
        Each(2, index =>
        {
            cells[index] = index + 1;
            phase.SignalAndWait();
            Same(2 - index, cells[1 - index]);
            phase.SignalAndWait();
            cells[index] = 9;
        });
    }

    public static void TestRaceBarrierMissingPhase()
    {
        int[] cells = new int[2];
        using var phase = new Barrier(2);
        Each(2, index =>
        {
            cells[index] = index + 1; // race: write int[]
            Use(cells[1 - index]); // race: read int[]
            phase.SignalAndWait();
        });
    }

    public static void TestNoRaceJoin()
    {
        int value = 0;
        var worker = new Thread(() => value = 1);
        worker.Start();
        worker.Join();
        Same(1, value++);
    }

    public static void TestRaceJoinTooLate()
    {
        int value = 0;
        using var start = new Barrier(2);
        var worker = new Thread(() => { start.SignalAndWait(); value = 1; }); // race: write value
        worker.Start();
        start.SignalAndWait();
        value++; // race: read|write value
        worker.Join();
    }

    public static void TestNoRaceBarrierPostPhaseAction()
    {
        int sum = 0;
        int[] parts = new int[2];
        using var phase = new Barrier(2, _ => sum = parts[0] + parts[1]);
        Each(2, index =>
        {
            parts[index] = index + 1;
            phase.SignalAndWait();
            Same(3, sum);
        });
    }

    public static void TestNoRaceThreadPoolWithEvent()
    {
        int value = 0;
        using var done = new ManualResetEvent(false);
        ThreadPool.QueueUserWorkItem(_ => { value = 4; done.Set(); });
        done.WaitOne();
        Same(4, value);
    }

    public static void TestRaceThreadPoolTwoItems()
    {
        int value = 0;
        using var done = new CountdownEvent(2);
        using var start = new Barrier(2);
        void Work(object? state)
        {
            start.SignalAndWait();
            value += (int)state!; // race: read|write value
            done.Signal();
        }

        ThreadPool.QueueUserWorkItem(Work, 1);
        ThreadPool.QueueUserWorkItem(Work, 2);
        done.Wait();
    }
}
