using Ncsan.Contracts.Model;
using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Report;

/// <summary>Calls whose targets are not all known, the same call of the same function once.</summary>
/// <param name="Function">Where they are.</param>
/// <param name="Site">The first of them.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Why">What is not known.</param>
internal sealed record UnresolvedCalls(Function Function, CallSite Site, int Count, string Why)
{
    internal static List<UnresolvedCalls> Of(CallGraph graph, IEnumerable<(Function Function, CallSite Site)> sites)
        => [.. sites.GroupBy(s => (s.Function, What: s.Site.Slot >= 0 ? graph.Slots[s.Site.Slot].Name : s.Site.How, Why: WhyOf(graph, s.Site)))
            .Select(g => new UnresolvedCalls(g.Key.Function, g.First().Site, g.Count(), g.Key.Why))];

    internal static void Write(TextWriter output, CallGraph graph, IReadOnlyList<UnresolvedCalls> calls, int most, Profile? profile = null)
    {
        foreach (UnresolvedCalls call in calls.Take(most))
        {
            string instruction = graph.Source.Instruction(call.Function, call.Site);
            string why = instruction.EndsWith(call.Why, StringComparison.Ordinal) ? "" : $" ({call.Why})";
            output.WriteLine($"  {graph.Source.Location(call.Function, call.Site.Offset)}: {instruction}{why}{(call.Count > 1 ? $", and {call.Count - 1} more such in this function" : "")}{Accepted(call.Function, profile)}");
        }

        if (calls.Count > most) { output.WriteLine($"  ... and {VerifyReport.Count(calls.Skip(most).Sum(c => c.Count), "more call")}; --json lists them all"); }
    }

    private static string Accepted(Function function, Profile? profile)
        => profile is not null && profile.IsOpen(CopyRule.BaseName(function.Name), out string? reason) ? $", which the profile accepts{(reason is null ? "" : $": {reason}")}" : "";

    internal static string WhyOf(CallGraph graph, CallSite site) => site.Slot >= 0 ? graph.Slots[site.Slot].Incomplete ?? "unknown" : site.How ?? "unknown";
}
