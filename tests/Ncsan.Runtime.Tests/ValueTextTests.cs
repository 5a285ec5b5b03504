using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Races;
using Ncsan.Runtime.Races.Watching;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Tests;

/// <summary>Values as a report shows them, from their bytes and the text of their type.</summary>
public sealed class ValueTextTests
{
    private enum Light : byte { Red, Green = 7 }

    [Flags]
    private enum Rights : short { None, Read = 1, Write = 2, Both = 3, Own = 4, All = -1 }

    [Theory]
    [InlineData('x', "'x'")]
    [InlineData('\0', @"'\0'")]
    [InlineData('\n', @"'\n'")]
    [InlineData('\'', @"'\''")]
    [InlineData('\\', @"'\\'")]
    [InlineData('\u001b', @"'\u001b'")]
    [InlineData('\u009b', @"'\u009b'")]
    [InlineData('\u202e', @"'\u202e'")]
    [InlineData('\ud800', @"'\ud800'")]
    [InlineData('ü', "'ü'")]
    public void A_character_does_nothing_to_the_terminal(char value, string text) => Assert.Equal(text, Text("char", value));

    [Fact]
    public void Numbers_are_written_as_their_type()
    {
        Assert.Equal("-5", Text("int", -5));
        Assert.Equal("-5", Text("sbyte", (sbyte)-5));
        Assert.Equal("18446744073709551611", Text("ulong", unchecked((ulong)-5)));
        Assert.Equal("2.5", Text("double", 2.5));
        Assert.Equal("-0.1", Text("float", -0.1f));
        Assert.Equal("true", Text("bool", true));
        Assert.Equal("1.50", Text("decimal", 1.50m));
        Assert.Equal("-170141183460469231731687303715884105728", Text("Int128", Int128.MinValue));
    }

