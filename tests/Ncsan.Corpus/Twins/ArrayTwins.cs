using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Arrays of every element kind and rank, and the calls that read or write a range of them.</summary>
public static class ArrayTwins
{
    private struct Pair(int left, int right)
    {
        public int Left = left, Right = right;
    }

    public static void TestRaceIntElement()
    {
        int[] values = new int[4];
        Both(
            () => values[1] = 1, // race: write int[]
            () => values[1] = 2); // race: write int[]
    }

    public static void TestRaceIntElementRead()
    {
        int[] values = new int[4];
        Both(
            () => values[1] = 1, // race: write int[]
            () => Use(values[1])); // race: read int[]
    }

    public static void TestNoRaceElementsApart()
    {
        int[] values = new int[4];
        Both(
            () => values[1] = 1,
            () => values[2] = 2);
        Same(3, values[1] + values[2]);
    }

    public static void TestNoRaceElementReads()
    {
        int[] values = [1, 2, 3];
        Both(
            () => Same(2, values[1]),
            () => Same(2, values[1]));
    }

    public static void TestRaceByteElement()
    {
        byte[] values = new byte[4];
        Both(
            () => values[1] = 1, // race: write byte[]
            () => values[1] = 2); // race: write byte[]
    }

    public static void TestNoRaceBytesAdjacent()
    {
        byte[] values = new byte[8];
        Both(
            () => { for (int i = 0; i < 8; i += 2) { values[i] = 1; } },
            () => { for (int i = 1; i < 8; i += 2) { values[i] = 2; } });
        Same(12, values.Sum(v => v));
    }

    public static void TestRaceLongElement()
    {
        long[] values = new long[4];
        Both(
            () => values[3]++, // race: read|write long[]
            () => values[3]++); // race: read|write long[]
    }

    public static void TestRaceReferenceElement()
    {
        string[] values = new string[4];
        Both(
            () => values[0] = "left", // race: write string[]
            () => Use(values[0])); // race: read string[]
    }

    public static void TestNoRaceReferenceElementsApart()
    {
        string[] values = new string[2];
        Both(
            () => values[0] = "left",
            () => values[1] = "right");
        Same("leftright", string.Concat(values));
    }

    public static void TestRaceStructElement()
    {
        var values = new Pair[2];
        Both(
            () => values[1] = new Pair(1, 2), // race: write Pair[]
            () => values[1] = new Pair(3, 4)); // race: write Pair[]
    }

    public static void TestRaceStructElementMember()
    {
        var values = new Pair[2];
        Both(
            () => values[1].Left = 1, // race: write *
            () => values[1].Left = 2); // race: write *
    }

    public static void TestNoRaceStructElementMembersApart()
    {
        var values = new Pair[2];
        Both(
            () => values[1].Left = 1,
            () => values[1].Right = 2);
        Same(new Pair(1, 2), values[1]);
    }

    public static void TestRaceDoubleElement()
    {
        double[] values = new double[4];
        Both(
            () => values[2] = 0.5, // race: write double[]
            () => Use(values[2])); // race: read double[]
    }

    public static void TestRaceBoolElement()
    {
        bool[] sieve = new bool[16];
        Both(
            () => sieve[4] = true, // race: write bool[]
            () => Use(sieve[4])); // race: read bool[]
    }

    public static void TestRaceMatrixElement()
    {
        int[,] matrix = new int[2, 2];
        Both(
            () => matrix[1, 0] = 1, // race: write int[,]
            () => matrix[1, 0] = 2); // race: write int[,]
    }

    public static void TestNoRaceMatrixRowsApart()
    {
        int[,] matrix = new int[2, 8];
        Each(2, row => { for (int i = 0; i < 8; i++) { matrix[row, i] = row + 1; } });
        Same(24, matrix.Cast<int>().Sum());
    }

    public static void TestRaceMatrixByReference()
    {
        long[,,] cube = new long[2, 2, 2];
        Both(
            () => { ref long cell = ref cube[1, 1, 1]; cell = 1; }, // race: write *
            () => Use(cube[1, 1, 1])); // race: read *
    }

    public static void TestRaceJaggedElement()
    {
        int[][] rows = [new int[2], new int[2]];
        Both(
            () => rows[1][1] = 1, // race: write int[]
            () => rows[1][1] = 2); // race: write int[]
    }

    public static void TestNoRaceJaggedRows()
    {
        int[][] rows = [new int[2], new int[2]];
        Each(2, row => rows[row][1] = 1);
        Same(2, rows[0][1] + rows[1][1]);
    }

    public static void TestRaceJaggedRowReplaced()
    {
        int[][] rows = [new int[2], new int[2]];
        Both(
            () => rows[1] = new int[3], // race: write int[][]
            () => Use(rows[1].Length)); // race: read int[][]
    }

