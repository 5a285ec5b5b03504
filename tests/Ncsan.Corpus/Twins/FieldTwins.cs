using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Instance fields of every size.</summary>
public static class FieldTwins
{
    private sealed class Box
    {
        public byte Byte;
        public short Short;
        public int Int;
        public long Long;
        public float Float;
        public double Double;
        public bool Bool;
        public char Char;
        public nint Native;
        public DayOfWeek Enum;
        public string? Text;
        public volatile int Volatile;
        public int Other;
    }

    public static void TestRaceByteField()
    {
        var box = new Box();
        Both(
            () => box.Byte = 1, // race: write Box.Byte
            () => box.Byte = 2); // race: write Box.Byte
    }

    public static void TestRaceShortField()
    {
        var box = new Box();
        Both(
            () => box.Short = 1, // race: write Box.Short
            () => Use(box.Short)); // race: read Box.Short
    }

    public static void TestRaceIntFieldWriteWrite()
    {
        var box = new Box();
        Both(
            () => box.Int = 1, // race: write Box.Int
            () => box.Int = 2); // race: write Box.Int
    }

    public static void TestRaceIntFieldWriteRead()
    {
        var box = new Box();
        Both(
            () => box.Int = 1, // race: write Box.Int
            () => Use(box.Int)); // race: read Box.Int
    }

    public static void TestRaceIntFieldReadWrite()
    {
        var box = new Box();
        Both(
            () => Use(box.Int), // race: read Box.Int
            () => box.Int = 3); // race: write Box.Int
    }

    public static void TestNoRaceIntFieldReadRead()
    {
        var box = new Box { Int = 7 };
        Both(
            () => Same(7, box.Int),
            () => Same(7, box.Int));
    }

    public static void TestNoRaceIntFieldsApart()
    {
        var box = new Box();
        Both(
            () => box.Int = 1,
            () => box.Other = 2);
        Same(3, box.Int + box.Other);
    }

    public static void TestNoRaceObjectsApart()
    {
        Box left = new(), right = new();
        Both(
            () => left.Int = 1,
            () => right.Int = 2);
        Same(3, left.Int + right.Int);
    }

    public static void TestRaceLongField()
    {
        var box = new Box();
        Both(
            () => box.Long = 1L << 40, // race: write Box.Long
            () => Use(box.Long)); // race: read Box.Long
    }

    public static void TestRaceFloatField()
    {
        var box = new Box();
        Both(
            () => box.Float = 1.5f, // race: write Box.Float
            () => Use(box.Float)); // race: read Box.Float
    }

    public static void TestRaceDoubleField()
    {
        var box = new Box();
        Both(
            () => box.Double = 1.5, // race: write Box.Double
            () => box.Double = 2.5); // race: write Box.Double
    }

    public static void TestRaceBoolField()
    {
        var box = new Box();
        Both(
            () => box.Bool = true, // race: write Box.Bool
            () => Use(box.Bool)); // race: read Box.Bool
    }

    public static void TestRaceCharField()
    {
        var box = new Box();
        Both(
            () => box.Char = 'a', // race: write Box.Char
            () => box.Char = 'b'); // race: write Box.Char
    }

    public static void TestRaceNativeIntField()
    {
        var box = new Box();
        Both(
            () => box.Native = 4, // race: write Box.Native
            () => Use(box.Native)); // race: read Box.Native
    }

    public static void TestRaceEnumField()
    {
        var box = new Box();
        Both(
            () => box.Enum = DayOfWeek.Friday, // race: write Box.Enum
            () => Use(box.Enum)); // race: read Box.Enum
    }

    public static void TestRaceReferenceField()
    {
        var box = new Box();
        Both(
            () => box.Text = "left", // race: write Box.Text
            () => box.Text = "right"); // race: write Box.Text
    }

    public static void TestRaceReferenceFieldRead()
    {
        var box = new Box();
        Both(
            () => box.Text = "left", // race: write Box.Text
            () => Use(box.Text)); // race: read Box.Text
    }

    public static void TestNoRaceReferenceFieldReads()
    {
        var box = new Box { Text = "once" };
        Both(
            () => Same("once", box.Text),
            () => Same("once", box.Text));
    }

    public static void TestRaceIncrement()
    {
        var box = new Box();
        Both(
            () => box.Int++, // race: read|write Box.Int
            () => box.Int++); // race: read|write Box.Int
    }

    public static void TestRaceAddAssign()
    {
        var box = new Box();
        Both(
            () => box.Long += 5, // race: read|write Box.Long
            () => box.Long -= 3); // race: read|write Box.Long
    }

    public static void TestRaceOrAssign()
    {
        var box = new Box();
        Both(
            () => box.Byte |= 1, // race: read|write Box.Byte
            () => box.Byte |= 2); // race: read|write Box.Byte
    }

    public static void TestRaceNullCoalescingAssign()
    {
        var box = new Box();
        Both(
            () => box.Text ??= "left", // race: read|write Box.Text
            () => box.Text ??= "right"); // race: read|write Box.Text
    }

    public static void TestNoRaceVolatileField()
    {
        var box = new Box();
        Both(
            () => box.Volatile = 1,
            () => Use(box.Volatile));
    }

    public static void TestNoRaceFieldAfterJoin()
    {
        var box = new Box();
        var writer = new Thread(() => box.Int = 1);
        writer.Start();
        writer.Join();
        Same(1, box.Int);
        box.Int = 2;
    }

    public static void TestNoRaceFieldBeforeStart()
    {
        var box = new Box { Int = 5 };
        box.Int++;
        var reader = new Thread(() => Same(6, box.Int));
        reader.Start();
        reader.Join();
    }

    public static void TestRaceFieldThroughProperty()
    {
        var holder = new Holder();
        Both(
            () => holder.Value = 1,
            () => Use(holder.Value));
    }

    public static void TestNoRaceInitOnlyProperty()
    {
        var holder = new Holder { Fixed = 3 };
        Both(
            () => Same(3, holder.Fixed),
            () => Same(3, holder.Fixed));
    }

    public static void TestRaceInheritedField()
    {
        var child = new Child();
        Both(
            () => child.Shared = 1, // race: write Parent.Shared
            () => ((Parent)child).Shared = 2); // race: write Parent.Shared
    }

    public static void TestRaceFieldOfThis() => new Child().RaceWithSelf();

    private sealed class Holder
    {
        public int Value { get; set; } // race[TestRaceFieldThroughProperty]: read|write Holder.Value

        public int Fixed { get; init; }
    }

    private class Parent
    {
        public int Shared;
    }

    private sealed class Child : Parent
    {
        private int _own;

        public void RaceWithSelf() => Both(
            () => _own = 1, // race[TestRaceFieldOfThis]: write Child._own
            () => Use(_own)); // race[TestRaceFieldOfThis]: read Child._own
    }
}
