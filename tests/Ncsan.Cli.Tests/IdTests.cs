using System.Text.RegularExpressions;

namespace Ncsan.Cli.Tests;

/// <summary>Every id that Ncsan says is a row of docs/ids.md, every row is said somewhere, and every row has a test.</summary>
public sealed partial class IdTests
{
    /// <summary>Rows whose id no test can see, with the reason.</summary>
    private static readonly Dictionary<string, string> s_withoutTest = new()
    {
        ["NCS1011"] = "no body is known that Cecil reads and the rewriter cannot follow",
        ["NCS1031"] = "the compiler package is there, or the framework takes minutes",
        ["NCS1201"] = "the limits are tested with small ones, which the environment cannot set",
        ["NCS2207"] = "an instrumented framework takes minutes to build",
        ["NCS9011"] = "no input is known on which a pass fails; one that is found becomes a test of that pass",
        ["NCS9201"] = "no input is known on which the lock validator fails",
        ["NCS9401"] = "no input is known on which the framework's rewriting fails",
    };

    [Fact]
    public void TheCodeSaysWhatTheDocumentationExplainsAndNothingElse() =>
        Assert.Equal(Documented().Keys.Order(StringComparer.Ordinal), Sources("src").SelectMany(s => Id().Matches(s)).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void EveryIdHasATest()
    {
        string[] code = [.. Sources("src")];
        string tests = string.Join('\n', Sources("tests").Where(s => !s.Contains(nameof(s_withoutTest), StringComparison.Ordinal)));
        var untested = Documented().Where(row => !s_withoutTest.ContainsKey(row.Key) && !IsTested(row.Key, row.Value)).Select(row => row.Key);
        Assert.Empty(untested);

        // By the id itself, by the constant that holds it, or, for a rule, by its name.
        bool IsTested(string id, string name) => tests.Contains(id, StringComparison.Ordinal)
            || (id[3] == '0' && tests.Contains($"\"{name}\"", StringComparison.Ordinal))
            || code.SelectMany(s => Regex.Matches(s, $@"(\w+)\s*=>?\s*\(?""{id}""")).Any(m => tests.Contains("." + m.Groups[1].Value, StringComparison.Ordinal));
    }

    /// <summary>The ids of the rows, with the text of the second column.</summary>
    private static Dictionary<string, string> Documented() => File.ReadLines(Path.Combine(Ncsan.Root, "docs", "ids.md"))
        .Select(line => Regex.Match(line, @"^\| (NCS\d{4}) \| ([^|]*) \|")).Where(m => m.Success).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);

    private static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(Path.Combine(Ncsan.Root, folder), "*", SearchOption.AllDirectories)
        .Where(f => Path.GetExtension(f) is ".cs" or ".targets" && !Regex.IsMatch(f, @"[/\\](bin|obj)[/\\]")).Select(File.ReadAllText);

    [GeneratedRegex(@"\bNCS\d{4}\b")]
    private static partial Regex Id();
}
