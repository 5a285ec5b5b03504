namespace Ncsan.Rewriter.Bodies;

/// <summary>
/// Finds the checked copies that lead, past no test of State, to clean code that orders memory. Clean code says nothing to the runtime, so what the
/// weak-memory model holds back would be held for too long, which would be a false report.
/// </summary>
internal static class BarrierExits
{
    internal static void Mark(FlowGraph graph)
    {
        var silent = graph.Segments.FindAll(s => !s.Tests && !s.HasCheckedCopy);
        var ordering = silent.Where(s => s.Ops.Any(o => o.OrdersMemory)).ToHashSet();
        for (bool grown = ordering.Count > 0; grown;)
        {
            grown = false;
            foreach (var segment in silent) { grown |= !ordering.Contains(segment) && Array.Exists(graph.Successors[segment.Index], ordering.Contains) && ordering.Add(segment); }
        }

        foreach (var segment in graph.Segments) { segment.OrdersAtExit = segment.HasCheckedCopy && Array.Exists(graph.Successors[segment.Index], ordering.Contains); }
    }
}
