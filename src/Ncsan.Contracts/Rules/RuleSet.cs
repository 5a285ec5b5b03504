using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Rules;

/// <summary>The rules that every verification applies, in the order of their reports. Recursion is asked for by name.</summary>
public static class RuleSet
{
    private static readonly IContractRule[] s_rules = [new CallRule(), new BalanceRule(), new CopyRule()];

    /// <summary>Everything that a program breaks.</summary>
    /// <param name="graph">The program.</param>
    /// <param name="profile">Its <c>open</c> lines accept unresolved calls, each with a reason; they are still listed.</param>
    public static IReadOnlyList<Violation> Check(CallGraph graph, Profile? profile = null)
    {
        var found = new List<Violation>();
        foreach (IContractRule rule in s_rules) { found.AddRange(rule.Check(graph).Where(v => !IsAccepted(v, profile))); }
        return found;
    }

    private static bool IsAccepted(Violation violation, Profile? profile)
        => violation.Rule == CallRule.Unresolved && profile?.IsOpen(CopyRule.BaseName(violation.Function.Name), out _) == true;

    /// <summary>Calls in protected code, outside of regions or not, whose targets are not all known: what no rule could check whole.</summary>
    public static IEnumerable<(Function Function, CallSite Site)> Unresolved(CallGraph graph)
        => from function in graph.Functions
           where function.Is(FunctionFlags.Protected)
           from site in function.Calls
           where !graph.IsResolved(site)
           select (function, site);
}
