using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Rules;

/// <summary>A helper that was meant to be inlined and exists as bodies of its own.</summary>
/// <param name="Name">Its name without the compiler's suffixes.</param>
/// <param name="Bodies">The bodies.</param>
/// <param name="ProtectedCallers">Protected functions that call, outside of every region, a body that is not protected.</param>
public sealed record CopyGroup(string Name, IReadOnlyList<Function> Bodies, IReadOnlyList<Function> ProtectedCallers)
{
    /// <summary>How many of the bodies are instrumented.</summary>
    public int Instrumented => Bodies.Count(b => b.Is(FunctionFlags.Instrumented));
}

/// <summary>Finds out-of-line copies, and notes those that protected code calls.</summary>
public sealed class CopyRule : IContractRule
{
    /// <summary>Protected code calls an out-of-line copy.</summary>
    public const string Copied = "NCS0308";

    private const int MostListed = 6;

    /// <inheritdoc/>
    public IEnumerable<Violation> Check(CallGraph graph)
    {
        foreach (CopyGroup group in Groups(graph))
        {
            if (group.ProtectedCallers.Count == 0) { continue; }
            string callers = string.Join(", ", group.ProtectedCallers.Take(5).Select(c => c.Name)) + (group.ProtectedCallers.Count > 5 ? $" and {group.ProtectedCallers.Count - 5} more" : "");
            yield return new Violation(
                Copied, Severity.Note, group.Bodies[0],
                $"{group.Name} has {group.Bodies.Count} out-of-line {(group.Bodies.Count == 1 ? "copy" : "copies")}, {group.Instrumented} instrumented, and protected code calls {(group.Bodies.Count == 1 ? "it" : "one")}: {callers}",
                $"{Copied} {group.Name}")
            {
                Weight = group.Instrumented,
                Because = [.. group.Bodies.Take(MostListed).Select(b => $"{b.Unit ?? b.Section}: {b.Size} bytes{(b.Is(FunctionFlags.Instrumented) ? ", instrumented" : "")}{(b.Is(FunctionFlags.Protected) ? ", protected" : "")}"), .. group.Bodies.Count > MostListed ? (string[])[$"and {group.Bodies.Count - MostListed} more; --copies lists who calls them"] : []],
            };
        }
    }

    /// <summary>All helpers with out-of-line copies, the most copied first.</summary>
    public static IReadOnlyList<CopyGroup> Groups(CallGraph graph)
    {
        var callers = new Dictionary<int, List<Function>>();
        foreach (Function function in graph.ProtectedBodies())
        {
            foreach (int index in new RegionWalk(graph.Source.Flow(function), graph.RegionsNest).OutsideRegions)
            {
                CallSite site = function.Calls[index];
                if (site.Target < 0 || site.Target == function.Id || !graph.Functions[site.Target].Is(FunctionFlags.MeantInline) || CallRule.Allowed(graph.Functions[site.Target])) { continue; }
                if (!callers.TryGetValue(site.Target, out var list)) { callers.Add(site.Target, list = []); }
                if (!list.Contains(function)) { list.Add(function); }
            }
        }

        return [.. graph.Functions
            .Where(f => f.Is(FunctionFlags.MeantInline) && !f.Is(FunctionFlags.External))
            .GroupBy(f => BaseName(f.Name), StringComparer.Ordinal)
            .Select(g => new CopyGroup(g.Key, [.. g], [.. g.SelectMany(f => callers.GetValueOrDefault(f.Id) ?? []).Distinct()]))
            .OrderByDescending(g => g.ProtectedCallers.Count > 0).ThenByDescending(g => g.Bodies.Count).ThenBy(g => g.Name, StringComparer.Ordinal)];
    }

    /// <summary>A name without what a compiler adds to its variants: <c>.constprop.0</c>, <c>.isra.0</c>, <c>.part.0</c>. Names of managed code have none.</summary>
    public static string BaseName(string name)
    {
        foreach (string suffix in (ReadOnlySpan<string>)[".constprop.", ".isra.", ".part.", ".llvm."])
        {
            int at = name.IndexOf(suffix, StringComparison.Ordinal);
            if (at > 0) { name = name[..at]; }
        }

        return name;
    }
}
