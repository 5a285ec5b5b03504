namespace Ncsan.Locks.Tests.SelfTest;

/// <summary>The validator against every row of the tables, after the kernel's locking-selftest.</summary>
public class LockingSelfTest
{
    private static readonly Case[] s_all =
        [.. Cases.Orders(), .. Cases.Unlocks(), .. Cases.Readers(), .. Cases.Contexts(), .. Cases.Tasks(), .. Cases.Nesting()];

    public static TheoryData<string> Names => [.. s_all.Select(row => row.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Row_has_its_verdict(string name)
    {
        Case row = s_all.Single(row => row.ToString() == name);
        var kinds = Script.Run(row.Script, row.Flavor).Reports.Select(report => report.Kind).Distinct();
        Assert.True((row.Expected is { } kind ? [kind] : Array.Empty<LockReportKind>()).SequenceEqual(kinds), $"{row}: got {string.Join(", ", kinds)}");
    }

    [Fact]
    public void Tables_hold_300_cases_and_no_case_twice()
    {
        Assert.True(s_all.Length >= 300, $"{s_all.Length} cases");
        Assert.Equal(s_all.Length, s_all.Select(row => row.ToString()).Distinct().Count());
    }
}
