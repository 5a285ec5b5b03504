using Ncsan.Contracts.Il;
using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Tests.Il;

/// <summary>Every case of every rule, broken and clean.</summary>
public sealed class IlCaseTests
{
    public static TheoryData<IlCase> Cases => [.. IlCallCases.All, .. IlSlotCases.All, .. IlRegionCases.All, .. IlImplicitCases.All, .. IlLanguageCases.All];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_broken_contract_is_reported_and_nothing_else(IlCase test)
    {
        List<string> found = [.. Errors(test, "BROKEN")];
        foreach (string expected in test.Expected)
        {
            string[] parts = expected.Split(' ', 2);
            int at = found.FindIndex(f => f.StartsWith(parts[0], StringComparison.Ordinal) && f.Contains(parts[1], StringComparison.Ordinal));
            Assert.True(at >= 0, $"missing: {expected}\nfound:\n{string.Join('\n', found)}");
            found.RemoveAt(at);
        }

        AssertNone(found);
    }

    [Fact]
    public void There_are_at_least_sixty_cases() => Assert.True(Cases.Count >= 60);

    internal static void AssertNone(List<string> found) => Assert.True(found.Count == 0, "reported:\n" + string.Join('\n', found));

    internal static List<string> Errors(IlCase test, params string[] symbols)
    {
        using var compiler = new IlCompiler();
        compiler.Add(typeof(Ncsan.Runtime.Hooks).Assembly.Location);
        string path = compiler.Compile("Subject", test.Text, test.Optimize, console: false, symbols);
        using IlFrontEnd program = IlFrontEnd.Read(new IlOptions([path]) { Closed = !test.Open });
        return [.. RuleSet.Check(program.Graph).Where(v => v.Severity == Severity.Error).Select(v => $"{v.Rule} {v.Message}  [{v.Site?.Kind} at {(v.Site is { } site ? program.Instruction(v.Function, site) : "")}; {v.Target?.Why}]")];
    }
}

/// <summary>The same cases with what breaks them left out. A class of its own, so that the two halves run side by side.</summary>
public sealed class IlCleanTwinTests
{
    public static TheoryData<IlCase> Cases => IlCaseTests.Cases;

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_clean_twin_is_never_reported(IlCase test) => IlCaseTests.AssertNone(IlCaseTests.Errors(test));
}
