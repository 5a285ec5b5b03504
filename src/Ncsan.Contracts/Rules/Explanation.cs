using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Rules;

/// <summary>Adds to a violation what makes it understood: why, how control gets there, and what would mend it.</summary>
internal sealed class Explanation(CallGraph graph)
{
    private const int MostListed = 6;

    private int[]? _previous;
    private ILookup<string, Function>? _copies;

    internal Violation Complete(Violation violation) => violation with
    {
        Path = Paths.To(graph, _previous ??= Paths.FromEntries(graph), violation.Function.Id),
        Because = [.. Because(violation)],
        Mend = [.. Mend(violation)],
    };

    private IEnumerable<string> Because(Violation violation)
    {
        yield return $"{violation.Function.Name} is protected: {violation.Function.Why ?? violation.Function.Section ?? "it is marked"}";
        if (violation.Slot is { } slot) { foreach (string line in Slot(slot)) { yield return line; } }
        if (violation.Target is { } target)
        {
            if (target.Is(FunctionFlags.Hook)) { yield return $"{target.Name} is a hook of the sanitizer"; }
            else
            {
                if (violation.Slot is null) { yield return Standing(target); }
                foreach (string line in Body(target)) { yield return line; }
            }
        }
    }

    private IEnumerable<string> Slot(Slot slot)
    {
        foreach (SlotTarget held in slot.Targets.OrderBy(t => CallRule.Allowed(graph.Functions[t.Target])).Take(MostListed * 2)) { yield return $"{slot.Name} can hold {graph.Functions[held.Target].Name} ({held.Source}): {Verdict(graph.Functions[held.Target])}"; }
        if (slot.Targets.Count > MostListed * 2) { yield return $"... and {slot.Targets.Count - (MostListed * 2)} more"; }
        if (slot.Incomplete is not null) { yield return $"{slot.Name} may hold more: {slot.Incomplete}"; }
    }

    private static string Verdict(Function function)
        => CallRule.Allowed(function) ? "protected" : function.Is(FunctionFlags.Instrumented) ? $"instrumented, {function.Why}" : $"not protected, in {function.Section ?? function.Unit ?? "another file"}";

    private static string Standing(Function target)
    {
        string where = target.Section is null ? "" : $" [{target.Section}{(target.Unit is null ? "" : $", copy in {target.Unit}")}]";
        if (target.Is(FunctionFlags.External)) { return $"{target.Name}{where} is not protected as far as is known: {target.Why}"; }
        return target.Is(FunctionFlags.Instrumented) ? $"{target.Name}{where} is instrumented: {target.Why}" : $"{target.Name}{where} is not protected: nothing keeps it, or what it calls, from being instrumented";
    }

    // What the target does that matters: its copies, its debug assertions, the slots it calls through.
    private IEnumerable<string> Body(Function target)
    {
        if (target.Is(FunctionFlags.External)) { yield break; }
        if (target.Is(FunctionFlags.MeantInline))
        {
            _copies ??= graph.Functions.Where(f => f.Is(FunctionFlags.MeantInline)).ToLookup(f => CopyRule.BaseName(f.Name));
            var all = _copies[CopyRule.BaseName(target.Name)].ToList();
            if (all.Count > 1) { yield return $"{target.Name} is meant to be inlined but has {all.Count} out-of-line copies, {all.Count(f => f.Is(FunctionFlags.Instrumented))} of them instrumented"; }
        }

        graph.Source.Flow(target); // marks debug assertions
        int listed = 0;
        foreach (CallSite site in target.Calls)
        {
            bool matters = site.How == CallSite.DebugAssertion || site.Slot >= 0;
            if (!matters || listed++ >= MostListed) { continue; }
            string what = site.How == CallSite.DebugAssertion ? "a debug assertion's read is instrumented" : $"calls through {graph.Slots[site.Slot].Name}";
            yield return $"{target.Name}{(site.Offset >= 0 ? $"+0x{site.Offset:x}" : "")}: {what}: {graph.Source.Instruction(target, site)}";
        }
    }

    private IEnumerable<string> Mend(Violation violation)
    {
        Dialect words = graph.Dialect;
        string function = violation.Function.Name;
        switch (violation.Rule)
        {
            case CallRule.Leaves or CallRule.ImplicitLeaves when violation.Target is { } target:
                if (target.Is(FunctionFlags.MeantInline) && words == Dialect.Managed)
                {
                    yield return $"mark {target.Name} {words.Mark}; that the JIT inlines it is no cure: hooks are in its IL, and go wherever it is inlined";
                }
                else if (target.Is(FunctionFlags.MeantInline))
                {
                    yield return $"force {target.Name} inline ({words.ForceInline}): inlined into {function} it is protected with it";
                    yield return $"mind its other callers: inlined into an instrumented function its body is instrumented there, so where a hook can reach that caller this is no cure; mark it {words.Mark} instead (never both: a body that may be inlined takes its caller's instrumentation)";
                }
                else { yield return $"mark {target.Name} {words.Mark}, and with it everything that it calls"; }

                yield return $"or open a region around the call ({words.Region}), if instrumented code is safe at this point";
                break;
            case CallRule.SlotLeaves when violation.Slot is { } slot:
                foreach (SlotTarget held in slot.Targets.Where(t => !CallRule.Allowed(graph.Functions[t.Target])).Take(MostListed)) { yield return $"mark {graph.Functions[held.Target].Name} {words.Mark}"; }
                yield return $"or open a region around the call ({words.Region}), if instrumented code is safe at this point";
                break;
            case CallRule.Unresolved:
                yield return $"call the target directly, or keep it in a table whose contents can be seen; or open a region ({words.Region})";
                break;
            case CallRule.AssertionInstrumented:
                yield return $"leave the assertion out of {function}, or mark the function that it was inlined from {words.Mark} so that the check is not instrumented: in protected code a debug build's access counts like any other";
                break;
            case CallRule.Instrumented:
                yield return $"compile {function} without instrumentation: {words.Mark} must be on its definition, not only the section";
                break;
            case BalanceRule.ReturnInside or BalanceRule.EndWithoutBegin or BalanceRule.BeginInside:
                yield return $"pair {words.Region} on every path through {function}";
                break;
        }
    }
}
