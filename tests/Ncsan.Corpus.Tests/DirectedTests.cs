using Ncsan.Corpus.Harness;

namespace Ncsan.Corpus.Tests;

/// <summary>Directed watching as a user meets it: default sampling, each case once a round, three rounds that share what they learn.</summary>
public sealed class DirectedTests(ITestOutputHelper output)
{
    private const int Rounds = 3;

    [Theory]
    [InlineData("TestRaceApartWriteWrite")]
    [InlineData("TestRaceApartWriteRead")]
    public void TwoAccessesFarApartAreObservedWithinThreeRounds(string name)
    {
        var rounds = RunRounds([name], name);
        string? wrong = null;
        foreach (var round in rounds)
        {
            wrong = Verdict.Race(name, round[name]);
            if (wrong is null) { return; }
        }

        Assert.Fail(wrong!);
    }

    [Theory]
    [InlineData("TestNoRaceApartUnderLock")]
    [InlineData("TestNoRaceApartAfterJoin")]
    public void OrderedAccessesFarApartStaySilent(string name)
    {
        foreach (var round in RunRounds([name], name)) { Assert.Null(Verdict.Never(round[name])); }
    }

    // All cases of a construct share a process, as the tests of a project do. A case that is not observed in one attempt of three rounds is counted,
    // not failed: how many there are depends on the machine, which the long command shows case by case.
    [Fact]
    public void MostRacesAreObservedWithinThreeRoundsAndNothingElse()
    {
        var missed = new List<string>();
        int races = 0;
        foreach (var group in Case.All.Values.Where(static c => c.Group == "Twins").GroupBy(static c => c.Method.DeclaringType!.Name))
        {
            string[] names = [.. group.Select(static c => c.Name)];
            var rounds = RunRounds(names, group.Key);
            foreach (string name in names)
            {
                if (name.StartsWith("TestNoRace", StringComparison.Ordinal))
                {
                    foreach (var round in rounds) { Assert.True(Verdict.Never(round[name]) is null, Verdict.Never(round[name])); }
                    continue;
                }

                races++;
                if (rounds.All(round => Verdict.Race(name, round[name], anyPair: true) is not null)) { missed.Add(name); }
            }
        }

        output.WriteLine($"{races - missed.Count} of {races} observed within {Rounds} rounds; missed: {string.Join(' ', missed)}");
        Assert.True(missed.Count <= races / 5, $"{missed.Count} of {races} missed: {string.Join(' ', missed)}");
    }

    private static List<IReadOnlyDictionary<string, Outcome>> RunRounds(string[] names, string label)
    {
        string store = Path.Combine(InstrumentedCorpus.Folder, "store-" + label);
        return [.. Enumerable.Range(0, Rounds).Select(_ => CorpusRun.Run(["--attempts", "1", "--for", "0"], [$"store={store}"], names, TimeSpan.FromMinutes(3)))];
    }
}
