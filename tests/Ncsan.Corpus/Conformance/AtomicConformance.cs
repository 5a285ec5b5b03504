using Ncsan.Annotations;
using Ncsan.Corpus.Harness;
using static Ncsan.Corpus.Harness.Kernels;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Conformance;

/// <summary>Marked accesses, sequence locks, barriers (kcsan_test.c, cases 10 to 12, 24, 25, 27 to 30).</summary>
public static class AtomicConformance
{
    private static long s_value;
    private static int s_sequence;
    private static int s_flag;
    private static int s_guarded;
    private static int s_sink;
    private static int s_bits;
    private static string? s_text;

    [Kernel("test_read_atomic_write_atomic"), Under("", Expected.Never), Under("strict=true", Expected.Never)]
    public static void ReadAtomicWriteAtomic() => Repeat(
        () => Volatile.Write(ref s_value, Unseen.Next()),
        () => Use(Volatile.Read(ref s_value)));

    private static void WriteMarked() => Volatile.Write(ref s_value, Unseen.Next()); // race[ReadPlainAtomicWrite]: marked write:8 AtomicConformance.s_value

    private static void IncrementMarked() => Interlocked.Increment(ref s_value); // race[ReadPlainAtomicReadModifyWrite]: marked read-write:8 AtomicConformance.s_value

    private static void ReadPlain() => Use(s_value); // race[ReadPlainAtomicWrite,ReadPlainAtomicReadModifyWrite]: read:8 AtomicConformance.s_value

    [Kernel("test_read_plain_atomic_write"), Under("", Expected.DataRace), Under("strict=true", Expected.DataRace)]
    public static void ReadPlainAtomicWrite() => Repeat(WriteMarked, ReadPlain);

    [Kernel("test_read_plain_atomic_rmw"), Under("", Expected.DataRace), Under("strict=true", Expected.DataRace)]
    public static void ReadPlainAtomicReadModifyWrite() => Repeat(IncrementMarked, ReadPlain);

    [Kernel("test_seqlock_noreport"), Under("", Expected.Never), Under("strict=true", Expected.Never)]
    public static void SeqLockNoReport()
    {
        object writers = new();
        Repeat(
            () =>
            {
                lock (writers)
                {
                    using (AtomicRegion.Nestable())
                    {
                        Interlocked.Increment(ref s_sequence);
                        s_value = Unseen.Next();
                        Interlocked.Increment(ref s_sequence);
                    }
                }
            },
            () =>
            {
                using (AtomicRegion.Flat())
                {
                    int before = Volatile.Read(ref s_sequence);
                    Use(s_value);
                    Use(before == Volatile.Read(ref s_sequence));
                }
            });
    }

    [Kernel("test_seqlock_noreport"), Under("", Expected.DataRace)]
    public static void SeqLock_ReaderWithoutRegion() => Repeat(
        () =>
        {
            using (AtomicRegion.Nestable())
            {
                s_value = Unseen.Next(); // race: write:8 AtomicConformance.s_value
            }
        },
        () => Use(s_value)); // race: read:8 AtomicConformance.s_value

    [Kernel("test_atomic_builtins"), Under("", Expected.Never), Under("strict=true", Expected.Never)]
    public static void AtomicBuiltins_RightValuesAndNoRace()
    {
        int own = 40;
        Same(41, Interlocked.Increment(ref own));
        Same(40, Interlocked.Decrement(ref own));
        Same(45, Interlocked.Add(ref own, 5));
        Same(45, Interlocked.Exchange(ref own, 0x0f));
        Same(0x0f, Interlocked.And(ref own, 0x3c));
        Same(0x0c, Interlocked.Or(ref own, 0x03));
        Same(0x0f, Interlocked.CompareExchange(ref own, 7, 0));
        Same(0x0f, Interlocked.CompareExchange(ref own, 7, 0x0f));
        Same(7, Volatile.Read(ref own));
        Repeat(
            () =>
            {
                Interlocked.Or(ref s_bits, 1);
                Interlocked.And(ref s_bits, ~1);
                Interlocked.Exchange(ref s_text, "a");
                Interlocked.CompareExchange(ref s_bits, 5, 5);
            },
            () =>
            {
                Interlocked.Add(ref s_bits, 2);
                Use(Volatile.Read(ref s_bits));
                Use(Interlocked.CompareExchange(ref s_text, "b", "a"));
                Use(Volatile.Read(ref s_text));
            });
    }

    // The kernel's test_delay: marked reads of something else, so that the thread passes hooks after it let go of the lock.
    private static int Linger()
    {
        int sum = 0;
        for (int i = 0; i < 10; i++) { sum += Volatile.Read(ref s_sink); }
        return sum;
    }

    private static void LockedInOrder()
    {
        if (Interlocked.CompareExchange(ref s_flag, 1, 0) != 0) { return; }
        for (int i = 0; i < 100; i++) { s_guarded++; }
        Volatile.Write(ref s_flag, 0);
        Linger();
    }

    // .NET has no relaxed marked write: what orders nothing is a plain one, here marked as intended so that it is not itself the finding.
    private static void LockedWithoutBarrier()
    {
        if (Interlocked.CompareExchange(ref s_flag, 1, 0) != 0) { return; }
        for (int i = 0; i < 100; i++) { s_guarded++; } // race[MissingBarrier]: reordered read:4|write:4 AtomicConformance.s_guarded
        DataRace.Write(ref s_flag, 0);
        Linger();
    }

    private static void ExchangedInOrder()
    {
        if (Interlocked.Exchange(ref s_flag, 1) != 0) { return; }
        for (int i = 0; i < 100; i++) { s_guarded++; }
        Interlocked.Exchange(ref s_flag, 0);
        Linger();
    }

    private static void ExchangedWithoutBarrier()
    {
        if (Interlocked.Exchange(ref s_flag, 1) != 0) { return; }
        for (int i = 0; i < 100; i++) { s_guarded++; } // race[AtomicBuiltinsMissingBarrier]: reordered read:4|write:4 AtomicConformance.s_guarded
        DataRace.Write(ref s_flag, 0);
        Linger();
    }

    // An acquire of .NET's Interlocked is a full barrier, and a volatile write is a release: as in the kernel's acquire and release.
    [Kernel("test_correct_barrier"), Under("", Expected.Never), Under("strict=true", Expected.Never)]
    public static void CorrectBarrier() => Repeat(LockedInOrder, LockedInOrder);

    [Kernel("test_missing_barrier"), Under("", Expected.Never), Under("strict=true weak-memory=false", Expected.Never), Under("strict=true", Expected.DataRace)]
    public static void MissingBarrier() => Repeat(LockedWithoutBarrier, LockedWithoutBarrier);

    [Kernel("test_atomic_builtins_correct_barrier"), Under("", Expected.Never), Under("strict=true", Expected.Never)]
    public static void AtomicBuiltinsCorrectBarrier() => Repeat(ExchangedInOrder, ExchangedInOrder);

    [Kernel("test_atomic_builtins_missing_barrier"), Under("", Expected.Never), Under("strict=true weak-memory=false", Expected.Never), Under("strict=true", Expected.DataRace)]
    public static void AtomicBuiltinsMissingBarrier() => Repeat(ExchangedWithoutBarrier, ExchangedWithoutBarrier);
}
