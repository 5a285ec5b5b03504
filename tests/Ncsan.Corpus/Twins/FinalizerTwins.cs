using System.Runtime.CompilerServices;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Finalizers run on a thread of their own.</summary>
public static class FinalizerTwins
{
    private static int s_finalized;
    private static int s_counted;

    private sealed class Racing
    {
        ~Racing()
        {
            s_inFinalizer.Set();
            for (int i = 0; i < 50; i++)
            {
                s_finalized++; // race[TestRaceFinalizerAndUser]: read|write FinalizerTwins.s_finalized
            }
        }
    }

    private sealed class Counting
    {
        ~Counting() => Interlocked.Increment(ref s_counted);
    }

    private static readonly ManualResetEventSlim s_inFinalizer = new();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drop<T>() where T : new() => Use(new T());

    public static void TestRaceFinalizerAndUser()
    {
        s_inFinalizer.Reset();
        Drop<Racing>();
        GC.Collect();
        s_inFinalizer.Wait(2000);
        for (int i = 0; i < 50; i++)
        {
            s_finalized++; // race: read|write FinalizerTwins.s_finalized
        }

        GC.WaitForPendingFinalizers();
    }

    public static void TestNoRaceFinalizerByInterlocked()
    {
        Drop<Counting>();
        GC.Collect();
        Use(Volatile.Read(ref s_counted));
        GC.WaitForPendingFinalizers();
    }

    private sealed class Owner
    {
        public int Value = 5;

        ~Owner() => Value = 0;
    }

    public static void TestNoRaceFinalizerOwnField()
    {
        Drop<Owner>();
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    public static void TestNoRaceKeptAlive()
    {
        var owner = new Owner();
        GC.Collect();
        Same(5, owner.Value);
        GC.KeepAlive(owner);
    }

    private sealed class Shared
    {
        public int Value;
    }

    private sealed class Holder
    {
        public Shared? Target;

        ~Holder()
        {
            s_inFinalizer.Set();
            Shared? target = Target;
            if (target is not null)
            {
                target.Value = 1; // race[TestRaceFinalizerWritesShared]: write Shared.Value
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DropHolder(Shared shared) => Use(new Holder { Target = shared });

    public static void TestRaceFinalizerWritesShared()
    {
        var shared = new Shared();
        s_inFinalizer.Reset();
        DropHolder(shared);
        GC.Collect();
        s_inFinalizer.Wait(2000);
        Use(shared.Value); // race: read Shared.Value
        GC.WaitForPendingFinalizers();
    }

    public static void TestNoRaceReadAfterFinalizers()
    {
        var shared = new Shared();
        DropHolder(shared);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Use(shared.Value);
    }
}
