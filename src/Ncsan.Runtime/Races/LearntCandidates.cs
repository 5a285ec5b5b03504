using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Races;

/// <summary>What whoever starts programs needs to know of the candidates that they leave behind.</summary>
public static class LearntCandidates
{
    /// <summary>Makes a folder in which one pair of sites is all that was ever learnt, so that the next run waits for it as long as it can.</summary>
    public static void WriteOnly(string store, (string Module, int Id, string Method, string Member) first, (string Module, int Id, string Method, string Member) second)
    {
        SiteKey one = new(first.Module, first.Id, first.Method, first.Member), other = new(second.Module, second.Id, second.Method, second.Member);
        var pair = one.CompareTo(other) <= 0 ? new Candidate(one, other) : new Candidate(other, one);
        CandidateStore.Write(store, [pair]);
    }

    /// <summary>What another round of <paramref name="runId"/> may still observe: pairs that were not observed in it and are not given up.</summary>
    /// <param name="store">The folder.</param>
    /// <param name="runId">The run.</param>
    /// <param name="tests">The tests that have a hand in them, or null when some pair has to do with no test or with more than can be named.</param>
    /// <returns>How many there are.</returns>
    public static int Left(string store, string runId, out IReadOnlyList<string>? tests)
    {
        Candidate[] left = [.. CandidateStore.Read(store).Where(candidate => !candidate.IsHopeless && candidate.ObservedIn != runId)];
        tests = left.Any(static c => c.Tests.Count == 0 || c.Tests.Contains(Candidate.AnyTest)) ? null : [.. left.SelectMany(static c => c.Tests).Distinct().Order(StringComparer.Ordinal)];
        return left.Length;
    }
}
