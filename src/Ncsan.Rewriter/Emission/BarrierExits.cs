using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Emission;

/// <summary>
/// Finds the clean code that a checked copy leads to, past no test of State, and that orders memory or leaves the method. Clean code says nothing to the
/// runtime, so the checked copy says it on the way over; else what the weak-memory model holds back would be held for too long, which would be a false report.
/// </summary>
internal static class BarrierExits
{
    internal static void Mark(FlowGraph graph)
    {
        var silent = graph.Segments.FindAll(s => !s.Tests && !s.HasCheckedCopy);
        foreach (var segment in Leading(graph, silent, static o => o.OrdersMemory)) { segment.LeadsToOrdering = true; }
        foreach (var segment in Leading(graph, silent, IsExit)) { segment.LeadsToExit = true; }
    }

    /// <summary>Whether the method is left here in good order. Exceptions are seen by the runtime.</summary>
    internal static bool IsExit(Op op) => op.Code is Code.Ret or Code.Jmp || op.HasPrefix(Code.Tail);

    private static HashSet<Segment> Leading(FlowGraph graph, List<Segment> silent, Func<Op, bool> what)
    {
        var leading = silent.Where(s => s.Ops.Any(what)).ToHashSet();
        for (bool grown = leading.Count > 0; grown;)
        {
            grown = false;
            foreach (var segment in silent) { grown |= !leading.Contains(segment) && Array.Exists(graph.Successors[segment.Index], leading.Contains) && leading.Add(segment); }
        }

        return leading;
    }
}
