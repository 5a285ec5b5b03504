using Ncsan.Contracts.Model;

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

    internal static void Write(TextWriter output, CallGraph graph, IReadOnlyList<UnresolvedCalls> calls, int most)
    {
        foreach (UnresolvedCalls call in calls.Take(most))
        {
            string instruction = graph.Source.Instruction(call.Function, call.Site);
            string why = instruction.EndsWith(call.Why, StringComparison.Ordinal) ? "" : $" ({call.Why})";
            output.WriteLine($"  {graph.Source.Location(call.Function, call.Site.Offset)}: {instruction}{why}{(call.Count > 1 ? $", and {call.Count - 1} more such in this function" : "")}");
        }

        if (calls.Count > most) { output.WriteLine($"  ... and {VerifyReport.Count(calls.Skip(most).Sum(c => c.Count), "more call")}; --json lists them all"); }
    }

    internal static string WhyOf(CallGraph graph, CallSite site) => site.Slot >= 0 ? graph.Slots[site.Slot].Incomplete ?? "unknown" : site.How ?? "unknown";
}
