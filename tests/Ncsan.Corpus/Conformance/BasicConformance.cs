using Ncsan.Annotations;
using Ncsan.Corpus.Harness;
using static Ncsan.Corpus.Harness.Kernels;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Conformance;

/// <summary>Plain reads and writes, and what becomes of the value (kcsan_test.c, cases 2 to 9, 13 to 15, 23, 26).</summary>
public static class BasicConformance
{
    private struct Wide
    {
        public long A, B, C, D, E, F, G, H;
    }

    private static int s_value;
    private static int s_same;
    private static int s_flags;
    private static volatile int s_racy;
    private static volatile int s_jiffies;
    private static Wide s_wide;
    private static readonly int[] s_pages = new int[3 * 4096 / sizeof(int)];
    private static readonly byte[] s_bytes = new byte[64];

    [Kernel("test_basic"), Under("", Expected.DataRace), Under("strict=true", Expected.DataRace), Under("permissive=true", Expected.DataRace)]
    public static void Basic_WriteRead() => Repeat(
        () => s_value = Unseen.Next(), // race: write BasicConformance.s_value
        () => Use(s_value)); // race: read BasicConformance.s_value

    [Kernel("test_basic"), Under("", Expected.Never), Under("strict=true", Expected.Never), Under("permissive=true", Expected.Never)]
    public static void Basic_ReadRead() => Repeat(
        () => Use(s_value),
        () => Use(s_value));

    [Kernel("test_concurrent_races"), Under("", Expected.DataRace)]
    public static void ConcurrentRaces_ReadWriteOverPages() => Repeat(
        () => { for (int i = 0; i < s_pages.Length && !Session.Done; i++) { s_pages[i]++; } }, // race: read|write int[]
        () => { for (int i = 0; i < s_pages.Length && !Session.Done; i++) { s_pages[i]++; } }); // race: read|write int[]

    [Kernel("test_concurrent_races"), Under("", Expected.Never), Under("strict=true", Expected.Never)]
    public static void ConcurrentRaces_ReadReadOverPages() => Repeat(
        () => { for (int i = 0; i < s_pages.Length; i++) { Use(s_pages[i]); } },
        () => { for (int i = 0; i < s_pages.Length; i++) { Use(s_pages[i]); } });

    [Kernel("test_novalue_change"), Under("", Expected.Never), Under("strict=true", Expected.DataRace)]
    public static void NoValueChange_WriteRead() => Repeat(
        () => s_same = 0, // race: write BasicConformance.s_same
        () => Use(s_same)); // race: read BasicConformance.s_same

    [Kernel("test_novalue_change"), Under("", Expected.Never), Under("strict=true", Expected.DataRace)]
    public static void NoValueChange_WriteWrite() => Repeat(
        () => s_same = 0, // race: write BasicConformance.s_same
        () => s_same = 0); // race: write BasicConformance.s_same

    // The kernel reports a write that changes nothing if the function's name says RCU. .NET has no RCU, and no name that makes a difference.
    [Kernel("test_novalue_change_exception"), Under("", Expected.Never), Under("strict=true", Expected.DataRace)]
    public static void NoValueChangeException_NameMakesNoDifference() => Repeat(
        Write_rcu,
        () => Use(s_same)); // race: read BasicConformance.s_same

    private static void Write_rcu() => s_same = 0; // race[NoValueChangeException_NameMakesNoDifference]: write BasicConformance.s_same

    [Kernel("test_unknown_origin"), Under("unknown-origin=true", Expected.UnknownOrigin), Under("unknown-origin=false", Expected.Never)]
    public static void UnknownOrigin_UninstrumentedWriteRead() => Repeat(
        () => Unseen.Write(ref s_value, Unseen.Next()),
        () => Use(s_value)); // race: read BasicConformance.s_value

    // Reflection writes from the framework, which is not instrumented either.
    [Kernel("test_unknown_origin"), Under("unknown-origin=true", Expected.UnknownOrigin), Under("", Expected.Never)]
    public static void UnknownOrigin_Reflection()
    {
        var field = typeof(Holder).GetField(nameof(Holder.Value))!;
        var holder = new Holder();
        Repeat(
            () => field.SetValue(holder, Unseen.Next()),
            () => Use(holder.Value)); // race: read Holder.Value
    }