    [Fact]
    public void Structs_of_the_framework_have_their_own_text()
    {
        Assert.Equal("2026-05-09T20:43:29.5", Text("DateTime", new DateTime(2026, 5, 9, 20, 43, 29, 500)));
        Assert.Equal("2026-05-09T20:43:29Z", Text("DateTime", new DateTime(2026, 5, 9, 20, 43, 29, DateTimeKind.Utc)));
        Assert.Equal("default", Text("DateTime", default(DateTime)));
        Assert.Equal("2026-05-09T20:43:29+02:00", Text("DateTimeOffset", new DateTimeOffset(2026, 5, 9, 20, 43, 29, TimeSpan.FromHours(2))));
        Assert.Equal("00:00:01.5000000", Text("TimeSpan", TimeSpan.FromSeconds(1.5)));
        Assert.Equal("0f8fad5b-d9cb-469f-a165-70867728950e", Text("Guid", Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e")));
        Assert.Equal("5", Text("long?", (long?)5));
        Assert.Equal("null", Text("long?", default(long?)));
        Assert.Equal("1.5", Text("decimal?", (decimal?)1.5m));
        Assert.Equal("(1, -2)", Text("ValueTuple<int, int>", (1, -2)));
    }

    [Fact]
    public void What_is_torn_or_unknown_stays_bits()
    {
        Assert.Equal("0x3fffffffffffffff", Text("DateTime", 0x3FFFFFFFFFFFFFFF));
        Assert.Equal("0x0000ff00000000000000000000000000", Text("decimal", new[] { 0x00FF0000, 0, 0, 0 }.AsSpan()));
        Assert.Equal("0x0000000000000000ffffffffffffff3f", Text("DateTimeOffset", new[] { 0, 0x3FFFFFFFFFFFFFFF }.AsSpan()));
        Assert.Equal("0x200000001", Text("Money", 0x200000001));
        Assert.Equal("0x5", Text("int", (byte)5));
        Assert.Equal("0x5", Text("", 5));
        Assert.Equal("0x01000000000000000200000002000000", Text("ValueTuple<long, int>", (1L, 2, 2)));
    }

    [Fact]
    public void An_enum_is_written_by_its_names()
    {
        Assert.Equal("Red", Text("ValueTextTests.Light", default(Light)));
        Assert.Equal("Green", Text("ValueTextTests.Light", Light.Green));
        Assert.Equal("9", Text("ValueTextTests.Light", (Light)9));
        Assert.Equal("Both", Text("ValueTextTests.Rights", Rights.Both));
        Assert.Equal("Write | Own", Text("ValueTextTests.Rights", Rights.Write | Rights.Own));
        Assert.Equal("-2", Text("ValueTextTests.Rights", (Rights)(-2)));
        Assert.Equal("Friday", Text("DayOfWeek", DayOfWeek.Friday));
        Assert.Equal("0x1", Text("NoSuchEnum", DayOfWeek.Monday));
    }

    [Fact]
    public void A_run_of_elements_is_a_list()
    {
        Assert.Equal("[5, 2]", Text("int", new[] { 5, 2 }.AsSpan()));
        Assert.Equal("['a', '\\0', 'b']", Text("char", new[] { 'a', '\0', 'b' }.AsSpan()));
        Assert.Equal("[Red, Green]", Text("ValueTextTests.Light", new[] { Light.Red, Light.Green }.AsSpan()));
        int[] before = new int[40], after = [.. before];
        after[21] = 7;
        Assert.Equal(("[..., 0, 0, 0, 0, ...]", "[..., 0, 7, 0, 0, ...]"), Change("int", before, after));
        Assert.Equal(("0x...00000000000000000000000000000000...", "0x...00000000070000000000000000000000..."), Change("Unknown", before, after));
        (before[39], after[39], after[21]) = (1, 2, 0);
        Assert.Equal(("[..., 0, 0, 0, 1]", "[..., 0, 0, 0, 2]"), Change("int", before, after));
    }

    [Fact]
    public void No_pointer_is_shown()
    {
        Assert.Equal(("reference 0x0100000000000000", "reference 0x0200000000000000"), Change("Named", ["one", "one"], (x, i) => new Named(x, i + 1)));
        Assert.Equal("pointer", Text("int*", 0x7f00deadbeef));
        Assert.Equal("null", Text("int*", 0L));
    }

    private readonly record struct Named(string Name, long Number);

    private static string Text<T>(string type, T value) => Text(type, new Span<T>(ref value));

    private static string Text<T>(string type, Span<T> values)
    {
        byte[] bytes = MemoryMarshal.CreateSpan(ref Unsafe.As<T, byte>(ref values[0]), values.Length * Unsafe.SizeOf<T>()).ToArray();
        return new CapturedValue(bytes, null, AccessKind.Write, bytes.Length).Format(type, typeof(ValueTextTests).Module);
    }

    private static (string, string) Change(string type, string[] names, Func<string, int, Named> make)
    {
        Named[] boxed = [make(names[0], 0)];
        return Change(type, ref Unsafe.As<Named, byte>(ref boxed[0]), Unsafe.SizeOf<Named>(), ReferenceMap.Of<Named>(), () => boxed[0] = make(names[1], 1));
    }

    private static (string, string) Change(string type, int[] before, int[] after)
    {
        int[] boxed = [.. before];
        return Change(type, ref Unsafe.As<int, byte>(ref boxed[0]), boxed.Length * sizeof(int), null, () => after.CopyTo(boxed, 0));
    }

    private static unsafe (string, string) Change(string type, ref byte location, int size, ReferenceMap? references, Action change)
    {
        SanitizedThread thread = SanitizedThread.Current;
        var access = new Access(AccessKind.Write, 0, size, references, thread);
        fixed (byte* address = &location)
        {
            var before = ValueSnapshot.Take(address, access, thread.FirstScratch(size));
            change();
            var after = ValueSnapshot.Take(address, access, thread.SecondScratch(size));
            CapturedValue old = before.CapturedBeside(after);
            return (old.Format(type, null), after.CapturedBeside(before).FormatAfter(old, type, null));
        }
    }
}
