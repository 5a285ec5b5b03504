namespace Ncsan.Runtime.Races;

/// <summary>What whoever starts programs needs to know of the candidates that they leave behind.</summary>
public static class LearntCandidates
{
    /// <summary>Whether another round of <paramref name="runId"/> may still observe something: a pair that was not observed in it and is not given up.</summary>
    public static bool AreLeft(string store, string runId) => CandidateStore.Read(store).Any(candidate => !candidate.IsHopeless && candidate.ObservedIn != runId);
}
