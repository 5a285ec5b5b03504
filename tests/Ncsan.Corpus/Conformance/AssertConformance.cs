using Ncsan.Annotations;
using Ncsan.Corpus.Harness;
using static Ncsan.Corpus.Harness.Kernels;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Conformance;

/// <summary>Assertions of exclusive access (kcsan_test.c, cases 16 to 22). They hold against marked accesses and without a value change.</summary>
public static class AssertConformance
{
    private static int s_value;
    private static int s_same;
    private static int s_masked;

    private static void AssertWriter() => AssertExclusive.Writer(ref s_same); // race[AssertExclusiveWriter_SameValueWrite,AssertExclusiveAccessWriter_AccessWriter]: assert no writes:4 AssertConformance.s_same

    // Several at once are an assertion that fails among themselves.
    private static void AssertAccess() => AssertExclusive.Access(ref s_same); // race[AssertExclusiveAccess_Read]: assert no accesses:4 AssertConformance.s_same

    private static void AssertAccessBesideWriter() => AssertExclusive.Access(ref s_same); // race[AssertExclusiveAccessWriter_AccessWriter]: assert no accesses:4 AssertConformance.s_same

    private static void AssertAccessTwice() => AssertExclusive.Access(ref s_same); // race[AssertExclusiveAccessWriter_AccessAccess]: assert no accesses:4 AssertConformance.s_same

    private static void WriteSame() => Volatile.Write(ref s_same, 0); // race[AssertExclusiveWriter_SameValueWrite]: marked write:4 AssertConformance.s_same

    private static void ReadSame() => Use(s_same); // race[AssertExclusiveAccess_Read]: read:4 AssertConformance.s_same

    [Kernel("test_assert_exclusive_writer"), Under("", Expected.Assertion), Under("strict=true", Expected.Assertion)]
    public static void AssertExclusiveWriter_SameValueWrite() => Repeat(AssertWriter, WriteSame);

    [Kernel("test_assert_exclusive_writer"), Under("", Expected.Never)]
    public static void AssertExclusiveWriter_Reader() => Repeat(AssertWriter, ReadSame);

    [Kernel("test_assert_exclusive_access"), Under("", Expected.Assertion), Under("strict=true", Expected.Assertion)]
    public static void AssertExclusiveAccess_Read() => Repeat(AssertAccess, ReadSame);

    [Kernel("test_assert_exclusive_access_writer"), Under("", Expected.Assertion), Under("strict=true", Expected.Assertion)]
    public static void AssertExclusiveAccessWriter_AccessWriter() => Repeat(AssertAccessBesideWriter, AssertWriter);

    [Kernel("test_assert_exclusive_access_writer"), Under("", Expected.Assertion)]
    public static void AssertExclusiveAccessWriter_AccessAccess() => Repeat(AssertAccessTwice, AssertAccessTwice);

    [Kernel("test_assert_exclusive_access_writer"), Under("", Expected.Never), Under("strict=true", Expected.Never)]
    public static void AssertExclusiveAccessWriter_WriterWriter() => Repeat(AssertWriter, AssertWriter);

    [Kernel("test_assert_exclusive_bits_change"), Under("", Expected.Assertion)]
    public static void AssertExclusiveBitsChange() => Repeat(
        () => AssertExclusive.Bits(ref s_masked, unchecked((int)0xff00ff00)), // race: assert no writes:4 AssertConformance.s_masked
        () => Interlocked.Exchange(ref s_masked, Volatile.Read(ref s_masked) ^ 0x0000ff00)); // race: marked read-write:4 AssertConformance.s_masked

    [Kernel("test_assert_exclusive_bits_nochange"), Under("", Expected.Never)]
    public static void AssertExclusiveBitsNoChange()
    {
        Volatile.Write(ref s_masked, 0);
        Repeat(
            () => AssertExclusive.Bits(ref s_masked, unchecked((int)0xff00ff00)),
            () => Interlocked.Exchange(ref s_masked, Volatile.Read(ref s_masked) ^ 0x00ff00ff));
    }

    private static void Inner() => Use(Volatile.Read(ref s_masked));

    private static void WriterScope()
    {
        using (AssertExclusive.WriterScoped(ref s_value)) // race[AssertExclusiveWriterScoped]: assert no writes:4 AssertConformance.s_value
        {
            Inner();
            Unseen.Pause();
        }
    }

    private static void AccessScope()
    {
        using (AssertExclusive.AccessScoped(ref s_value)) // race[AssertExclusiveAccessScoped]: assert no accesses:4 AssertConformance.s_value
        {
            Inner();
            Unseen.Pause();
        }
    }

    private static void WriteValue() => Volatile.Write(ref s_value, Unseen.Next()); // race[AssertExclusiveWriterScoped]: marked write:4 AssertConformance.s_value

    private static void ReadValue() => Use(s_value); // race[AssertExclusiveAccessScoped]: read:4 AssertConformance.s_value

    [Kernel("test_assert_exclusive_writer_scoped"), Under("", Expected.Assertion)]
    public static void AssertExclusiveWriterScoped() => Repeat(WriterScope, WriteValue);

    [Kernel("test_assert_exclusive_access_scoped"), Under("", Expected.Assertion)]
    public static void AssertExclusiveAccessScoped() => Repeat(AccessScope, ReadValue);

    [Kernel("test_assert_exclusive_access_scoped"), Under("", Expected.Never)]
    public static void AssertExclusiveAccessScoped_ScopesApart()
    {
        object gate = new();
        void Body()
        {
            lock (gate) { using (AssertExclusive.AccessScoped(ref s_value)) { Inner(); } }
        }

        Repeat(Body, Body);
    }
}
