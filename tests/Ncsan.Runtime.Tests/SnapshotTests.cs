using System.Runtime.CompilerServices;
using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Races;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Tests;

public unsafe class SnapshotTests
{
    [Fact]
    public void The_reference_words_of_a_struct_are_known()
    {
        ReferenceMap map = ReferenceMap.Of<Mixed>()!;
        Mixed value = default;
        int Word<T>(ref T? field) => (int)Unsafe.ByteOffset(ref Unsafe.As<Mixed, byte>(ref value), ref Unsafe.As<T?, byte>(ref field)) / 8;
        Assert.True(map.IsReference(Word(ref value.Name!)));
        Assert.True(map.IsReference(Word(ref value.Inner.Key)));
        Assert.False(map.IsReference(Word(ref value.Count)));
        Assert.False(map.IsReference(Word(ref value.Inner.Value)));
        Assert.False(map.IsOpaque);
        Assert.True(ReferenceMap.Of<OnlyReferences>()!.IsOpaque);
        Assert.Null(ReferenceMap.Of<Guid>());
    }

    [Fact]
    public void A_reference_word_of_a_struct_is_not_compared_and_its_other_words_are()
    {
        var boxed = new Mixed[1];
        boxed[0].Name = "one";
        Assert.False(Changes(ref boxed[0], ReferenceMap.Of<Mixed>(), AccessKind.Read, () => boxed[0].Name = "two"));
        Assert.True(Changes(ref boxed[0], ReferenceMap.Of<Mixed>(), AccessKind.Read, () => boxed[0].Count++));
    }

    [Fact]
    public void A_reference_is_compared_by_identity()
    {
        var boxed = new object?[] { "one" };
        Assert.True(Changes(ref boxed[0], null, AccessKind.Read | AccessKind.Reference, () => boxed[0] = "two"));
        Assert.False(Changes(ref boxed[0], null, AccessKind.Read | AccessKind.Reference, GC.Collect));
    }

    [Fact]
    public void A_run_of_references_is_compared_by_identity_each()
    {
        var run = new object?[] { "one", "two", "three" };
        Assert.True(Changes(ref run[0], null, AccessKind.Read | AccessKind.Reference, () => run[2] = new object(), run.Length));
        Assert.False(Changes(ref run[0], null, AccessKind.Read | AccessKind.Reference, GC.Collect, run.Length));
    }

    [Fact]
    public void Of_a_run_of_structs_the_words_are_compared_that_hold_no_reference()
    {
        var run = new Mixed[3];
        Assert.False(Changes(ref run[0], ReferenceMap.Of<Mixed>(), AccessKind.Read, () => run[2].Name = "two", run.Length));
        Assert.True(Changes(ref run[0], ReferenceMap.Of<Mixed>(), AccessKind.Read, () => run[2].Count++, run.Length));
    }

    [Fact]
    public void Of_a_run_of_references_the_one_that_changed_is_shown()
    {
        var run = new object?[] { "one", null };
        SanitizedThread thread = SanitizedThread.Current;
        var access = new Access(AccessKind.Read | AccessKind.Reference, 0, 2 * sizeof(nint), null, thread);
        fixed (byte* address = &Unsafe.As<object?, byte>(ref run[0]))
        {
            var before = ValueSnapshot.Take(address, access, thread.FirstScratch(access.Size));
            run[1] = new Version();
            var after = ValueSnapshot.Take(address, access, thread.SecondScratch(access.Size));
            Assert.Equal(("null", "Version"), (before.CapturedBeside(after).Format("object", null), after.CapturedBeside(before).Format("object", null)));
        }
    }

    [Fact]
    public void A_large_value_is_compared_to_its_last_byte()
    {
        var boxed = new Guid[1];
        Assert.True(Changes(ref boxed[0], null, AccessKind.Read, () => Unsafe.Add(ref Unsafe.As<Guid, byte>(ref boxed[0]), 15)++));
        Assert.False(Changes(ref boxed[0], null, AccessKind.Read, () => { }));
    }

    [Fact]
    public void A_change_is_written_as_one_even_where_both_values_look_alike()
    {
        CapturedValue Reference(Type? type) => new([], type, AccessKind.Write | AccessKind.Reference, 8);
        CapturedValue Number(double value) => new(BitConverter.GetBytes(value), null, AccessKind.Write, 8);
        Assert.Equal("another string", Reference(typeof(string)).FormatAfter(Reference(typeof(string)), "object", null));
        Assert.Equal("string", Reference(typeof(string)).FormatAfter(Reference(null), "object", null));
        Assert.Equal("NaN (other bits)", Number(double.NaN).FormatAfter(Number(-double.NaN), "double", null));
        Assert.Equal("2", Number(2).FormatAfter(Number(1), "double", null));
    }

    [Theory]
    [InlineData(0b0010, true)]
    [InlineData(0b0100, false)]
    public void Only_the_bits_of_the_mask_are_compared(int change, bool changes)
    {
        int[] boxed = [0];
        SanitizedThread.Current.AccessMask = 0b0011;
        try { Assert.Equal(changes, Changes(ref boxed[0], null, AccessKind.Read, () => boxed[0] ^= change)); }
        finally { SanitizedThread.Current.AccessMask = 0; }
    }

    [Theory]
    [InlineData(0x0, 0x10000, true)] // kcsan_test's 1bit_value_change.
    [InlineData(0, 1, false)] // Looks like a bool.
    [InlineData(2, 3, true)]
    [InlineData(0, 3, false)]
    public void Permissive_ignores_one_bit_that_is_no_bool(ulong before, ulong after, bool ignored)
    {
        Assert.Equal(ignored, Permissive.Ignores(AccessKind.Read, 4, before, after));
        Assert.False(Permissive.Ignores(AccessKind.Write, 4, before, after));
    }

    private static bool Changes<T>(ref T location, ReferenceMap? references, AccessKind kind, Action change, int count = 1)
    {
        SanitizedThread thread = SanitizedThread.Current;
        var access = new Access(kind, 0, count * Unsafe.SizeOf<T>(), references, thread);
        fixed (byte* address = &Unsafe.As<T, byte>(ref location))
        {
            var before = ValueSnapshot.Take(address, access, thread.FirstScratch(access.Size));
            change();
            return ValueSnapshot.Take(address, access, thread.SecondScratch(access.Size)).DiffersFrom(before);
        }
    }

    private struct Mixed
    {
        internal string? Name;
        internal long Count;
        internal KeyValue Inner;
    }

    private struct KeyValue
    {
        internal object? Key;
        internal long Value;
    }

    private record struct OnlyReferences(object A, object B);
}
