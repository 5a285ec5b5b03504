using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Searches and comparisons of arrays and spans, which stop where they have found something: what another thread writes behind that is its own.</summary>
public static class SearchTwins
{
    public static void TestRaceArrayIndexOf()
    {
        int[] values = new int[16];
        Both(
            () => Use(Array.IndexOf(values, 9)), // race: read *
            () => values[12] = 1); // race: write *
    }

    public static void TestNoRaceArrayIndexOf()
    {
        int[] values = new int[16];
        values[3] = 9;
        Both(
            () => Same(3, Array.IndexOf(values, 9)),
            () => values[12] = 1);
    }

    public static void TestRaceArrayLastIndexOf()
    {
        object[] values = new object[16];
        Both(
            () => Use(Array.LastIndexOf(values, "")), // race: read *
            () => values[12] = values); // race: write *
    }

    public static void TestNoRaceArrayLastIndexOf()
    {
        object[] values = new object[16];
        values[12] = "";
        Both(
            () => Same(12, Array.LastIndexOf(values, "")),
            () => values[3] = values);
    }

    public static void TestRaceSpanIndexOfFound()
    {
        char[] values = new char[16];
        values[12] = 'x';
        Both(
            () => Use(values.AsSpan().IndexOf('x')), // race: read *
            () => values[3] = 'y'); // race: write *
    }

    public static void TestNoRaceSpanIndexOf()
    {
        char[] values = new char[64];
        (values[3], values[40]) = ('x', 'y');
        Both(
            () => Same((3, 40), (values.AsSpan().IndexOf('x'), values.AsSpan().IndexOf("y\0"))),
            () => values[60] = 'x');
    }

    public static void TestRaceSpanContains()
    {
        int[] values = new int[16];
        Both(
            () => Use(values.AsSpan().Contains(9)), // race: read *
            () => values[12] = 1); // race: write *
    }

    public static void TestNoRaceSpanContains()
    {
        int[] values = new int[16];
        values[3] = 9;
        Both(
            () => Same(true, values.AsSpan().Contains(9)),
            () => values[12] = 1);
    }

    public static void TestRaceSpanSequenceEqual()
    {
        int[] values = new int[16], others = new int[16];
        Both(
            () => Use(values.AsSpan().SequenceEqual(others)), // race: read *
            () => others[12] = 1); // race: write *
    }

    public static void TestNoRaceSpanSequenceEqual()
    {
        int[] values = new int[16], others = new int[16];
        values[3] = 1;
        Both(
            () => Same((false, false), (values.AsSpan().SequenceEqual(others), values.AsSpan().SequenceEqual(others.AsSpan(1)))),
            () => (values[12], others[12]) = (1, 2));
    }

    public static void TestRaceSpanStartsWith()
    {
        byte[] values = [1, 2, 3, 4, 5, 6, 7, 8];
        Both(
            () => Use(values.AsSpan().StartsWith((byte[])[1, 2, 3])), // race: read *
            () => values[2] = 9); // race: write *
    }

    public static void TestNoRaceSpanStartsWith()
    {
        byte[] values = [1, 2, 3, 4, 5, 6, 7, 8];
        Both(
            () => Same((true, false), (values.AsSpan().StartsWith((byte[])[1, 2]), values.AsSpan().StartsWith((byte[])[2, 1]))),
            () => values[2] = 9);
    }

    public static void TestRaceSpanEndsWith()
    {
        byte[] values = [1, 2, 3, 4, 5, 6, 7, 8];
        Both(
            () => Use(values.AsSpan().EndsWith((byte[])[7, 8])), // race: read *
            () => values[6] = 9); // race: write *
    }

    public static void TestNoRaceSpanEndsWith()
    {
        byte[] values = [1, 2, 3, 4, 5, 6, 7, 8];
        Both(
            () => Same(true, values.AsSpan().EndsWith((byte[])[7, 8])),
            () => values[5] = 9);
    }

    public static void TestNoRaceSpanBinarySearch()
    {
        int[] values = [0, 1, 2, 3, 4, 5, 6, 7];
        Both(
            () => Same((6, 6), (values.AsSpan().BinarySearch(6), Array.BinarySearch(values, 6))),
            () => values[1] = 0);
    }
}
