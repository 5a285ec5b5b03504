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
/// <param name="Cuts">Functions at which the profile stopped it.</param>
/// <param name="Unresolved">Call sites in explored functions whose targets are not, or not all, known.</param>
public sealed record Recursion(
    IReadOnlyList<Function> Roots, IReadOnlyList<FrontierEntry> Frontier, int Explored, IReadOnlyList<Function> Cuts, IReadOnlyList<(Function Function, CallSite Site)> Unresolved);

/// <summary>
/// Searches from the hooks, or from named roots, for instrumented code. The search ends at the first instrumented function of each path: what lies behind
/// it says nothing new. A whole closure drowns the reader (938 functions from KCSAN's hooks where the frontier has a handful).
/// </summary>
public sealed class RecursionRule(Profile profile, IReadOnlyList<string> roots) : IContractRule
{
    /// <summary>A hook, or a root, reaches instrumented code.</summary>
    public const string Reaches = "NCS0310";

    /// <inheritdoc/>
    public IEnumerable<Violation> Check(CallGraph graph)
    {
        foreach (FrontierEntry entry in Search(graph).Frontier)
        {
            yield return new Violation(
                Reaches, Severity.Error, entry.Function, $"{entry.Path[0].Name} reaches {entry.Function.Name}, which is instrumented and calls a hook again", $"{Reaches} {entry.Function.Name}")
            {
                Path = entry.Path,
                Because = [$"{entry.Function.Name} is instrumented: {entry.Function.Why}", $"{entry.Via} function(s) on ways from the roots call it"],
                Mend = [$"mark {entry.Function.Name} {graph.Dialect.Mark}, or keep {(entry.Path.Count > 1 ? entry.Path[^2].Name : "the root")} from calling it"],
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
        var cuts = new SortedDictionary<string, Function>(StringComparer.Ordinal);
        var unresolved = new List<(Function, CallSite)>();
        int explored = 0;
        while (pending.TryDequeue(out int id))
        {
            Function function = graph.Functions[id];
            explored++;
            foreach (CallSite site in function.Calls)
            {
                if (site.IsUnresolved || (site.Slot >= 0 && graph.Slots[site.Slot].Incomplete is not null)) { unresolved.Add((function, site)); }
                foreach (int target in graph.TargetsOf(site)) { Reach(graph, id, target, previous, pending, via, cuts); }
            }
        }

        var frontier = via.Select(v => new FrontierEntry(graph.Functions[v.Key], Paths.To(graph, previous, v.Key), v.Value))
            .OrderBy(e => e.Path.Count).ThenBy(e => e.Function.Name, StringComparer.Ordinal).ToList();
        return new Recursion(starts, frontier, explored, [.. cuts.Values], unresolved);
    }

    private void Reach(CallGraph graph, int from, int target, int[] previous, Queue<int> pending, Dictionary<int, int> via, SortedDictionary<string, Function> cuts)
    {
        Function function = graph.Functions[target];
        if (function.Is(FunctionFlags.External) || target == from) { return; }
        if (previous[target] == -1) { return; }
        if (profile.IsCut(CopyRule.BaseName(function.Name), out _))
        {
            cuts.TryAdd(function.Name, function);
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