    public static void TestRaceArrayCopyToTarget()
    {
        int[] source = [1, 2, 3, 4], target = new int[8];
        Both(
            () => source.CopyTo(target, 2), // race: write *
            () => Use(target[5])); // race: read *
    }

    public static void TestNoRaceArrayCopyToBeside()
    {
        int[] source = [1, 2, 3, 4], target = new int[8];
        Both(
            () => source.CopyTo(target, 2),
            () => (target[1], target[6]) = (1, 2));
    }

    public static void TestRaceArrayCopy()
    {
        int[] source = [1, 2, 3, 4], target = new int[4];
        Both(
            () => Array.Copy(source, target, 4), // race: write *
            () => target[2] = 9); // race: write int[]
    }

    public static void TestRaceArrayCopySource()
    {
        int[] source = [1, 2, 3, 4], target = new int[4];
        Both(
            () => Array.Copy(source, target, 4), // race: read *
            () => source[2] = 9); // race: write int[]
    }

    public static void TestNoRaceArrayCopyHalves()
    {
        int[] source = [1, 2, 3, 4], target = new int[4];
        Both(
            () => Array.Copy(source, 0, target, 0, 2),
            () => Array.Copy(source, 2, target, 2, 2));
        Same(10, target.Sum());
    }

    public static void TestRaceCopyOfReferences()
    {
        string[] source = ["a", "b", "c", "d", "e"], target = new string[5];
        Both(
            () => Array.Copy(source, target, 5), // race: read *
            () => source[2] = "x"); // race: write *
    }

    public static void TestNoRaceCopyOfReferencesHalves()
    {
        string[] source = ["a", "b", "c", "d", "e"], target = new string[5];
        Both(
            () => Array.Copy(source, 0, target, 0, 3),
            () => source[3] = "x");
        Same("c", target[2]);
    }

    public static void TestRaceCopyOfStructs()
    {
        var source = new (int Number, string Text)[5];
        var target = new (int Number, string Text)[5];
        Both(
            () => Array.Copy(source, target, 5), // race: read *
            () => source[3].Number = source[3].Number + 1); // race: write *
    }

    public static void TestRaceBlockCopy()
    {
        byte[] source = [1, 2, 3, 4], target = new byte[4];
        Both(
            () => Buffer.BlockCopy(source, 0, target, 0, 4), // race: write *
            () => Use(target[3])); // race: read byte[]
    }

    public static void TestNoRaceBlockCopyHalves()
    {
        byte[] source = [1, 2, 3, 4], target = new byte[4];
        Both(
            () => Buffer.BlockCopy(source, 0, target, 0, 2),
            () => Buffer.BlockCopy(source, 2, target, 2, 2));
        Same(10, target.Sum(v => v));
    }

    public static void TestRaceArrayClear()
    {
        int[] values = [1, 2, 3];
        Both(
            () => Array.Clear(values), // race: write *
            () => values[0] = 9); // race: write int[]
    }

    public static void TestRaceArrayFill()
    {
        int[] values = new int[8];
        Both(
            () => Array.Fill(values, 3), // race: write *
            () => Use(values[7])); // race: read int[]
    }

    public static void TestNoRaceArrayFillApart()
    {
        int[] left = new int[8], right = new int[8];
        Both(
            () => Array.Fill(left, 3),
            () => Array.Fill(right, 4));
        Same(56, left.Sum() + right.Sum());
    }

    public static void TestRaceForEachOverArray()
    {
        int[] values = new int[3];
        Both(
            () => { foreach (int value in values) { Use(value); } }, // race: read int[]
            () => values[2] = 5); // race: write int[]
    }

    public static void TestNoRaceForEachBoth()
    {
        int[] values = [1, 2, 3];
        Each(2, _ =>
        {
            int sum = 0;
            foreach (int value in values) { sum += value; }
            Same(6, sum);
        });
    }

    public static void TestNoRaceArrayLength()
    {
        int[] values = new int[3];
        Both(
            () => Same(3, values.Length),
            () => values[0] = 5);
    }

    private static readonly int[] s_table = new int[4];

    public static void TestRaceStaticArrayElement() => Both(
        () => s_table[3] = 1, // race: write int[]
        () => s_table[3] = 2); // race: write int[]

    public static void TestRaceInteriorOfSwap()
    {
        int[] values = [1, 2];
        Both(
            () => (values[0], values[1]) = (values[1], values[0]), // race: read|write int[]
            () => values[0] = 7); // race: write int[]
    }

    public static void TestNoRaceArrayPublishedByThreadStart()
    {
        int[] values = new int[16];
        for (int i = 0; i < 16; i++) { values[i] = i; }
        var reader = new Thread(() => Same(120, values.Sum()));
        reader.Start();
        reader.Join();
    }
}
