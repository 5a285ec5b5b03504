using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Rules;

/// <summary>
/// Protected code outside of a region calls, jumps to, or falls into protected code only: directly, through every target of every slot, and where the
/// source shows no call. Its own accesses are not instrumented, those of debug assertions included.
/// </summary>
public sealed class CallRule : IContractRule
{
    /// <summary>A call leaves protected code.</summary>
    public const string Leaves = "NCS0301";

    /// <summary>A slot can hold a function that is not protected.</summary>
    public const string SlotLeaves = "NCS0302";

    /// <summary>An indirect call whose targets are not all known.</summary>
    public const string Unresolved = "NCS0303";

    /// <summary>A call that the source does not show leaves protected code.</summary>
    public const string ImplicitLeaves = "NCS0307";

    /// <summary>A debug assertion's access is instrumented.</summary>
    public const string AssertionInstrumented = "NCS0309";

    /// <summary>Protected code is itself instrumented.</summary>
    public const string Instrumented = "NCS0311";

    /// <inheritdoc/>
    public IEnumerable<Violation> Check(CallGraph graph)
    {
        var explain = new Explanation(graph);
        foreach (Function function in graph.ProtectedBodies())
        {
            FlowGraph flow = graph.Source.Flow(function);
            foreach (int index in new RegionWalk(flow, graph.RegionsNest).OutsideRegions.Order())
            {
                if (Check(graph, function, function.Calls[index]) is { } violation) { yield return explain.Complete(violation); }
            }

            foreach (string hole in flow.Unresolved)
            {
                yield return explain.Complete(new Violation(Unresolved, Severity.Error, function, $"not every path of {function.Name} could be followed: {hole}", $"{Unresolved} {function.Name} path"));
            }
        }
    }

    private static Violation? Check(CallGraph graph, Function function, CallSite site)
    {
        if (site.Target >= 0) { return CheckTarget(function, site, graph.Functions[site.Target]); }
        return site.Slot >= 0 ? CheckSlot(graph, function, site, graph.Slots[site.Slot]) : Make(
            Unresolved, function, site, $"{Verb(site)} {site.How ?? "through a pointer"} leaves protected code for an unknown target", site.How ?? "unknown");
    }

    private static Violation? CheckTarget(Function function, CallSite site, Function target)
    {
        // One hook may be written in terms of another: that is the same entry, not a way back in.
        if (target.Is(FunctionFlags.Hook) && function.Is(FunctionFlags.Hook)) { return null; }
        if (target.Is(FunctionFlags.Hook))
        {
            return site.How == CallSite.DebugAssertion
                ? Make(AssertionInstrumented, function, site, $"a debug assertion's access in protected code is instrumented: it calls {target.Name}", target.Name) with { Target = target }
                : Make(Instrumented, function, site, $"protected code is instrumented: it calls {target.Name}", target.Name) with { Target = target };
        }

        if (Allowed(target)) { return null; }
        if (site.How == CallSite.DebugAssertion)
        {
            return Make(AssertionInstrumented, function, site, $"a debug assertion in protected code calls {target.Name}", target.Name) with { Target = target };
        }

        string rule = site.Kind == CallKind.Implicit ? ImplicitLeaves : Leaves;
        string how = site.Kind == CallKind.Implicit && site.How is not null ? $" ({site.How})" : "";
        return Make(rule, function, site, $"{Verb(site)} to {target.Name}{how} leaves protected code", target.Name) with { Target = target };
    }

    private static Violation? CheckSlot(CallGraph graph, Function function, CallSite site, Slot slot)
    {
        var bad = slot.Targets.Where(t => !Allowed(graph.Functions[t.Target])).ToList();
        if (bad.Count > 0)
        {
            string first = graph.Functions[bad[0].Target].Name;
            string more = bad.Count > 1 ? $" and {bad.Count - 1} more" : "";
            return Make(SlotLeaves, function, site, $"{Verb(site)} through {slot.Name} can reach {first}{more}, which {(bad.Count > 1 ? "are" : "is")} not protected", slot.Name) with
            {
                Slot = slot,
                Target = graph.Functions[bad[0].Target],
            };
        }

        return slot.Incomplete is null ? null
            : Make(Unresolved, function, site, $"{Verb(site)} through {slot.Name} may leave protected code: {slot.Incomplete}", slot.Name) with { Slot = slot };
    }

    /// <summary>Whether protected code may call this.</summary>
    internal static bool Allowed(Function target) => !target.Is(FunctionFlags.Hook) && (target.Flags & (FunctionFlags.Protected | FunctionFlags.Safe)) != 0;

    private static string Verb(CallSite site) => site.How == "falls through" ? "falling through" : site.Kind switch
    {
        CallKind.Tail => "jump",
        CallKind.IndirectTail => "indirect jump",
        CallKind.Indirect => "indirect call",
        CallKind.Implicit => "implicit call",
        _ => "call",
    };

    private static Violation Make(string rule, Function function, CallSite site, string message, string what)
        => new(rule, Severity.Error, function, message, $"{rule} {function.Name} {what}") { Site = site, Offset = site.Offset };
}
