using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Report;

/// <summary>What a new build breaks that the old one did not.</summary>
public static class Difference
{
    /// <summary>Violations of the new build beyond those of the old: a second one of the same kind in the same function counts, and so does one more of what a note counts.</summary>
    public static IReadOnlyList<Violation> Worse(IReadOnlyList<Violation> before, IReadOnlyList<Violation> after)
    {
        var known = before.GroupBy(v => v.Key).ToDictionary(g => g.Key, g => new Queue<int>(g.Select(v => v.Weight).OrderDescending()), StringComparer.Ordinal);
        var worse = new List<Violation>();
        foreach (Violation violation in after)
        {
            if (!known.TryGetValue(violation.Key, out Queue<int>? left) || !left.TryDequeue(out int weight) || weight < violation.Weight) { worse.Add(violation); }
        }

        return worse;
    }
}
