using Ncsan.Corpus.Harness;

namespace Ncsan.Corpus.Tests;

/// <summary>
/// The clean corpus: nothing may be found, whatever is watched, and every program must get its result right. One run each, 20 in the long command; and under the
/// strict policy, whose weak-memory model must know every barrier that the programs rely on, one and four.
/// </summary>
public sealed class CleanTests
{
    private static readonly string[] s_names = [.. Case.All.Values.Where(static c => c.Group == "Clean").Select(static c => c.Name)];

    private static readonly string[] s_dense = ["cold-visits=127", "skip-watch=20", "delay-share=80"];

    // Half of the runs watch as they do for a user, half as densely as the sampler can.
    private static readonly Lazy<IReadOnlyDictionary<string, Outcome>[]> s_runs = new(static () =>
    [
        .. Enumerable.Range(0, Long.IsOn ? 20 : 1).Select(static run => Run(run % 2 == 1 ? [] : s_dense)),
        .. Enumerable.Range(0, Long.IsOn ? 4 : 1).Select(static run => Run(run % 2 == 1 ? ["strict=true"] : [.. s_dense, "strict=true"])),
    ]);

    /// <summary>Every program.</summary>
    public static TheoryData<string> Names => [.. s_names];

    [Theory, MemberData(nameof(Names))]
    public void NothingIsFound(string name)
    {
        foreach (var run in s_runs.Value)
        {
            if (Verdict.Never(run[name]) is { } wrong) { Assert.Fail(wrong); }
        }
    }

    [Fact]
    public void ThereAreAtLeastSixtyPrograms() => Assert.True(s_names.Length >= 60, $"{s_names.Length} programs");

    private static IReadOnlyDictionary<string, Outcome> Run(string[] options) => CorpusRun.Run(["--for", "60000"], options, s_names, TimeSpan.FromMinutes(5));
}