    private sealed class Holder
    {
        public int Value;
    }

    // By default .NET takes no plain write for atomic: the JIT may move it, so the kernel's default would hide real races.
    [Kernel("test_write_write_assume_atomic"), Under("assume-plain-writes-atomic=true", Expected.Never), Under("", Expected.DataRace), Under("strict=true", Expected.DataRace)]
    public static void WriteWriteAssumeAtomic_AlignedWord() => Repeat(
        () => s_value = Unseen.Next(), // race: write BasicConformance.s_value
        () => s_value = Unseen.Next()); // race: write BasicConformance.s_value

    [Kernel("test_write_write_struct"), Under("", Expected.DataRace), Under("assume-plain-writes-atomic=true", Expected.DataRace), Under("strict=true", Expected.DataRace)]
    public static void WriteWriteStruct_64Bytes() => Repeat(
        () => s_wide = new Wide { A = Unseen.Next(), H = 1 }, // race: write BasicConformance.s_wide
        () => s_wide = new Wide { B = Unseen.Next(), H = 2 }); // race: write BasicConformance.s_wide

    [Kernel("test_write_write_struct_part"), Under("", Expected.DataRace), Under("assume-plain-writes-atomic=true", Expected.DataRace)]
    public static void WriteWriteStructPart_WholeAndMember() => Repeat(
        () => s_wide = new Wide { H = Unseen.Next() }, // race: write BasicConformance.s_wide
        () => s_wide.H = Unseen.Next()); // race: write Wide.H

    [Kernel("test_zero_size_access"), Under("", Expected.DataRace)]
    public static void ZeroSizeAccess_StructsStillRace() => Repeat(
        () => s_wide = new Wide { C = Unseen.Next() }, // race: write BasicConformance.s_wide
        () => s_wide = new Wide { D = Unseen.Next() }); // race: write BasicConformance.s_wide

    [Kernel("test_zero_size_access"), Under("", Expected.Never), Under("strict=true", Expected.Never)]
    public static void ZeroSizeAccess_EmptyRange() => Repeat(
        () => s_bytes.AsSpan(8, 0).Clear(),
        () => s_bytes.AsSpan(8, 0).Fill((byte)Unseen.Next()));

    [Kernel("test_data_race"), Under("", Expected.Never), Under("strict=true", Expected.Never)]
    public static void DataRace_Ignored() => Repeat(
        () => { using (DataRace.Ignore()) { s_value++; } },
        () => { using (DataRace.Ignore()) { s_value++; } });

    [Kernel("test_data_race"), Under("", Expected.Never)]
    public static void DataRace_IgnoredOnOneSide() => Repeat(
        () => DataRace.Write(ref s_value, Unseen.Next()),
        () => Use(s_value));

    // __data_racy is volatile for the kernel; C# has the keyword itself.
    [Kernel("test_data_racy_qualifier"), Under("", Expected.Never), Under("strict=true", Expected.Never)]
    public static void DataRacyQualifier_VolatileField() => Repeat(
        () => s_racy = Unseen.Next(),
        () => Use(s_racy));

    [Kernel("test_jiffies_noreport"), Under("", Expected.Never), Under("strict=true", Expected.Never)]
    public static void JiffiesNoReport_VolatileClock() => Repeat(
        () => s_jiffies++,
        () => Use(s_jiffies));

    // The kernel's own default takes aligned word writes for marked: without it two writers that flip the bit at once are a race of two writes.
    [Kernel("test_1bit_value_change"), Under("", Expected.DataRace), Under("permissive=true assume-plain-writes-atomic=true", Expected.Never), Under("strict=true", Expected.DataRace)]
    public static void OneBitValueChange_WriteRead() => Repeat(
        () => s_flags ^= 0x10000, // race: read|write BasicConformance.s_flags
        () => Use(s_flags)); // race: read BasicConformance.s_flags
}
