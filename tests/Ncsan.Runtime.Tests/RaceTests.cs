using System.Runtime.CompilerServices;
using System.Text.Json;
using Ncsan.Runtime.Settings;

namespace Ncsan.Runtime.Tests;

public class RaceTests
{
    [Fact]
    public void A_plain_write_against_a_plain_read_is_a_data_race()
    {
        var subject = new Subject();
        Assert.True(Stage.Clash(() => subject.Write(1), () => subject.Read(0), () => Stage.FindingsOn(0).Count > 0));

        JsonElement finding = Assert.Single(Stage.FindingsOn(0));
        Assert.Equal("NCS0001", finding.GetProperty("rule").GetString());
        Assert.Equal("data race", finding.GetProperty("kind").GetString());
        Assert.Matches("^[0-9a-f]{8}$", finding.GetProperty("id").GetString());
        JsonElement[] accesses = [.. finding.GetProperty("accesses").EnumerateArray()];
        Assert.Equal(["read", "write"], accesses.Select(a => a.GetProperty("kind").GetString()).Order());
        Assert.Equal(["Subject.Method0()", "Subject.Method1()"], accesses.Select(a => a.GetProperty("method").GetString()).Order());
        Assert.Equal([10, 11], accesses.Select(a => a.GetProperty("line").GetInt32()).Order());
        Assert.Equal(["first", "second"], accesses.Select(a => a.GetProperty("thread").GetProperty("name").GetString()).Order());
        Assert.NotEqual(finding.GetProperty("valueChange").GetProperty("old").GetString(), finding.GetProperty("valueChange").GetProperty("new").GetString());
        Assert.Contains(accesses[0].GetProperty("stack").EnumerateArray(), f => f.GetProperty("file").GetString()?.EndsWith("RaceTests.cs", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void Two_plain_reads_are_never_a_data_race()
    {
        var subject = new Subject();
        Assert.False(Stage.Clash(() => subject.Read(2), () => subject.Read(2), () => Stage.FindingsOn(1).Count > 0, seconds: 1));
    }

    [Fact]
    public void A_write_that_stores_what_is_there_is_told_by_the_letter_of_the_memory_model_alone()
    {
        var subject = new Subject();
        Assert.False(Stage.Clash(() => subject.WriteSame(81), () => subject.Read(80), () => Stage.FindingsOn(40).Count > 0, seconds: 1));
        Configuration.Strict = true;
        try { Assert.True(Stage.Clash(() => subject.WriteSame(81), () => subject.Read(80), () => Stage.FindingsOn(40).Exists(StayedTheSame))); }
        finally { Configuration.Strict = false; }
    }

    private static bool StayedTheSame(JsonElement finding) =>
        finding.GetProperty("valueChange") is { ValueKind: JsonValueKind.Object } change && change.GetProperty("old").GetString() == change.GetProperty("new").GetString();

    private sealed class Subject
    {
        private int _field;

        [MethodImpl(MethodImplOptions.NoInlining)]
        internal void WriteSame(int site)
        {
            Hooks.Write4(ref Unsafe.As<int, byte>(ref _field), Stage.Site(site));
            _field = 0;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        internal void Write(int site)
        {
            Hooks.Write4(ref Unsafe.As<int, byte>(ref _field), Stage.Site(site));
            _field++;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        internal int Read(int site)
        {
            Hooks.Read4(ref Unsafe.As<int, byte>(ref _field), Stage.Site(site));
            return _field;
        }
    }
}
