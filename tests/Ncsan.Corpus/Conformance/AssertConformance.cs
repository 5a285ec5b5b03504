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

    [Kernel("test_assert_exclusive_writer"), Under("", Expected.Assertion), Under("strict=true", Expected.Assertion)]
    public static void AssertExclusiveWriter_SameValueWrite() => Repeat(
        () => AssertExclusive.Writer(ref s_same), // race: assert no writes AssertConformance.s_same
        () => Volatile.Write(ref s_same, 0)); // race: write AssertConformance.s_same

    [Kernel("test_assert_exclusive_writer"), Under("", Expected.Never)]
    public static void AssertExclusiveWriter_Reader() => Repeat(
        () => AssertExclusive.Writer(ref s_same),
        () => Use(s_same));

    [Kernel("test_assert_exclusive_access"), Under("", Expected.Assertion)]
    public static void AssertExclusiveAccess_Read() => Repeat(
        () => AssertExclusive.Access(ref s_same), // race: assert no accesses AssertConformance.s_same
        () => Use(s_same)); // race: read AssertConformance.s_same

    [Kernel("test_assert_exclusive_access_writer"), Under("", Expected.Assertion)]
    public static void AssertExclusiveAccessWriter_AccessWriter() => Repeat(
        () => AssertExclusive.Access(ref s_same), // race: assert no accesses AssertConformance.s_same
        () => AssertExclusive.Writer(ref s_same)); // race: assert no writes AssertConformance.s_same

    [Kernel("test_assert_exclusive_access_writer"), Under("", Expected.Assertion)]
    public static void AssertExclusiveAccessWriter_AccessAccess() => Repeat(
        () => AssertExclusive.Access(ref s_same), // race: assert no accesses AssertConformance.s_same
        () => AssertExclusive.Access(ref s_same)); // race: assert no accesses AssertConformance.s_same

    [Kernel("test_assert_exclusive_access_writer"), Under("", Expected.Never)]
    public static void AssertExclusiveAccessWriter_WriterWriter() => Repeat(
        () => AssertExclusive.Writer(ref s_same),
        () => AssertExclusive.Writer(ref s_same));

    [Kernel("test_assert_exclusive_bits_change"), Under("", Expected.Assertion)]
    public static void AssertExclusiveBitsChange() => Repeat(
        () => AssertExclusive.Bits(ref s_masked, unchecked((int)0xff00ff00)), // race: assert no writes AssertConformance.s_masked
        () => Interlocked.Exchange(ref s_masked, Volatile.Read(ref s_masked) ^ 0x0000ff00)); // race: read-write|write AssertConformance.s_masked

    [Kernel("test_assert_exclusive_bits_nochange"), Under("", Expected.Never)]
    public static void AssertExclusiveBitsNoChange()
    {
        Volatile.Write(ref s_masked, 0);
        Repeat(
            () => AssertExclusive.Bits(ref s_masked, unchecked((int)0xff00ff00)),
            () => Interlocked.Exchange(ref s_masked, Volatile.Read(ref s_masked) ^ 0x00ff00ff));
    }

    private static void Inner() => Use(Volatile.Read(ref s_masked));

    [Kernel("test_assert_exclusive_writer_scoped"), Under("", Expected.Assertion)]
    public static void AssertExclusiveWriterScoped() => Repeat(
        () =>
        {
            using (AssertExclusive.WriterScoped(ref s_value)) // race: assert no writes AssertConformance.s_value
            {
                Inner();
                Unseen.Pause();
            }
        },
        () => Volatile.Write(ref s_value, Unseen.Next())); // race: write AssertConformance.s_value

    [Kernel("test_assert_exclusive_access_scoped"), Under("", Expected.Assertion)]
    public static void AssertExclusiveAccessScoped() => Repeat(
        () =>
        {
            using (AssertExclusive.AccessScoped(ref s_value)) // race: assert no accesses AssertConformance.s_value
            {
                Inner();
                Unseen.Pause();
            }
        },
        () => Use(s_value)); // race: read AssertConformance.s_value

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
