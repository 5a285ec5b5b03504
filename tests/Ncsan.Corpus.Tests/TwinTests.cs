using Ncsan.Corpus.Harness;

namespace Ncsan.Corpus.Tests;

/// <summary>The twins under dense sampling: each TestRace is found, with both its lines, and each TestNoRace stays silent.</summary>
public sealed class TwinTests
{
    private static readonly Dictionary<string, Lazy<IReadOnlyDictionary<string, Outcome>>> s_runs =
        Case.All.Values.Where(static c => c.Group == "Twins")
            .GroupBy(static c => c.Method.DeclaringType!.Name)
            .ToDictionary(static g => g.Key, static g => new Lazy<IReadOnlyDictionary<string, Outcome>>(() => Run([.. g.Select(static c => c.Name)])));

    /// <summary>Every case.</summary>
    public static TheoryData<string> Names => [.. Case.All.Values.Where(static c => c.Group == "Twins").Select(static c => c.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Twin(string name)
    {
        string? wrong = Verdict.Judge(name, s_runs[Case.All[name].Method.DeclaringType!.Name].Value[name]);
        if (KnownMisses.All.TryGetValue(name, out string? reason)) { Assert.True(wrong is not null, $"the known miss is found now ({reason}): take it off the list"); }
        else if (wrong is not null) { Assert.Fail(wrong); }
    }

    [Fact]
    public void EveryNameSaysItsVerdictAndEveryRaceIsMarked()
    {
        foreach (string name in Names.Select(static row => row.Data))
        {
            Assert.True(name.StartsWith("TestRace", StringComparison.Ordinal) || name.StartsWith("TestNoRace", StringComparison.Ordinal), name);
            Assert.Equal(name.StartsWith("TestRace", StringComparison.Ordinal), Mark.Of(name).Count > 0);
        }

        Assert.True(Names.Count >= 300, $"{Names.Count} cases");
        Assert.True(KnownMisses.All.Count < 0.02 * Names.Count, $"{KnownMisses.All.Count} known misses of {Names.Count}");
    }

    // A race has up to eight seconds, and ends with its finding; a clean case has five attempts.
    private static Dictionary<string, Outcome> Run(string[] names)
    {
        string[] dense = ["cold-visits=127", "skip-watch=10", "delay-share=80"];
        var races = CorpusRun.Run(["--attempts", "1000000", "--for", "8000"], dense, [.. names.Where(static n => n.StartsWith("TestRace", StringComparison.Ordinal)).Select(Verdict.Spec)], TimeSpan.FromMinutes(3));
        var clean = CorpusRun.Run(["--attempts", "5", "--for", "4000"], dense, [.. names.Where(static n => n.StartsWith("TestNoRace", StringComparison.Ordinal))], TimeSpan.FromMinutes(3));
        return races.Concat(clean).ToDictionary();
    }
}
