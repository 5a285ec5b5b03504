using Ncsan.Reporting.Harm;

namespace Ncsan.Reporting.Tests;

public class HarmTests
{
    private static readonly Access s_read = new() { Kind = "read", Size = 4, Method = "A.Get()" };
    private static readonly Access s_write = new() { Kind = "write", Size = 4, Method = "A.Set()" };
    private static readonly Access s_update = new() { Kind = "read-write", Size = 4, Method = "A.Update()", ReadModifyWrite = true };

    public static TheoryData<string, Finding> Cases => new()
    {
        { HarmClass.LostUpdate, Race(s_write with { ReadModifyWrite = true }, s_write with { ReadModifyWrite = true }) },
        { HarmClass.LostUpdate, Race(s_read, s_write with { ReadModifyWrite = true }) },
        { HarmClass.LostUpdate, Race(s_write, s_write) },
        { HarmClass.MissingBarrier, Race(s_read, s_write with { Reordered = true }) },
        { HarmClass.MissingBarrier, Race(s_write with { ReadModifyWrite = true, Reordered = true }, s_write with { ReadModifyWrite = true }) },
        { HarmClass.TornValue, Race(s_read with { Size = 16 }, s_write with { Size = 16 }) },
        { HarmClass.TornValue, Race(s_read, s_write with { Unaligned = true }) },
        { HarmClass.BrokenCollection, Race(s_read with { Collection = true }, s_write with { Collection = true }) },
        { HarmClass.UnsafePublication, Race(s_read with { Reference = true, Size = 8 }, s_write with { Reference = true, Size = 8 }) },
        { HarmClass.LostUpdate, Race(s_read with { ReadModifyWrite = true }, s_write) },
        { HarmClass.LostUpdate, Race(s_write, s_update with { Marked = true }) },
        { HarmClass.LostUpdate, Race(s_write with { Size = 32, Elements = true }, s_update) },
        { HarmClass.MixedElements, Race(s_read, s_write with { Size = 32, Elements = true }) },
        { HarmClass.MixedElements, Race(s_read with { Reference = true, Size = 8 }, s_write with { Reference = true, Size = 32, Elements = true }) },
        { HarmClass.MixedElements, Race(s_write with { Unaligned = true, Elements = true }, s_write) },
        { HarmClass.TornValue, Race(s_read with { Size = 16 }, s_write with { Size = 32, Elements = true }) },
        { HarmClass.UnsafePublication, Race(s_read with { Reference = true, Size = 8, Marked = true }, s_write with { Reference = true, Size = 8 }) },
        { HarmClass.StaleFlag, Race(s_read with { Size = 1, InLoop = true }, s_write with { Size = 1, Marked = true }) },
        { HarmClass.StaleFlag, Race(s_read with { InLoop = true }, s_write) },
        { HarmClass.StaleRead, Race(s_read, s_write) },
        { HarmClass.StaleRead, Race(s_read, s_write with { Marked = true }) },
        { HarmClass.StaleRead, Race(s_read, s_update with { Marked = true }) },
        { HarmClass.StaleRead, Race(s_read with { Marked = true }, s_write) },
        { HarmClass.StaleRead, Race(s_read) },
        { HarmClass.LazyInitialisation, Race(new ValueChange("null", "A"), Lazy(s_read with { Reference = true }), Lazy(s_write with { Reference = true })) },
        { HarmClass.LazyInitialisation, Race(new ValueChange("0", "91822"), Lazy(s_read), Lazy(s_write)) },
        { HarmClass.SameValueWrite, Race(new ValueChange("3", "3"), s_read, s_write) },
    };

