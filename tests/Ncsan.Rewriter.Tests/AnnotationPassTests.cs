namespace Ncsan.Rewriter.Tests;

public class AnnotationPassTests
{
    [Fact]
    public void Annotations_become_hooks_that_name_the_location()
    {
        using var subject = new Subject("""
            class Box
            {
                int _value; long _flags;
                public int Run()
                {
                    AssertExclusive.Writer(ref _value);
                    AssertExclusive.Access(ref _value);
                    AssertExclusive.Bits(ref _flags, 0xff);
                    using (AssertExclusive.WriterScoped(ref _value)) { }
                    using (AssertExclusive.AccessScoped(ref _value)) { }
                    using (AtomicRegion.Nestable()) { }
                    using (AtomicRegion.Flat()) { }
                    using (DataRace.Ignore()) { }
                    DataRace.Write(ref _value, 3);
                    return DataRace.Read(ref _value);
                }
            }
            static class Program { static object Run() => new Box().Run(); }
            """);
        var (value, calls) = subject.RunChecked();
        Assert.Equal(3, value);
        Assert.Equal(
        [
            "AssertExclusiveWriter Box._value (int)", "AssertExclusiveAccess Box._value (int)", "AssertExclusiveBits Box._flags (long)",
            "AssertWriterScopeBegin Box._value (int)", "AssertScopeEnd", "AssertAccessScopeBegin Box._value (int)", "AssertScopeEnd",
            "AtomicNestableBegin", "AtomicNestableEnd", "AtomicFlatBegin", "AtomicFlatEnd", "IgnoreBegin", "IgnoreEnd",
            "IgnoreBegin", "WriteValue Box._value (int)", "IgnoreEnd",
            "MethodExit Box._value (int)",
        ], calls.Where(c => !c.StartsWith("Barrier", StringComparison.Ordinal))); // the end of a scope is a call that may order memory, as far as the rewriter knows
        Assert.All(subject.Sites.Where(s => s.Kind == Runtime.Sites.SiteKind.Assertion), s => Assert.InRange(s.Line, 7, 11));
    }

    [Fact]
    public void Scopes_balance_while_State_is_down_and_assertions_are_silent()
    {
        using var subject = new Subject("""
            class Box { int _value; public int Run() { using (DataRace.Ignore()) using (AtomicRegion.Nestable()) { AssertExclusive.Writer(ref _value); _value++; } return _value; } }
            static class Program { static object Run() => new Box().Run(); }
            """);
        Assert.Equal(1, subject.RunClean());
        Assert.Equal(4, subject.Count);
    }

    [Fact]
    public void Scopes_balance_on_exceptions_and_early_returns_while_State_toggles()
    {
        using var subject = new Subject("""
            class Box
            {
                int _value;
                int Once(int i)
                {
                    using (DataRace.Ignore())
                    using (AssertExclusive.AccessScoped(ref _value))
                    {
                        if (i % 3 == 0) { return _value++; }
                        if (i % 3 == 1) { throw new InvalidOperationException(); }
                        _value += i;
                    }

                    return _value;
                }

                public int Run() { int thrown = 0; for (int i = 0; i < 3000; i++) { try { Once(i); } catch (InvalidOperationException) { thrown++; } } return thrown; }
            }
            static class Program { static object Run() => new Box().Run(); }
            """);
        Assert.Equal(1000, subject.RunToggling());
        var (_, calls) = subject.RunChecked();
        Assert.Equal(3000, calls.Count(c => c == "IgnoreBegin"));
        Assert.Equal(3000, calls.Count(c => c == "IgnoreEnd"));
        Assert.Equal(3000, calls.Count(c => c.StartsWith("AssertAccessScopeBegin", StringComparison.Ordinal)));
        Assert.Equal(3000, calls.Count(c => c == "AssertScopeEnd"));
    }

    [Fact]
    public void A_type_parameter_and_an_array_element_can_be_asserted()
    {
        using var subject = new Subject("""
            class Box<T> { T _value = default!; readonly decimal[] _rates = new decimal[2]; public int Run() { AssertExclusive.Writer(ref _value); AssertExclusive.Access(ref _rates[1]); DataRace.Write(ref _value, default!); return 1; } }
            static class Program { static object Run() => new Box<string>().Run() + new Box<Guid>().Run(); }
            """);
        Assert.Equal(2, subject.RunChecked().Value);
        Assert.Contains("AssertExclusiveAccess decimal[]", subject.RunChecked().Calls);
        Assert.Contains("AssertExclusiveWriter Box<T>._value (T)", subject.RunChecked().Calls);
    }
}
