using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>By-reference parameters, ref locals, ref returns, ref fields.</summary>
public static class RefTwins
{
    private sealed class Box
    {
        public int First, Second;
        public readonly int[] Values = new int[4];

        public ref int Slot(int index) => ref Values[index];
    }

    private static void Set(ref int location, int value) => location = value; // race[TestRaceRefParameter]: write *

    private static void Produce(out int result) => result = 5; // race[TestRaceOutParameter]: write *

    private static int Peek(in int location) => location; // race[TestRaceInParameter]: read *

    private ref struct Cursor(ref int start)
    {
        public ref int Current = ref start;
    }

    public static void TestRaceRefLocal()
    {
        var box = new Box();
        Both(
            () => { ref int first = ref box.First; first = 1; }, // race: write *
            () => { ref int first = ref box.First; first = 2; }); // race: write *
    }

    public static void TestRaceRefLocalRead()
    {
        var box = new Box();
        Both(
            () => { ref int first = ref box.First; Use(first); }, // race: read *
            () => box.First = 2); // race: write *
    }

    public static void TestNoRaceRefLocalsApart()
    {
        var box = new Box();
        Both(
            () => { ref int first = ref box.First; first = 1; },
            () => { ref int second = ref box.Second; second = 2; });
        Same(3, box.First + box.Second);
    }

    public static void TestRaceRefParameter()
    {
        var box = new Box();
        Both(() => Set(ref box.First, 1), () => Set(ref box.First, 2));
    }

    public static void TestNoRaceRefParametersApart()
    {
        var box = new Box();
        Both(() => Set(ref box.First, 1), () => Set(ref box.Second, 2));
        Same(3, box.First + box.Second);
    }

    public static void TestRaceOutParameter()
    {
        var box = new Box();
        Both(
            () => Produce(out box.First),
            () => Use(box.First)); // race: read *
    }

    public static void TestRaceInParameter()
    {
        var box = new Box();
        Both(
            () => Use(Peek(in box.First)),
            () => box.First = 4); // race: write *
    }

    public static void TestNoRaceInParameters()
    {
        var box = new Box { First = 4 };
        Both(() => Same(4, Peek(in box.First)), () => Same(4, Peek(in box.First)));
    }

    public static void TestRaceRefReturn()
    {
        var box = new Box();
        Both(
            () => box.Slot(2) = 1, // race: write *
            () => box.Slot(2) = 2); // race: write *
    }

    public static void TestNoRaceRefReturnsApart()
    {
        var box = new Box();
        Both(
            () => box.Slot(1) = 1,
            () => box.Slot(2) = 2);
        Same(3, box.Slot(1) + box.Slot(2));
    }

    public static void TestRaceRefField()
    {
        var box = new Box();
        Both(
            () => { var cursor = new Cursor(ref box.First); cursor.Current = 1; }, // race: write *
            () => Use(box.First)); // race: read *
    }

    public static void TestRaceRefConditional()
    {
        var box = new Box();
        bool second = false;
        Both(
            () => { (second ? ref box.Second : ref box.First) = 1; }, // race: write *
            () => box.First = 2); // race: write *
    }

    public static void TestRaceRefReassigned()
    {
        var box = new Box();
        Both(
            () =>
            {
                ref int where = ref box.First;
                where = ref box.Second;
                where = 3; // race: write *
            },
            () => Use(box.Second)); // race: read *
    }

    public static void TestNoRaceRefReassigned()
    {
        var box = new Box();
        Both(
            () =>
            {
                ref int where = ref box.First;
                where = ref box.Second;
                where = 3;
            },
            () => Use(box.First));
    }

    public static void TestNoRaceRefToOwnLocal() => Each(2, index =>
    {
        int own = 0;
        ref int alias = ref own;
        Set(ref alias, index);
        Same(index, own);
    });
}
