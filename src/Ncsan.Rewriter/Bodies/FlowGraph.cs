using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Bodies;

/// <summary>A natural loop: a header that every iteration passes, and the segments from which it is reached again.</summary>
internal sealed record Loop(Segment Header, HashSet<Segment> Body);

/// <summary>The segments of a method with their successors, predecessors and loops.</summary>
internal sealed class FlowGraph
{
    private readonly Dictionary<int, Segment> _byStart;

    internal FlowGraph(MethodCode code, List<Segment> segments)
    {
        Segments = segments;
        _byStart = segments.ToDictionary(s => s.Start);
        for (int i = 0; i < segments.Count; i++) { segments[i].Index = i; }
        Successors = segments.ConvertAll(s => s.Successors(code, _byStart).Distinct().ToArray()).ToArray();
        var predecessors = segments.ConvertAll(_ => new List<Segment>());
        foreach (var segment in segments) { foreach (var next in Successors[segment.Index]) { predecessors[next.Index].Add(segment); } }
        Predecessors = predecessors.ConvertAll(p => p.ToArray()).ToArray();
        Loops = FindLoops();
    }

    internal List<Segment> Segments { get; }

    internal Segment[][] Successors { get; }

    internal Segment[][] Predecessors { get; }

    internal List<Loop> Loops { get; }

    internal Segment StartingAt(int op) => _byStart[op];

    /// <summary>The loops of a method with one way in, each as the indices of its ops in order, before any pass has looked at it.</summary>
    internal static List<int[]> LoopsOf(MethodCode code)
    {
        if (!code.Ops.Exists(o => o.Operand is Instruction target && code.At(target).Index <= o.Index)) { return []; }
        var graph = new FlowGraph(code, Segment.Cut(code));

        // Who goes back from the end of a loop and comes to the method's beginning has gone past the header: there is a second way in.
        return [.. graph.Loops.Where(l => l.Header.Start == 0 || l.Body.All(s => s.Start != 0)).Select(l => l.Body.SelectMany(s => s.Ops).Select(o => o.Index).Order().ToArray())];
    }

    // An edge to a segment that the depth-first search is still in goes backwards.
    private List<Loop> FindLoops()
    {
        var state = new byte[Segments.Count];
        var bodies = new Dictionary<Segment, HashSet<Segment>>();
        var path = new Stack<(Segment Segment, int Next)>();
        foreach (var root in Segments)
        {
            if (state[root.Index] != 0) { continue; }
            state[root.Index] = 1;
            path.Push((root, 0));
            while (path.TryPop(out var at))
            {
                if (at.Next == Successors[at.Segment.Index].Length) { state[at.Segment.Index] = 2; continue; }
                path.Push((at.Segment, at.Next + 1));
                var next = Successors[at.Segment.Index][at.Next];
                if (state[next.Index] == 0) { state[next.Index] = 1; path.Push((next, 0)); }
                else if (state[next.Index] == 1) { Grow(bodies, next, at.Segment); }
            }
        }

        return [.. bodies.OrderBy(b => b.Key.Start).Select(b => new Loop(b.Key, b.Value))];
    }

    private void Grow(Dictionary<Segment, HashSet<Segment>> bodies, Segment header, Segment latch)
    {
        if (!bodies.TryGetValue(header, out var body)) { bodies[header] = body = [header]; }
        var pending = new Stack<Segment>([latch]);
        while (pending.TryPop(out var segment)) { if (body.Add(segment)) { foreach (var previous in Predecessors[segment.Index]) { pending.Push(previous); } } }
    }
}
