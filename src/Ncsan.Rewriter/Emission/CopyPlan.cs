namespace Ncsan.Rewriter.Emission;

/// <summary>
/// Decides where State is tested and what has a checked copy. Nothing tests again what was tested on every way to it with no call in between: it belongs to
/// the copy that control comes from. Loops test in every iteration; try blocks and handlers begin anew, since control may enter them at their start only.
/// </summary>
internal static class CopyPlan
{
    /// <param name="code">The method.</param>
    /// <param name="segments">Its segments.</param>
    /// <param name="leaves">Whether the checked copy may become a method of its own, which is gone to from the start of a statement only.</param>
    internal static FlowGraph Make(MethodCode code, List<Segment> segments, bool leaves)
    {
        var graph = new FlowGraph(code, segments);
        if (code.Module.Untested) { return graph; }
        LoopCopy.Find(code, graph);
        var looping = graph.Loops.SelectMany(l => l.Body).ToHashSet();

        // A twin asks nothing, so it needs a test; one call alone, that no loop repeats, is as well served by the instrumented method and its own test.
        var probes = segments.ConvertAll(s => s.HasCheckedProbes || s.TwinCalls > (looping.Contains(s) ? 0 : 1)).ToArray();
        var tested = Tested(code, graph, probes);
        foreach (var segment in segments)
        {
            segment.Tests = probes[segment.Index] && !tested[segment.Index];
            segment.HasCheckedCopy = probes[segment.Index] || segment.Copy is not null;
        }

        if (leaves) { foreach (var segment in segments) { if (segment is { Tests: true, First.Depth: > 0 }) { TestStatement(code, graph, segment); } } }
        foreach (var loop in graph.Loops) { if (loop.Header.Copy is not null) { loop.Header.HeaderOf = loop; } }

        // A segment between two accesses is copied too, or the second access could not know.
        for (bool grown = true; grown;)
        {
            grown = false;
            foreach (var segment in segments)
            {
                if (segment.HasCheckedCopy || !tested[segment.Index] || !graph.Successors[segment.Index].Any(t => t.HasCheckedCopy && !t.Tests && tested[t.Index])) { continue; }
                segment.HasCheckedCopy = grown = true;
            }
        }

        return graph;
    }

    private static void TestStatement(MethodCode code, FlowGraph graph, Segment inside)
    {
        var start = graph.StartingAt(Segment.StatementOf(code, inside.First));
        if (start.First.Depth == 0 && start.Region == inside.Region) { start.Tests = start.HasCheckedCopy = true; }
    }

    /// <summary>Whether State was tested on every way to a segment, with no call after the test.</summary>
    private static bool[] Tested(MethodCode code, FlowGraph graph, bool[] probes)
    {
        var tested = new bool[graph.Segments.Count];
        var blocks = graph.Segments.ConvertAll(s => s.Ops.Any(code.Module.Calls.MayBlock));
        var headers = graph.Loops.Select(l => l.Header.Index).ToHashSet();
        foreach (var segment in graph.Segments)
        {
            tested[segment.Index] = segment.Start != segment.Region.Start && !headers.Contains(segment.Index) && graph.Predecessors[segment.Index].Length > 0;
        }

        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (var segment in graph.Segments)
            {
                if (!tested[segment.Index] || Array.TrueForAll(graph.Predecessors[segment.Index], p => Leaves(p, segment))) { continue; }
                tested[segment.Index] = false;
                changed = true;
            }
        }

        return tested;

        bool Leaves(Segment from, Segment to) => (probes[from.Index] || tested[from.Index]) && !blocks[from.Index] && from.Copy == to.Copy && from.Region == to.Region;
    }
}
