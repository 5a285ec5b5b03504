using System.Runtime.CompilerServices;
using Ncsan.Annotations;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Distant;

/// <summary>Two accesses, each executed once, that never overlap by themselves: 1.5 s lie between. Only waiting at a known candidate finds them.</summary>
public static class ApartTwins
{
    private static int s_value;
    private static int s_guarded;
    private static readonly object s_gate = new();

    private static bool s_flag;
    private static int s_left;
    private static int s_many;
    private static int s_waited;
    private static readonly Lock s_lock = new();

    [NoInstrument]
    private static void Work(int milliseconds = 1500) => Thread.Sleep(milliseconds);

    public static void TestRaceApartWriteWrite() => Both(
        () => s_value = 1, // race: write ApartTwins.s_value
        () => { Work(); s_value = 2; }); // race: write ApartTwins.s_value

    public static void TestRaceApartWriteRead() => Both(
        () => s_value = 3, // race: write ApartTwins.s_value
        () => { Work(); Use(s_value); }); // race: read ApartTwins.s_value

    // A thread has the name of the one that started it, here of a worker, and is no idle worker for that.
    public static void TestRaceApartOnAWorker() => Task.Run(static () =>
    {
        var late = new Thread(() =>
        {
            Work(400);
            s_value = 5; // race: write ApartTwins.s_value
        });
        late.Start();
        s_value = 4; // race: write ApartTwins.s_value
        late.Join();
    }).Wait();

    // Whoever waits at the write of true is hit by one that changes nothing: only when the other one measures does anything change.
    public static void TestRaceApartSameValue()
    {
        s_flag = false;
        Both(
            () => s_flag = true, // race: write ApartTwins.s_flag
            () => { Work(100); Hide(); s_flag = false; }); // race: write ApartTwins.s_flag
    }

    [NoInstrument]
    private static void Hide() => Volatile.Write(ref s_flag, false);

    // The one write is long ago when the reader comes, and many have read since.
    public static void TestRaceApartByManyReads() => Each(9, i =>
    {
        Work(20 * i);
        if (i == 0) { lock (s_lock) { s_many = 5; } } // race: write ApartTwins.s_many
        else if (i < 8) { lock (s_lock) { Use(s_many); } }
        else { Use(s_many); } // race: read ApartTwins.s_many
    });

    public static void TestRaceApartByAWaitForAnother()
    {
        var other = Task.Run(static () => Work(150));
        var work = Task.Run(static () => { Work(50); s_waited = 3; }); // race: write ApartTwins.s_waited
        Task.WaitAll(other);
        Use(s_waited); // race: read ApartTwins.s_waited
        work.Wait();
    }

    private sealed class Counter
    {
        private int _count;

        internal void Add() => _count++; // race[TestRaceApartAfterManyAlone]: read|write Counter._count
    }

    // The site has run often by then, for counters that one thread had for itself.
    public static void TestRaceApartAfterManyAlone()
    {
        for (int i = 0; i < 500; i++)
        {
            var own = new Counter();
            own.Add();
            own.Add();
        }

        var shared = new Counter();
        Both(shared.Add, () => { Work(100); shared.Add(); });
    }

    private sealed class Steps
    {
        private int _done;

        internal void Go() => _done++; // race[TestRaceApartAfterOwnObjects]: read|write Steps._done

        internal void Look() => Use(_done); // race[TestRaceApartAfterOwnObjects]: read Steps._done
    }

    // The thread stands at the same site for objects of its own first, and the reader comes once.
    public static void TestRaceApartAfterOwnObjects()
    {
        var shared = new Steps();
        Both(
            () =>
            {
                for (int i = 0; i < 6; i++) { new Steps().Go(); }
                Work(30);
                shared.Go();
            },
            shared.Look);
    }

    // Who waits at the read keeps the other one out by the lock, so it has to wait before that.
    public static void TestRaceApartBehindTheLock() => Both(
        () => { lock (s_lock) { Use(s_left); } }, // race: read ApartTwins.s_left
        () => { Work(100); lock (s_lock) { Use(s_gate); } s_left = 2; }); // race: write ApartTwins.s_left

    // The look under the lock comes later and is no race: the one before it is to be remembered.
    public static void TestRaceApartDoubleCheck()
    {
        int made = 0;
        Both(
            () => { if (made == 0) { lock (s_gate) { Use(made); } } }, // race: read made
            () => { Work(100); lock (s_gate) { made = 1; } }); // race: write made
    }

    // No thread is started: the framework's timer cancels. Nobody is there yet when the first side is to wait.
    public static void TestRaceApartTimedCancel()
    {
        int value = 0;
        using var source = new CancellationTokenSource();
        using var called = new ManualResetEventSlim();
        source.Token.Register(() =>
        {
            value = 9; // race: write value
            called.Set();
        });
        source.CancelAfter(10);
        SpinWait.SpinUntil(() => source.IsCancellationRequested);
        Use(value); // race: read value
        called.Wait();
    }

    private sealed class Box
    {
        public int Value;
    }

    private sealed class Keeper(Box box)
    {
        ~Keeper() => box.Value = 1; // race[TestRaceApartOneFinalizer]: write Box.Value
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drop(Box box) => Use(new Keeper(box));

    // One finalizer, which runs once, and no other thread that runs code of the program before.
    public static void TestRaceApartOneFinalizer()
    {
        var box = new Box();
        Drop(box);
        GC.Collect();
        box.Value = 2; // race: write Box.Value
        GC.WaitForPendingFinalizers();
    }

    public static void TestNoRaceApartUnderLock() => Both(
        () => { lock (s_gate) { s_guarded = 1; } },
        () => { Work(); lock (s_gate) { s_guarded = 2; } });

    public static void TestNoRaceApartAfterJoin()
    {
        int value = 0;
        var first = new Thread(() => value = 1);
        first.Start();
        first.Join();
        Work();
        value = 2;
        Same(2, value);
    }
}
