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

    /// <summary>Whether another round of <paramref name="runId"/> may still observe something: a pair that was not observed in it and is not given up.</summary>
    public static bool AreLeft(string store, string runId) => CandidateStore.Read(store).Any(candidate => !candidate.IsHopeless && candidate.ObservedIn != runId);
}
