using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Elf.Code;

/// <summary>
/// Guesses regions in a linked kernel, where linking has thrown the notes away: <c>instrumentation_begin()</c> and <c>_end()</c> each leave a one-byte NOP.
/// A NOP outside of a region begins one; inside of one it ends it, unless a warning follows, which opens regions of its own. Where the guess does not
/// balance the NOPs are something else. A guess: the report says so.
/// </summary>
internal static class NopRegions
{
    private const int Reach = 16, Deepest = 4;

    /// <param name="nodes">The graph; events of NOP nodes are set.</param>
    /// <param name="nops">The one-byte NOPs.</param>
    /// <param name="warns">Whether a node is a warning's trap or its printing.</param>
    internal static void Apply(List<(FlowEvent Event, int Offset, int Site, List<int> Next)> nodes, List<int> nops, Func<int, bool> warns)
    {
        if (nops.Count == 0) { return; }
        var isNop = new HashSet<int>(nops);
        var seen = new HashSet<(int, int)> { (0, 0) };
        var pending = new Queue<(int Node, int Depth)>([(0, 0)]);
        while (pending.TryDequeue(out var at))
        {
            int depth = at.Depth;
            if (isNop.Contains(at.Node))
            {
                var node = nodes[at.Node];
                if (node.Event == FlowEvent.None) { nodes[at.Node] = node with { Event = depth == 0 || (depth < Deepest && LeadsToWarning(nodes, isNop, at.Node, warns)) ? FlowEvent.Begin : FlowEvent.End }; }
                depth = Math.Clamp(depth + (nodes[at.Node].Event == FlowEvent.Begin ? 1 : -1), 0, Deepest);
            }

            if (nodes[at.Node].Event == FlowEvent.Return && depth > 0)
            {
                foreach (int nop in nops) { nodes[nop] = nodes[nop] with { Event = FlowEvent.None }; }
                return;
            }

            foreach (int next in nodes[at.Node].Next)
            {
                if (seen.Add((next, depth))) { pending.Enqueue((next, depth)); }
            }
        }
    }

    // Straight on from here, before the next NOP.
    private static bool LeadsToWarning(List<(FlowEvent Event, int Offset, int Site, List<int> Next)> nodes, HashSet<int> isNop, int from, Func<int, bool> warns)
    {
        int at = from;
        for (int i = 0; i < Reach && nodes[at].Next.Count == 1; i++)
        {
            at = nodes[at].Next[0];
            if (warns(at)) { return true; }
            if (isNop.Contains(at)) { return false; }
        }

        return false;
    }
}
