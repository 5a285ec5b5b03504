namespace Ncsan.Reporting.Tests;

/// <summary>docs/ids.md and docs/suppressions.md say what the code says.</summary>
public class DocumentationTests
{
    [Fact]
    public void EveryRuleHasItsRow() => Assert.All(Rule.All, r => Assert.Contains($"| {r.Id} | {r.Name} | {r.Summary} | {r.Remedy} |", Read("ids.md")));

    [Fact]
    public void EveryKindOfSuppressionIsExplained() => Assert.All(Suppressions.SuppressionKind.All, k => Assert.Contains($"| `{k.Name}:` | {k.Summary}", Read("suppressions.md")));

    [Theory]
    [InlineData("NCS2101")]
    [InlineData("NCS2102")]
    [InlineData("NCS2103")]
    [InlineData("NCS2104")]
    public void EveryMessageHasItsRow(string id) => Assert.Contains($"\n| {id} |", Read("ids.md"));

    private static string Read(string name) => File.ReadAllText(Path.Combine(Golden.SourceFolder(), "../../docs", name));
}
