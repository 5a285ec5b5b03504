using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Rules;

/// <summary>The rules that every verification applies, in the order of their reports. Recursion is asked for by name.</summary>
public static class RuleSet
{
    private static readonly IContractRule[] s_rules = [new CallRule(), new BalanceRule(), new CopyRule()];

    /// <summary>Everything that a program breaks.</summary>
    public static IReadOnlyList<Violation> Check(CallGraph graph)
    {
        var found = new List<Violation>();
        foreach (IContractRule rule in s_rules) { found.AddRange(rule.Check(graph)); }
        return found;
    }

    /// <summary>Calls in protected code, outside of regions or not, whose targets are not all known: what no rule could check whole.</summary>
    public static IEnumerable<(Function Function, CallSite Site)> Unresolved(CallGraph graph)
        => from function in graph.Functions
           where function.Is(FunctionFlags.Protected)
           from site in function.Calls
           where !graph.IsResolved(site)
           select (function, site);
}
