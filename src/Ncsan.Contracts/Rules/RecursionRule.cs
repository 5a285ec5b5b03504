using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Rules;

/// <summary>An instrumented function that can be reached from a root without passing another one: the frontier of the recursion.</summary>
/// <param name="Function">The instrumented function.</param>
/// <param name="Path">The shortest way from a root, root first, the function last.</param>
/// <param name="Via">How many functions of the explored part lead into it.</param>
public sealed record FrontierEntry(Function Function, IReadOnlyList<Function> Path, int Via);

/// <summary>What was found from the roots.</summary>
/// <param name="Roots">Where the search began.</param>
/// <param name="Frontier">What it found.</param>
/// <param name="Explored">How many functions were entered.</param>
/// <param name="Cuts">Where the profile stopped it.</param>
/// <param name="Unresolved">Call sites in explored functions whose targets are not, or not all, known.</param>
/// <param name="Open">Those among them that the profile knows of and accepts.</param>
public sealed record Recursion(
    IReadOnlyList<Function> Roots, IReadOnlyList<FrontierEntry> Frontier, int Explored, IReadOnlyList<Cut> Cuts,
    IReadOnlyList<(Function Function, CallSite Site)> Unresolved, IReadOnlyList<(Function Function, CallSite Site, string? Reason)> Open);

/// <summary>A line of a profile that stopped the search.</summary>
/// <param name="Pattern">The line's pattern.</param>
/// <param name="Reason">Why it stops there, as the profile says.</param>
/// <param name="Functions">The functions that were not entered.</param>
public sealed record Cut(string Pattern, string? Reason, IReadOnlyList<Function> Functions);

/// <summary>
/// Searches from the hooks, or from named roots, for instrumented code. The search ends at the first instrumented function of each path: what lies behind
/// it says nothing new. A whole closure drowns the reader (938 functions from KCSAN's hooks where the frontier has a handful).
/// </summary>
public sealed class RecursionRule(Profile profile, IReadOnlyList<string> roots) : IContractRule
{
    /// <summary>A hook, or a root, reaches instrumented code.</summary>
    public const string Reaches = "NCS0310";

    /// <summary>A call on a way from a hook, or a root, cannot be resolved whole, and the profile does not accept that.</summary>
    public const string MayReach = "NCS0312";

    /// <summary>Whether an unresolved call on a way from the roots is a violation: nothing is proved where one is.</summary>
    public bool Strict { get; init; }

    /// <inheritdoc/>
    public IEnumerable<Violation> Check(CallGraph graph) => Violations(graph, Search(graph));

    /// <summary>What a search found as violations.</summary>
    public IEnumerable<Violation> Violations(CallGraph graph, Recursion found)
    {
        foreach (FrontierEntry entry in found.Frontier)
        {
            yield return new Violation(
                Reaches, Severity.Error, entry.Function, $"{entry.Path[0].Name} reaches {entry.Function.Name}, which is instrumented and calls a hook again", $"{Reaches} {entry.Function.Name}")
            {
                Path = entry.Path,
                Because = [$"{entry.Function.Name} is instrumented: {entry.Function.Why}", $"{entry.Via} function(s) on ways from the roots call it"],
                Mend = [$"mark {entry.Function.Name} {graph.Dialect.Mark}, or keep {(entry.Path.Count > 1 ? entry.Path[^2].Name : "the root")} from calling it"],
            };
        }

        if (!Strict) { yield break; }
        foreach ((Function function, CallSite site) in found.Unresolved)
        {
            string what = site.Slot >= 0 ? graph.Slots[site.Slot].Name : site.How ?? "an unknown pointer";
            yield return new Violation(MayReach, Severity.Error, function, $"{function.Name}, which a root reaches, calls {what}: not everything that this can reach is known", $"{MayReach} {function.Name} {what}")
            {
                Site = site,
                Offset = site.Offset,
                Slot = site.Slot >= 0 ? graph.Slots[site.Slot] : null,
                Because = [site.Slot >= 0 ? graph.Slots[site.Slot].Incomplete ?? "unknown" : site.How ?? "unknown"],
                Mend = [$"call the target directly, or say in a profile why this is no way back: open {function.Name}  # the reason"],
            };
        }
    }

