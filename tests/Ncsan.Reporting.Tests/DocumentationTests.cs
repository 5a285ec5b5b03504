using System.Text.RegularExpressions;

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

    [Fact]
    public void EveryIdInTheSourcesHasOneRow()
    {
        var rows = Regex.Matches(Read("ids.md"), @"^\| (NCS\d{4}) \|", RegexOptions.Multiline).Select(m => m.Groups[1].Value).ToList();
        var used = Directory.EnumerateFiles(Path.Combine(Golden.SourceFolder(), "../../src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Replace('\\', '/').Contains("/obj/")).SelectMany(f => Regex.Matches(File.ReadAllText(f), @"NCS\d{4}").Select(m => m.Value)).Distinct();
        Assert.Equal(rows.Distinct(), rows);

        // NCS0100 is no id but a border: findings below it are races.
        Assert.Empty(used.Except(rows).Except(["NCS0100"]));
    }

    private static string Read(string name) => File.ReadAllText(Path.Combine(Golden.SourceFolder(), "../../docs", name));
}
