using System.Collections.Specialized;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Memory of the program that methods of the framework touch: ranges, resizing, native memory, encodings, views of arrays, structs of the framework.</summary>
public static class FrameworkMemoryTwins
{
    private sealed class Box
    {
        public int[] Values = new int[4];
        public BitVector32 Bits;
        public Vector4 Vector;
        public System.Drawing.Point Point;
        public DayOfWeek Day;
    }

    public static void TestRaceRangeOfArray()
    {
        int[] values = new int[8];
        Both(
            () => values[5] = 6, // race: write int[]
            () => Use(values[3..7])); // race: read int[]
    }

    public static void TestNoRaceRangeOfArrayApart()
    {
        int[] values = new int[8];
        Both(
            () => values[1] = 6,
            () => Same(4, values[3..7].Length));
    }

    public static void TestRaceResize()
    {
        var box = new Box();
        Both(
            () => Array.Resize(ref box.Values, 8), // race: read|write *
            () => Use(box.Values.Length)); // race: read Box.Values
    }

    public static void TestNoRaceResizeToTheSameSize()
    {
        var box = new Box();
        Both(
            () => Array.Resize(ref box.Values, 4),
            () => Same(4, box.Values.Length));
    }

    public static void TestRaceElementOfList()
    {
        IList<int> list = new int[4];
        Both(
            () => list[2] = 5, // race: write int[]
            () => Use(list[2])); // race: read int[]
    }

    public static void TestNoRaceElementsOfListApart()
    {
        IList<int> list = new int[4];
        Both(
            () => list[2] = 5,
            () => Same(0, list[1]));
    }

    public static void TestRaceElementOfSegment()
    {
        int[] values = new int[8];
        Both(
            () => { var segment = new ArraySegment<int>(values, 2, 4); segment[1] = 5; }, // race: write int[]
            () => Use(values[3])); // race: read int[]
    }

    public static void TestNoRaceElementsOfSegmentsApart()
    {
        int[] values = new int[8];
        Both(
            () => { var segment = new ArraySegment<int>(values, 0, 4); segment[1] = 5; },
            () => { var segment = new ArraySegment<int>(values, 4, 4); segment[1] = 5; });
    }

    public static void TestRaceStringOfChars()
    {
        char[] letters = ['a', 'b', 'c'];
        Both(
            () => letters[1] = 'z', // race: write char[]
            () => Use(new string(letters, 0, 2))); // race: read char[]
    }

    public static void TestNoRaceStringOfOtherChars()
    {
        char[] letters = ['a', 'b', 'c'];
        Both(
            () => letters[2] = 'z',
            () => Same("ab", new string(letters, 0, 2)));
    }

    public static void TestRaceEncodedBytes()
    {
        byte[] bytes = new byte[16];
        Both(
            () => Encoding.UTF8.GetBytes("hello", 0, 5, bytes, 2), // race: write byte[]
            () => Use(bytes[4])); // race: read byte[]
    }

    public static void TestNoRaceBytesBehindTheEncoded()
    {
        byte[] bytes = new byte[16];
        Both(
            () => Encoding.UTF8.GetBytes("hello", 0, 5, bytes, 2),
            () => bytes[7] = 1);
        Same((byte)'o', bytes[6]);
    }

    public static void TestRaceRandomBytes()
    {
        byte[] bytes = new byte[16];
        Both(
            () => new Random(1).NextBytes(bytes), // race: write byte[]
            () => Use(bytes[7])); // race: read byte[]
    }

    public static void TestRaceTryFormat()
    {
        char[] text = new char[8];
        Both(
            () => 123.TryFormat(text, out _), // race: write char[]
            () => Use(text[0])); // race: read char[]
    }

    public static void TestNoRaceTryFormatApart()
    {
        char[] text = new char[8];
        Both(
            () => 123.TryFormat(text.AsSpan(4), out _),
            () => Use(text[0]));
    }

    public static void TestRaceHash()
    {
        byte[] data = new byte[64];
        Both(
            () => Use(System.Security.Cryptography.SHA256.HashData(data)), // race: read byte[]
            () => data[9] = 1); // race: write byte[]
    }

    public static void TestRaceMarshalWrite()
    {
        nint memory = Marshal.AllocHGlobal(16);
        Both(
            () => Marshal.WriteInt32(memory, 4, 3), // race: write *
            () => Use(Marshal.ReadInt32(memory, 4))); // race: read *
        Marshal.FreeHGlobal(memory);
    }

    public static void TestNoRaceMarshalApart()
    {
        nint memory = Marshal.AllocHGlobal(16);
        Both(
            () => Marshal.WriteInt32(memory, 4, 3),
            () => Marshal.WriteInt32(memory, 8, 4));
        Same((3, 4), (Marshal.ReadInt32(memory, 4), Marshal.ReadInt32(memory, 8)));
        Marshal.FreeHGlobal(memory);
    }

    public static void TestRaceMarshalCopy()
    {
        int[] values = [1, 2, 3, 4, 5, 6, 7, 8]; // what is copied is another value in each place
        nint memory = Marshal.AllocHGlobal(32);
        Marshal.Copy(values, 0, memory, 8);
        Both(
            () => Marshal.Copy(memory, values, 2, 4), // race: read|write *
            () => values[3] = 3); // race: write int[]
        Marshal.FreeHGlobal(memory);
    }

    public static void TestRaceVectorCopy()
    {
        int[] values = new int[16];
        Both(
            () => Vector128.Create(7).CopyTo(values.AsSpan(4)), // race: write Span
            () => Use(values[5])); // race: read int[]
    }

    public static void TestNoRaceVectorCopyApart()
    {
        int[] values = new int[16];
        Both(
            () => Vector128.Create(7).CopyTo(values.AsSpan(4)),
            () => values[8] = 1);
    }

    public static void TestRaceMethodOfVector()
    {
        var box = new Box();
        Both(
            () => box.Vector = new(1, 2, 3, 4), // race: write Box.Vector
            () => Use(box.Vector.Length())); // race: read Box.Vector
    }

    public static void TestNoRaceMethodsOfVector()
    {
        var box = new Box { Vector = new(3, 4, 0, 0) };
        Each(2, _ => Same(5f, box.Vector.Length()));
    }

    public static void TestRaceBitsOfVector()
    {
        var box = new Box();
        Both(
            () => box.Bits[1] = true, // race: write Box.Bits
            () => box.Bits[2] = true); // race: write Box.Bits
    }

    public static void TestNoRaceSettersOfTwoParts()
    {
        var box = new Box();
        Both(
            () => box.Point.X = 1,
            () => box.Point.Y = 2);
        Same(new System.Drawing.Point(1, 2), box.Point);
    }

    public static void TestRaceNameOfEnum()
    {
        var box = new Box();
        Both(
            () => box.Day = DayOfWeek.Friday, // race: write Box.Day
            () => Use(box.Day.ToString())); // race: read Box.Day
    }
}