    public static TheoryData<string, Finding> NeverHarmless => new()
    {
        { "the other side stands in another method", Race(new ValueChange("null", "A"), s_read with { Reference = true }, s_write with { Reference = true }) },
        { "nothing asked before the write", Race(new ValueChange("null", "A"), Lazy(s_read with { Reference = true }), Lazy(s_write with { Reference = true }) with { TestedFirst = false }) },
        { "it was replaced, not built", Race(new ValueChange("A", "B"), Lazy(s_read with { Reference = true }), Lazy(s_write with { Reference = true })) },
        { "a bool is a claim", Race(new ValueChange("0", "1"), Lazy(s_read with { Size = 1 }), Lazy(s_write with { Size = 1 })) },
        { "a 1 may be a claim", Race(new ValueChange("0", "1"), Lazy(s_read), Lazy(s_write)) },
        { "a counter passes 0 too", Race(new ValueChange("0", "5"), Lazy(s_read), Lazy(s_write with { ReadModifyWrite = true })) },
        { "an update of the same value is an update", Race(new ValueChange("3", "3"), s_read, s_write with { ReadModifyWrite = true }) },
        { "a wide value tears", Race(new ValueChange("0", "5"), Lazy(s_read with { Size = 16 }), Lazy(s_write with { Size = 16 })) },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheClassFollowsFromTheAccesses(string expected, Finding finding)
    {
        Assert.Equal(expected, HarmClassifier.Classify(finding));
        Assert.Equal(expected, HarmClassifier.Classify(finding with { Accesses = [.. finding.Accesses.Reverse()] }));
        Assert.NotEqual("", HarmClassifier.Sentence(finding with { Class = expected }));
    }

    [Theory]
    [MemberData(nameof(NeverHarmless))]
    public void WhatMayHurtIsNeverCalledHarmless(string why, Finding finding) =>
        Assert.False(HarmClassifier.Classify(finding) is HarmClass.LazyInitialisation or HarmClass.SameValueWrite, why);

    public static TheoryData<string, Finding> Sentences => new()
    {
        { "two threads that do it at once lose one of the updates", Race(s_write with { ReadModifyWrite = true }, s_read with { ReadModifyWrite = true }) },
        { "two threads that do it at once lose one of the updates", Race(s_write with { ReadModifyWrite = true }, s_update with { Marked = true }) },
        { "two threads that do it at once lose one of the updates", Race(s_read with { Method = "A.Set()" }, s_write with { ReadModifyWrite = true }) },
        { "what the other thread writes in between is lost", Race(s_read with { ReadModifyWrite = true }, s_write) },
        { "the reader may act on the old one", Race(s_read, s_write with { ReadModifyWrite = true }) },
        { "the reader may act on the old one", Race(s_read with { Marked = true }, s_write with { ReadModifyWrite = true }) },
        { "whichever is last wins", Race(s_write, s_update with { Marked = true }) },
        { "16 bytes are not read or written at once", Race(s_read with { Size = 16 }, s_write with { Size = 64, Elements = true }) },
        { "a thread can see some old and some new ones", Race(s_read, s_write with { Size = 64, Elements = true }) },
        { "some of one thread's and some of the other's", Race(s_write, s_write with { Size = 64, Elements = true }) },
        { "the read is plain, so it may be moved", Race(s_read, s_write with { Marked = true }) },
        { "the read is plain, so it may be moved", Race(s_read, s_update with { Marked = true }) },
        { "the write is plain, so it may be moved", Race(s_read with { Marked = true }, s_write) },
        { "two threads may each build one", Race(new ValueChange("null", "A"), Lazy(s_read with { Reference = true }), Lazy(s_write with { Reference = true })) },
        { "built on demand under a lock", Race(new ValueChange("null", "A"), Lazy(s_read with { Reference = true }), Lazy(s_write with { Reference = true, LocksHeld = ["A._gate"] })) },
        { "nothing orders the two", Race(s_read, s_write) },
    };

    [Theory]
    [MemberData(nameof(Sentences))]
    public void TheSentenceIsTrueOfTheseTwoAccesses(string part, Finding finding) => Assert.Contains(part, HarmClassifier.Sentence(finding with { Class = HarmClassifier.Classify(finding) }));

    [Fact]
    public void AnAssertionHasNoClass() => Assert.Equal("", HarmClassifier.Classify(Race(s_read with { Kind = "assert no writes" }, s_write)));

    [Fact]
    public void EveryClassHasASentence() => Assert.All(HarmClass.All, c => Assert.NotEqual("", HarmClassifier.Sentence(Race(s_read, s_write) with { Class = c })));

    private static Access Lazy(Access access) => access with { Method = "A.get_Default()", TestedFirst = access.Writes };

    private static Finding Race(params Access[] sides) => Race(null, sides);

    private static Finding Race(ValueChange? change, params Access[] sides) =>
        new() { Rule = "NCS0001", Kind = "data race", Id = "x", ValueChange = change, Accesses = sides };
}
