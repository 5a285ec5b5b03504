using System.Linq.Expressions;
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

    // What the threads repeat are methods of their own, as in the kernel, since two lambdas of one method are one side to a finding's id; and of one case each, since a
    // process writes a finding once.
    private static void Write() => s_value = Unseen.Next(); // race[Basic_WriteRead]: write:4 BasicConformance.s_value

    private static void WriteWord() => s_value = Unseen.Next(); // race[WriteWriteAssumeAtomic_AlignedWord]: write:4 BasicConformance.s_value

    private static void Read() => Use(s_value); // race[Basic_WriteRead,UnknownOrigin_UninstrumentedWriteRead]: read:4 BasicConformance.s_value

    private static void WriteSame() => s_same = 0; // race[NoValueChange_WriteRead]: write:4 BasicConformance.s_same

    private static void WriteSameTwice() => s_same = 0; // race[NoValueChange_WriteWrite]: write:4 BasicConformance.s_same

    private static void ReadSame() => Use(s_same); // race[NoValueChange_WriteRead,NoValueChangeException_NameMakesNoDifference]: read:4 BasicConformance.s_same

    private static void WriteSame_rcu() => s_same = 0; // race[NoValueChangeException_NameMakesNoDifference]: write:4 BasicConformance.s_same

    private static void ChangePages()
    {
        for (int i = 0; i < s_pages.Length && !Session.Done; i++) { s_pages[i]++; } // race[ConcurrentRaces_ReadWriteOverPages]: read:4|write:4 int[]
    }

    private static void ReadPages()
    {
        for (int i = 0; i < s_pages.Length; i++) { Use(s_pages[i]); }
    }

    private static void WriteWide() => s_wide = new Wide { A = Unseen.Next() }; // race[WriteWriteStruct_64Bytes]: write:64 BasicConformance.s_wide

    private static void WriteWhole() => s_wide = new Wide { A = Unseen.Next() }; // race[WriteWriteStructPart_WholeAndMember]: write:64 BasicConformance.s_wide

    private static void WriteBesidesNothing() => s_wide = new Wide { C = Unseen.Next() }; // race[ZeroSizeAccess_StructsStillRace]: write:64 BasicConformance.s_wide

    private static void ReadNothing() => s_bytes.AsSpan(8, 0).Clear();

    private static void WritePart() => s_wide.H = Unseen.Next(); // race[WriteWriteStructPart_WholeAndMember]: write:8 Wide.H

    private static void FlipBit() => s_flags ^= 0x10000; // race[OneBitValueChange_WriteRead]: read:4|write:4 BasicConformance.s_flags

    private static void ReadFlags() => Use(s_flags); // race[OneBitValueChange_WriteRead]: read:4 BasicConformance.s_flags

    [Kernel("test_basic"), Under("", Expected.DataRace), Under("strict=true", Expected.DataRace), Under("permissive=true", Expected.DataRace)]
    public static void Basic_WriteRead() => Repeat(Write, Read);

    [Kernel("test_basic"), Under("", Expected.Never), Under("strict=true", Expected.Never), Under("permissive=true", Expected.Never)]
    public static void Basic_ReadRead() => Repeat(Read, Read);

    [Kernel("test_concurrent_races"), Under("", Expected.DataRace), Under("strict=true", Expected.DataRace)]
    public static void ConcurrentRaces_ReadWriteOverPages() => Repeat(ChangePages, ChangePages);

    [Kernel("test_concurrent_races"), Under("", Expected.Never), Under("strict=true", Expected.Never)]
    public static void ConcurrentRaces_ReadReadOverPages() => Repeat(ReadPages, ReadPages);

    [Kernel("test_novalue_change"), Under("", Expected.Never), Under("strict=true", Expected.DataRace)]
    public static void NoValueChange_WriteRead() => Repeat(WriteSame, ReadSame);

    [Kernel("test_novalue_change"), Under("", Expected.Never), Under("strict=true", Expected.DataRace)]
    public static void NoValueChange_WriteWrite() => Repeat(WriteSameTwice, WriteSameTwice);

    // The kernel reports a write that changes nothing if the function's name says RCU. .NET has no RCU, and no name that makes a difference.
    [Kernel("test_novalue_change_exception"), Under("", Expected.Never), Under("strict=true", Expected.DataRace)]
    public static void NoValueChangeException_NameMakesNoDifference() => Repeat(WriteSame_rcu, ReadSame);

    [Kernel("test_unknown_origin"), Under("unknown-origin=true", Expected.UnknownOrigin), Under("unknown-origin=false", Expected.Never)]
    public static void UnknownOrigin_UninstrumentedWriteRead() => Repeat(() => Unseen.Write(ref s_value, Unseen.Next()), Read);

    // Code that is made at run time is not instrumented either.
    [Kernel("test_unknown_origin"), Under("unknown-origin=true", Expected.UnknownOrigin), Under("", Expected.Never)]
    public static void UnknownOrigin_EmittedCode()
    {
        var holder = new Holder();
        var value = Expression.Parameter(typeof(int));
        var write = Expression.Lambda<Action<int>>(Expression.Assign(Expression.Field(Expression.Constant(holder), nameof(Holder.Value)), value), value).Compile();
        Repeat(
            () => write(Unseen.Next()),
            () => Use(holder.Value)); // race: read:4 Holder.Value
    }

    private sealed class Holder
    {
        public int Value;
    }

    // By default .NET takes no plain write for atomic: the JIT may move it, so the kernel's default would hide real races.
    [Kernel("test_write_write_assume_atomic"), Under("assume-plain-writes-atomic=true", Expected.Never), Under("", Expected.DataRace), Under("strict=true", Expected.DataRace)]
    public static void WriteWriteAssumeAtomic_AlignedWord() => Repeat(WriteWord, WriteWord);

    [Kernel("test_write_write_struct"), Under("", Expected.DataRace), Under("assume-plain-writes-atomic=true", Expected.DataRace), Under("strict=true", Expected.DataRace)]
    public static void WriteWriteStruct_64Bytes() => Repeat(WriteWide, WriteWide);

    [Kernel("test_write_write_struct_part"), Under("", Expected.DataRace), Under("assume-plain-writes-atomic=true", Expected.DataRace)]
    public static void WriteWriteStructPart_WholeAndMember() => Repeat(WriteWhole, WritePart);

    [Kernel("test_zero_size_access"), Under("", Expected.DataRace)]
    public static void ZeroSizeAccess_StructsStillRace() => Repeat(
        () => { WriteBesidesNothing(); ReadNothing(); },
        () => { WriteBesidesNothing(); ReadNothing(); });

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
        Read);

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
    public static void OneBitValueChange_WriteRead() => Repeat(FlipBit, ReadFlags);
}
