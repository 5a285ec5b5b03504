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
        List<(Function Function, CallSite Site)>?[] sites = CallersOf(graph);
        bool Protected(Slot slot) => sites[slot.Id]?.Any(s => s.Function.Is(FunctionFlags.Protected)) == true;
        foreach (Slot slot in graph.Slots.OrderByDescending(Protected).ThenBy(TableOf, StringComparer.Ordinal).ThenBy(OffsetOf))
        {
            output.WriteLine($"{slot.Name}{(slot.Place is null || slot.Name.StartsWith(slot.Place, StringComparison.Ordinal) ? "" : $" [{slot.Place}]")}{(Protected(slot) ? ": called from protected code" : "")}");
            foreach (SlotTarget target in slot.Targets) { output.WriteLine($"  holds  {Standing(graph.Functions[target.Target])} ({target.Source})"); }
            if (slot.Incomplete is not null) { output.WriteLine($"  holds  perhaps more: {slot.Incomplete}"); }
            var called = sites[slot.Id] ?? [];
            foreach ((Function function, CallSite site) in called.OrderByDescending(s => s.Function.Is(FunctionFlags.Protected)).Take(MostSites)) { output.WriteLine($"  called {graph.Source.Location(function, site.Offset)}{(function.Is(FunctionFlags.Protected) ? " [protected]" : "")}"); }
            if (called.Count > MostSites) { output.WriteLine($"  called at {VerifyReport.Number(called.Count - MostSites)} more places; --json lists them all"); }
        }

        output.WriteLine($"{VerifyReport.Count(graph.Slots.Count, "slot")}, {VerifyReport.Number(graph.Slots.Count(s => s.Incomplete is not null))} of them perhaps incomplete");
    }

    /// <summary>For each slot where it is called through.</summary>
    internal static List<(Function Function, CallSite Site)>?[] CallersOf(CallGraph graph)
    {
        var sites = new List<(Function Function, CallSite Site)>?[graph.Slots.Count];
        foreach (Function function in graph.Functions)
        {
            foreach (CallSite site in function.Calls)
            {
                if (site.Slot >= 0) { (sites[site.Slot] ??= []).Add((function, site)); }
            }
        }

        return sites;
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

        if (found.Frontier.Count > 0 || found.Cuts.Count > 0) { output.WriteLine(); }
        if (found.Cuts.Count > 0) { output.WriteLine("not entered, as the profile says:"); }
        foreach (Cut cut in found.Cuts) { output.WriteLine($"  {Names(cut)}{(cut.Reason is null ? "" : $"  # {cut.Reason}")}"); }
        if (found.Unresolved.Count > 0) { output.WriteLine($"{VerifyReport.Count(found.Unresolved.Count, "call")} on these ways could not be resolved whole, and may lead further:"); }
        UnresolvedCalls.Write(output, graph, UnresolvedCalls.Of(graph, found.Unresolved), int.MaxValue);
        if (found.Open.Count > 0) { output.WriteLine($"{VerifyReport.Count(found.Open.Count, found.Unresolved.Count > 0 ? "more call" : "call")} on these ways could not be resolved whole, which the profile accepts:"); }
        foreach (var known in found.Open.GroupBy(o => (o.Function, o.Reason))) { output.WriteLine($"  {known.Key.Function.Name}: {VerifyReport.Count(known.Count(), "call")}{(known.Key.Reason is null ? "" : $"  # {known.Key.Reason}")}"); }
        output.WriteLine($"{graph.Name}: {(found.Frontier.Count == 0 ? "no way" : VerifyReport.Count(found.Frontier.Count, "way"))} from {VerifyReport.Count(found.Roots.Count, "root")} into instrumented code ({VerifyReport.Count(found.Explored, "function")} explored)");
    }

    /// <summary>The code of every function of this name; bodies that are the same to the letter once.</summary>
    /// <returns>False if there is none.</returns>
    public bool Listing(CallGraph graph, string name)
    {
        var bodies = Bodies(graph, name).Select(f => (Function: f, Lines: graph.Source.Listing(f).ToList())).ToList();
        foreach (var same in bodies.GroupBy(b => string.Join('\n', b.Lines)))
        {
            Function[] copies = [.. same.Select(b => b.Function)];
            output.WriteLine($"{Standing(copies[0])}, {copies[0].Size} bytes:");
            if (copies.Length > 1) { output.WriteLine($"  the same {(copies.Length == 2 ? "once" : $"{VerifyReport.Number(copies.Length - 1)} times")} more, in {string.Join(", ", copies.Skip(1).Select(c => c.Unit ?? c.Section))}"); }
            foreach (ListingLine line in same.First().Lines) { output.WriteLine($"  {line.Offset,5:x}:  {line.Text}{(line.Comment is null ? "" : $"{new string(' ', Math.Max(2, 44 - line.Text.Length))}# {line.Comment}")}"); }
            output.WriteLine();
        }

        return bodies.Count > 0;
    }

    /// <summary>Whether there is a body of this name.</summary>
    public static bool Has(CallGraph graph, string name) => Bodies(graph, name).Any();

    /// <summary>Every body that a user's name stands for.</summary>
    internal static IEnumerable<Function> Bodies(CallGraph graph, string name)
        => graph.Functions.Where(f => (f.Name == name || CopyRule.BaseName(f.Name) == name) && !f.Is(FunctionFlags.External));

    private static string Names(Cut cut)
        => cut.Functions is [var single] && single.Name == cut.Pattern ? cut.Pattern
            : cut.Functions.Count <= 4 ? $"{cut.Pattern}: {string.Join(", ", cut.Functions)}" : $"{cut.Pattern}: {VerifyReport.Count(cut.Functions.Count, "function")}";

    // pv_ops+0x8 comes before pv_ops+0x10.
    private static string TableOf(Slot slot) => (slot.Place ?? slot.Name) is var place && place.LastIndexOf("+0x", StringComparison.Ordinal) is var plus and > 0 ? place[..plus] : place;

    private static long OffsetOf(Slot slot)
        => (slot.Place ?? slot.Name) is var place && place.LastIndexOf("+0x", StringComparison.Ordinal) is var plus and > 0
            && long.TryParse(place.AsSpan(plus + 3), System.Globalization.NumberStyles.HexNumber, null, out long offset) ? offset : 0;

    private static string Standing(Function function)
    {
        string kind = function.Is(FunctionFlags.Protected) ? "protected" : function.Is(FunctionFlags.Hook) ? "hook" : function.Is(FunctionFlags.Instrumented) ? $"INSTRUMENTED: {function.Why}" : "not protected";
        string place = string.Join(", ", new[] { function.Section, function.Unit is null ? null : $"copy in {function.Unit}" }.Where(p => p is not null));
        return $"{function.Name} [{place}] {kind}";
    }
}
