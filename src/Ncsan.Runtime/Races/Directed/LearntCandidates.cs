using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Races.Directed;

/// <summary>What whoever starts programs needs to know of the candidates that they leave behind.</summary>
public static class LearntCandidates
{
    /// <summary>A pair that was waited for in so many rounds is still waited for where it comes up, but it is no reason for a round.</summary>
    private const int MostTries = 3;

    /// <summary>Makes a folder in which these pairs of sites are all that was ever learnt, so that the next run waits for them as long as it can.</summary>
    /// <param name="store">The folder.</param>
    /// <param name="pairs">The two sides of each.</param>
    /// <param name="higherFirst">Of two threads that wait at two places of an array, the one at the higher address goes on first.</param>
    /// <param name="ownersTurn">Of two writes that meet, the one that came first is measured: the other may write what is there.</param>
    public static void WriteOnly(string store, IEnumerable<(LearntSite First, LearntSite Second)> pairs, bool higherFirst, bool ownersTurn)
    {
        Directory.CreateDirectory(store);
        CandidateStore.Write(store, pairs.Select(pair => Pair(pair.First, pair.Second, higherFirst, ownersTurn)).DistinctBy(static c => (c.First, c.Second)));
    }

    private static Candidate Pair(LearntSite one, LearntSite other, bool higherFirst, bool ownersTurn)
    {
        if (Key(one).CompareTo(Key(other)) > 0) { (one, other) = (other, one); }
        return new Candidate(Key(one), Key(other)) { HigherFirst = higherFirst, Unchanged = ownersTurn ? 1 : 0, AtFirst = Side(one), AtSecond = Side(other) };
    }

    private static CandidateSide Side(LearntSite site) => new() { FromVisit = site.FromVisit, Stays = site.Stays, Gate = site.Gate };

    /// <summary>The locks before which threads are to give way, as far as a run with only these pairs has learnt of some: by the site that waits.</summary>
    public static IReadOnlyDictionary<(string Module, int Id), int> Gates(string store)
    {
        var gates = new Dictionary<(string, int), int>();
        if (!CandidateStore.IsThere(store)) { return gates; }
        foreach (Candidate pair in CandidateStore.Read(store))
        {
            if (pair.AtFirst.Gate > 0) { gates[(pair.First.Module, pair.First.Id)] = pair.AtFirst.Gate; }
            if (pair.AtSecond.Gate > 0) { gates[(pair.Second.Module, pair.Second.Id)] = pair.AtSecond.Gate; }
        }

        return gates;
    }

    private static SiteKey Key(LearntSite site) => new(site.Module, site.Id, site.Method, site.Member);

    /// <summary>What another round of <paramref name="runId"/> may still observe: pairs that were not observed in it and not tried in vain too often.</summary>
    /// <param name="store">The folder.</param>
    /// <param name="runId">The run.</param>
    /// <param name="ofTests">Only pairs that some test had a hand in: what the test platform does by itself is nobody's test.</param>
    public static Prospect Look(string store, string runId, bool ofTests)
    {
        // The usual case, at the end of every run: nothing to start LINQ for.
        if (!CandidateStore.IsThere(store)) { return default; }
        List<Candidate> all = CandidateStore.Read(store);
        Candidate[] left = [.. all.Where(candidate => candidate.Run == runId && !candidate.IsHopeless && candidate.Tries < MostTries && candidate.ObservedIn != runId && (!ofTests || candidate.Tests.Count > 0))];
        IReadOnlyList<string>? tests = left.Any(static c => c.Tests.Count == 0 || c.Tests.Contains(Candidate.AnyTest)) ? null : [.. left.SelectMany(static c => c.Tests).Distinct().Order(StringComparer.Ordinal)];
        return new Prospect(left.Length, tests, (all.Count, all.Count(candidate => candidate.ObservedIn == runId), all.Sum(static c => c.Tries)));
    }
}

/// <summary>A site by its name: the module, its number in there, the method and what is accessed.</summary>
public readonly record struct LearntSite(string Module, int Id, string Method, string Member)
{
    /// <summary>From which of its executions on a thread is to wait here; 0 for each.</summary>
    public int FromVisit { get; init; }

    /// <summary>Of two threads that wait, the one here is the last to go on.</summary>
    public bool Stays { get; init; }

    /// <summary>One more than the number of the place in the module where a thread on its way here takes a lock behind which the other side would be kept, so that it has to give way
    /// before that; 0 for none.</summary>
    public int Gate { get; init; }
}

/// <summary>What is left to find.</summary>
/// <param name="Pairs">How many pairs.</param>
/// <param name="Tests">The tests that have a hand in them, or null when some pair has to do with no test or with more than can be named.</param>
/// <param name="Known">How much is known. As long as it changes from round to round, there is something to learn.</param>
public readonly record struct Prospect(int Pairs, IReadOnlyList<string>? Tests, (int Pairs, int Observed, int Tries) Known);