    /// <summary>The roots of a search: named ones, or every hook that has a body.</summary>
    /// <exception cref="ArgumentException">A name is no function of the graph.</exception>
    public IReadOnlyList<Function> Roots(CallGraph graph)
    {
        var found = new List<Function>();
        foreach (string name in roots)
        {
            if (name == "hooks")
            {
                found.AddRange(graph.Functions.Where(f => f.Is(FunctionFlags.Hook) && !f.Is(FunctionFlags.External)));
                continue;
            }

            var named = graph.Named(name).Where(f => !f.Is(FunctionFlags.External)).ToList();
            if (named.Count == 0) { throw new ArgumentException(name); }
            found.AddRange(named);
        }

        return found;
    }

    /// <summary>Searches.</summary>
    public Recursion Search(CallGraph graph)
    {
        IReadOnlyList<Function> starts = Roots(graph);
        int[] previous = new int[graph.Functions.Count];
        Array.Fill(previous, -2);
        var pending = new Queue<int>();
        foreach (Function root in starts)
        {
            if (previous[root.Id] != -2) { continue; }
            previous[root.Id] = -1;
            pending.Enqueue(root.Id);
        }

        var via = new Dictionary<int, int>();
        var cuts = new Dictionary<int, (string Pattern, string? Reason)>();
        var unresolved = new List<(Function, CallSite)>();
        var open = new List<(Function, CallSite, string?)>();
        int explored = 0;
        while (pending.TryDequeue(out int id))
        {
            Function function = graph.Functions[id];
            explored++;
            foreach (CallSite site in function.Calls)
            {
                if (!graph.IsResolved(site) && profile.IsOpen(CopyRule.BaseName(function.Name), out string? reason)) { open.Add((function, site, reason)); }
                else if (!graph.IsResolved(site)) { unresolved.Add((function, site)); }
                foreach (int target in graph.TargetsOf(site)) { Reach(graph, id, target, previous, pending, via, cuts); }
            }
        }

        var frontier = via.Select(v => new FrontierEntry(graph.Functions[v.Key], Paths.To(graph, previous, v.Key), v.Value))
            .OrderBy(e => e.Path.Count).ThenBy(e => e.Function.Name, StringComparer.Ordinal).ToList();
        return new Recursion(starts, frontier, explored, Group(graph, cuts), unresolved, open);
    }

    private static List<Cut> Group(CallGraph graph, Dictionary<int, (string Pattern, string? Reason)> cuts)
        => [.. cuts.GroupBy(c => c.Value).Select(g => new Cut(g.Key.Pattern, g.Key.Reason, [.. g.Select(c => graph.Functions[c.Key]).OrderBy(f => f.Name, StringComparer.Ordinal)])).OrderBy(c => c.Pattern, StringComparer.Ordinal)];

    private void Reach(CallGraph graph, int from, int target, int[] previous, Queue<int> pending, Dictionary<int, int> via, Dictionary<int, (string Pattern, string? Reason)> cuts)
    {
        Function function = graph.Functions[target];
        if (function.Is(FunctionFlags.External) || target == from) { return; }
        if (previous[target] == -1) { return; }
        if (profile.IsCut(CopyRule.BaseName(function.Name), out string? pattern, out string? reason))
        {
            cuts.TryAdd(target, (pattern!, reason));
            return;
        }

        if (function.Is(FunctionFlags.Instrumented))
        {
            if (previous[target] == -2) { previous[target] = from; }
            via[target] = via.GetValueOrDefault(target) + 1;
        }
        else if (previous[target] == -2)
        {
            previous[target] = from;
            pending.Enqueue(target);
        }
    }
}
