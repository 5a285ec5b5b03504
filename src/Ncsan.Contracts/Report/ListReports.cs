using Ncsan.Contracts.Model;
using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Report;

/// <summary>The lists that can be asked for beside the verdict: slots, copies, recursion, a function's code.</summary>
public sealed class ListReports(TextWriter output)
{
    private const int MostSites = 8;

    /// <summary>Every slot with what it can hold and where it is called. Those that protected code calls through come first.</summary>
    public void Slots(CallGraph graph)
    {
        var sites = new List<(Function Function, CallSite Site)>[graph.Slots.Count];
        foreach (Function function in graph.Functions)
        {
            foreach (CallSite site in function.Calls)
            {
                if (site.Slot >= 0) { (sites[site.Slot] ??= []).Add((function, site)); }
            }
        }

        bool Protected(Slot slot) => sites[slot.Id]?.Any(s => s.Function.Is(FunctionFlags.Protected)) == true;
        foreach (Slot slot in graph.Slots.OrderByDescending(Protected).ThenBy(s => s.Place ?? s.Name, StringComparer.Ordinal))
        {
            output.WriteLine($"{slot.Name}{(slot.Place is null || slot.Name.StartsWith(slot.Place, StringComparison.Ordinal) ? "" : $" [{slot.Place}]")}{(Protected(slot) ? ": called from protected code" : "")}");
            foreach (SlotTarget target in slot.Targets) { output.WriteLine($"  holds  {Standing(graph.Functions[target.Target])} ({target.Source})"); }
            if (slot.Incomplete is not null) { output.WriteLine($"  holds  perhaps more: {slot.Incomplete}"); }
            var called = sites[slot.Id] ?? [];
            foreach ((Function function, CallSite site) in called.OrderByDescending(s => s.Function.Is(FunctionFlags.Protected)).Take(MostSites)) { output.WriteLine($"  called {graph.Source.Location(function, site.Offset)}{(function.Is(FunctionFlags.Protected) ? " [protected]" : "")}"); }
            if (called.Count > MostSites) { output.WriteLine($"  called at {VerifyReport.Number(called.Count - MostSites)} more places"); }
        }

        output.WriteLine($"{VerifyReport.Count(graph.Slots.Count, "slot")}, {VerifyReport.Number(graph.Slots.Count(s => s.Incomplete is not null))} of them perhaps incomplete");
    }

    /// <summary>Helpers with out-of-line copies.</summary>
    public void Copies(CallGraph graph)
    {
        IReadOnlyList<CopyGroup> groups = CopyRule.Groups(graph);
        foreach (CopyGroup group in groups)
        {
            output.WriteLine($"{group.Name}: {VerifyReport.Count(group.Bodies.Count, "body").Replace("bodys", "bodies", StringComparison.Ordinal)}, {VerifyReport.Number(group.Instrumented)} instrumented");
            foreach (Function body in group.Bodies.Take(MostSites)) { output.WriteLine($"  {Standing(body)}, {body.Size} bytes"); }
            if (group.Bodies.Count > MostSites) { output.WriteLine($"  and {VerifyReport.Number(group.Bodies.Count - MostSites)} more"); }
            foreach (Function caller in group.ProtectedCallers) { output.WriteLine($"  called by protected {caller.Name}"); }
        }

        output.WriteLine($"{VerifyReport.Count(groups.Count, "helper")} with out-of-line copies, {VerifyReport.Number(groups.Count(g => g.ProtectedCallers.Count > 0))} of them called from protected code");
    }

    /// <summary>The frontier from some roots, with what the search did not enter and could not follow.</summary>
    public void Recursion(CallGraph graph, Recursion found)
    {
        foreach (FrontierEntry entry in found.Frontier)
        {
            output.WriteLine($"{graph.Source.Location(entry.Function, -1)}: error {RecursionRule.Reaches}: {entry.Path[0].Name} reaches {entry.Function.Name}, which is instrumented");
            output.WriteLine($"  path  {string.Join(" -> ", entry.Path)}");
            output.WriteLine($"  why   {entry.Function.Why}");
        }

        if (found.Frontier.Count > 0) { output.WriteLine(); }
        if (found.Cuts.Count > 0) { output.WriteLine($"cut by the profile: {string.Join(", ", found.Cuts)}"); }
        if (found.Unresolved.Count > 0) { output.WriteLine($"{VerifyReport.Count(found.Unresolved.Count, "call")} on these ways could not be resolved whole, and may lead further:"); }
        foreach ((Function function, CallSite site) in found.Unresolved)
        {
            string why = site.Slot >= 0 ? graph.Slots[site.Slot].Incomplete! : site.How ?? "unknown";
            output.WriteLine($"  {graph.Source.Location(function, site.Offset)}: {graph.Source.Instruction(function, site)} ({why})");
        }

        output.WriteLine($"{graph.Name}: {(found.Frontier.Count == 0 ? "no way" : VerifyReport.Count(found.Frontier.Count, "way"))} from {VerifyReport.Count(found.Roots.Count, "root")} into instrumented code ({VerifyReport.Count(found.Explored, "function")} explored)");
    }

    /// <summary>The code of every function of this name.</summary>
    /// <returns>False if there is none.</returns>
    public bool Listing(CallGraph graph, string name)
    {
        var named = graph.Functions.Where(f => (f.Name == name || CopyRule.BaseName(f.Name) == name) && !f.Is(FunctionFlags.External)).ToList();
        foreach (Function function in named)
        {
            output.WriteLine($"{Standing(function)}, {function.Size} bytes:");
            foreach (ListingLine line in graph.Source.Listing(function)) { output.WriteLine($"  {line.Offset,5:x}:  {line.Text}{(line.Comment is null ? "" : $"{new string(' ', Math.Max(2, 44 - line.Text.Length))}# {line.Comment}")}"); }
            output.WriteLine();
        }

        return named.Count > 0;
    }

    private static string Standing(Function function)
    {
        string kind = function.Is(FunctionFlags.Protected) ? "protected" : function.Is(FunctionFlags.Hook) ? "hook" : function.Is(FunctionFlags.Instrumented) ? $"INSTRUMENTED: {function.Why}" : "not protected";
        string place = string.Join(", ", new[] { function.Section, function.Unit is null ? null : $"copy in {function.Unit}" }.Where(p => p is not null));
        return $"{function.Name} [{place}] {kind}";
    }
}
