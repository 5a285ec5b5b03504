using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Structs: whole copies, members, values wider than a word, explicit layout, nullable, tuples, inline arrays.</summary>
public static unsafe class StructTwins
{
    private struct Point(int x, int y)
    {
        public int X = x, Y = y;
    }

    private struct Wide
    {
        public long A, B, C, H;
        public fixed long Rest[4];
    }

    private struct Mixed
    {
        public string? Name;
        public int Number;
    }

    [StructLayout(LayoutKind.Explicit)]
    private struct Union
    {
        [FieldOffset(0)] public int Whole;
        [FieldOffset(0)] public short Low;
        [FieldOffset(2)] public short High;
    }

    [InlineArray(4)]
    private struct Four
    {
        private int _first;
    }

    private readonly struct Tick(long at, double price)
    {
        public readonly long At = at;

        public readonly double Price = price;
    }

    private sealed class Box
    {
        public Tick Tick;
        public Point Point;
        public Wide Wide;
        public Mixed Mixed;
        public Union Union;
        public Four Four;
        public Guid Guid;
        public decimal Decimal;
        public Int128 Int128;
        public DateTime Date;
        public bool? Maybe;
        public int? Number;
        public (int Left, int Right) Pair;
        public Memory<byte> Memory;
        public readonly Point Fixed = new(1, 2);
    }

    public static void TestRaceStructCopies()
    {
        var box = new Box();
        Both(
            () => box.Point = new Point(1, 2), // race: write Box.Point
            () => box.Point = new Point(3, 4)); // race: write Box.Point
    }

    public static void TestRaceStructCopyAndRead()
    {
        var box = new Box();
        Both(
            () => box.Point = new Point(1, 2), // race: write Box.Point
            () => Use(box.Point)); // race: read Box.Point
    }

    public static void TestRaceStructAndMember()
    {
        var box = new Box();
        Both(
            () => box.Point = new Point(1, 2), // race: write Box.Point
            () => box.Point.X = 9); // race: write Point
    }

    public static void TestNoRaceStructMembersApart()
    {
        var box = new Box();
        Both(
            () => box.Wide.A = 1,
            () => box.Wide.B = 2);
        Same(3L, box.Wide.A + box.Wide.B);
    }

    public static void TestRaceStructMember()
    {
        var box = new Box();
        Both(
            () => box.Wide.C = 1, // race: write Wide.C
            () => box.Wide.C = 2); // race: write Wide.C
    }

    public static void TestRaceReadOnlyStructMember()
    {
        var box = new Box();
        Both(
            () => box.Tick = new Tick(1, 2), // race: write Box.Tick
            () => Use(box.Tick.Price)); // race: read Tick.Price
    }

    public static void TestNoRaceReadOnlyStructs()
    {
        var ticks = new Tick[2];
        Each(2, i =>
        {
            ticks[i] = new Tick(i, i);
            var mine = new Tick(ticks[i].At, ticks[i].Price + 1);
            Same(i + 1.0, mine.Price);
        });
        Same(1.0, ticks[0].Price + ticks[1].Price);
    }

    public static void TestRaceWideStruct()
    {
        var box = new Box();
        Both(
            () => box.Wide = new Wide { A = 1, H = 1 }, // race: write Box.Wide
            () => box.Wide = new Wide { A = 2, H = 2 }); // race: write Box.Wide
    }

    public static void TestRaceWideStructAndLastMember()
    {
        var box = new Box();
        Both(
            () => box.Wide = new Wide { H = 1 }, // race: write Box.Wide
            () => Use(box.Wide.H)); // race: read Wide.H
    }

    public static void TestRaceStructWithReference()
    {
        var box = new Box();
        Both(
            () => box.Mixed = new Mixed { Name = "a", Number = 1 }, // race: write Box.Mixed
            () => box.Mixed = new Mixed { Name = "b", Number = 2 }); // race: write Box.Mixed
    }

    public static void TestRaceStructDefault()
    {
        var box = new Box { Wide = { A = 1 } };
        Both(
            () => box.Wide = default, // race: write Box.Wide
            () => Use(box.Wide.A)); // race: read Wide.A
    }

