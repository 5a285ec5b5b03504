using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Elf;

/// <summary>
/// Guesses regions in a linked kernel, where linking has thrown the notes away: <c>instrumentation_begin()</c> and <c>_end()</c> each leave a one-byte NOP.
/// Taken in turns along a path they are begin and end; where that does not balance they are something else. A guess: the report says so.
/// </summary>
internal static class NopRegions
{
    internal static void Apply(List<(FlowEvent Event, int Offset, int Site, List<int> Next)> nodes, List<int> nops)
    {
        if (nops.Count == 0) { return; }
        var isNop = new HashSet<int>(nops);
        var seen = new HashSet<(int, bool)> { (0, false) };
        var pending = new Queue<(int Node, bool Open)>([(0, false)]);
        while (pending.TryDequeue(out var at))
        {
            bool open = at.Open;
            if (isNop.Contains(at.Node))
            {
                var node = nodes[at.Node];
                if (node.Event == FlowEvent.None) { nodes[at.Node] = node with { Event = open ? FlowEvent.End : FlowEvent.Begin }; }
                open = nodes[at.Node].Event == FlowEvent.Begin;
            }

            if (nodes[at.Node].Event == FlowEvent.Return && open)
            {
                // The guess does not balance, so these are NOPs of another kind (alignment, padding).
                foreach (int nop in nops) { nodes[nop] = nodes[nop] with { Event = FlowEvent.None }; }
                return;
            }

            foreach (int next in nodes[at.Node].Next)
            {
                if (seen.Add((next, open))) { pending.Enqueue((next, open)); }
            }
        }
    }
}
