using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Rules;

/// <summary>Shortest ways through the call graph.</summary>
internal static class Paths
{
    /// <summary>For each function the next one on the shortest way back to an entry: -1 at an entry, -2 where there is none.</summary>
    internal static int[] FromEntries(CallGraph graph)
    {
        int[] previous = new int[graph.Functions.Count];
        Array.Fill(previous, -2);
        var pending = new Queue<int>();
        foreach (Function function in graph.Functions)
        {
            if (!function.Is(FunctionFlags.Entry)) { continue; }
            previous[function.Id] = -1;
            pending.Enqueue(function.Id);
        }

        while (pending.TryDequeue(out int id))
        {
            foreach (CallSite site in graph.Functions[id].Calls)
            {
                foreach (int target in graph.TargetsOf(site))
                {
                    if (previous[target] != -2) { continue; }
                    previous[target] = id;
                    pending.Enqueue(target);
                }
            }
        }

        return previous;
    }

    /// <summary>Follows <paramref name="previous"/> from a function: entry first, the function last; empty where no entry reaches it.</summary>
    internal static IReadOnlyList<Function> To(CallGraph graph, int[] previous, int id)
    {
        if (previous[id] == -2) { return []; }
        var path = new List<Function>();
        for (int at = id; at >= 0; at = previous[at]) { path.Add(graph.Functions[at]); }
        path.Reverse();
        return path;
    }
}