    public static void TestRaceGuid()
    {
        var box = new Box();
        var guid = new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        Both(
            () => box.Guid = guid, // race: write Box.Guid
            () => Use(box.Guid)); // race: read Box.Guid
    }

    public static void TestRaceDecimal()
    {
        var box = new Box();
        Both(
            () => box.Decimal = 1.25m, // race: write Box.Decimal
            () => box.Decimal = 7m); // race: write Box.Decimal
    }

    public static void TestRaceInt128()
    {
        var box = new Box();
        Both(
            () => box.Int128 = Int128.MaxValue, // race: write Box.Int128
            () => Use(box.Int128)); // race: read Box.Int128
    }

    public static void TestRaceDateTime()
    {
        var box = new Box();
        Both(
            () => box.Date = new DateTime(2020, 1, 1), // race: write Box.Date
            () => Use(box.Date)); // race: read Box.Date
    }

    public static void TestRaceNullableBool()
    {
        var box = new Box();
        Both(
            () => box.Maybe = true, // race: write Box.Maybe
            () => Use(box.Maybe)); // race: read Box.Maybe
    }

    public static void TestRaceNullableHasValue()
    {
        var box = new Box();
        Both(
            () => box.Number = 5, // race: write Box.Number
            () => Use(box.Number.HasValue)); // race: read Box.Number
    }

    public static void TestRaceTuple()
    {
        var box = new Box();
        Both(
            () => box.Pair = (1, 2), // race: write Box.Pair
            () => Use(box.Pair)); // race: read Box.Pair
    }

    public static void TestNoRaceTupleMembersApart()
    {
        var box = new Box();
        Both(
            () => box.Pair.Left = 1,
            () => box.Pair.Right = 2);
        Same((1, 2), box.Pair);
    }

    public static void TestRaceUnionOverlap()
    {
        var box = new Box();
        Both(
            () => box.Union.Whole = 0x10001, // race: write Union.Whole
            () => box.Union.High = 7); // race: write Union.High
    }

    public static void TestNoRaceUnionApart()
    {
        var box = new Box();
        Both(
            () => box.Union.Low = 1,
            () => box.Union.High = 2);
        Same(0x20001, box.Union.Whole);
    }

    public static void TestRaceInlineArrayElement()
    {
        var box = new Box();
        Both(
            () => box.Four[1] = 1, // race: write *
            () => box.Four[1] = 2); // race: write *
    }

    public static void TestNoRaceInlineArrayApart()
    {
        var box = new Box();
        Both(
            () => box.Four[1] = 1,
            () => box.Four[2] = 2);
        Same(3, box.Four[1] + box.Four[2]);
    }

    public static void TestRaceMemoryField()
    {
        var box = new Box();
        byte[] left = new byte[4], right = new byte[8];
        Both(
            () => box.Memory = left, // race: write Box.Memory
            () => box.Memory = right); // race: write Box.Memory
    }

    public static void TestNoRaceReadOnlyStruct()
    {
        var box = new Box();
        Both(
            () => Same(3, box.Fixed.X + box.Fixed.Y),
            () => Same(3, box.Fixed.X + box.Fixed.Y));
    }

    public static void TestNoRaceStructByValue()
    {
        var point = new Point(1, 2);
        void Change(Point mine) { mine.X = 9; Same(9, mine.X); }
        Both(
            () => Change(point),
            () => Change(point));
        Same(1, point.X);
    }

    public static void TestRaceStructMethodOnField()
    {
        var cell = new Cell();
        Both(
            () => cell.Counter.Bump(), // the accesses are in Bump
            () => cell.Counter.Bump());
    }

    private struct Counter
    {
        private int _count;

        public void Bump() => _count++; // race[TestRaceStructMethodOnField]: read|write Counter._count
    }

    private sealed class Cell
    {
        public Counter Counter;
    }

    public static void TestRaceBoxedStruct()
    {
        object boxed = new Wide();
        Both(
            () => Unsafe.Unbox<Wide>(boxed).B = 1, // race: write Wide.B
            () => Unsafe.Unbox<Wide>(boxed).B = 2); // race: write Wide.B
    }
}
