using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Rules;

/// <summary>What is wrong with the regions of a function.</summary>
internal enum RegionFault
{
    /// <summary>A path returns with a region open.</summary>
    ReturnInside,

    /// <summary>A path ends a region that it has not begun.</summary>
    EndWithoutBegin,

    /// <summary>A path begins a region inside a region, where regions do not nest; or does so again and again in a loop.</summary>
    BeginInside,
}

/// <summary>
/// Walks a flow graph with the number of open regions as part of the state, so that code reached both ways is seen both ways. Each (node, depth) is
/// visited once; objtool's state is the same pair.
/// </summary>
internal sealed class RegionWalk
{
    /// <summary>Regions nested deeper than this are a loop that begins one on every turn.</summary>
    private const int Deepest = 8;

    private readonly HashSet<int> _outside = [];
    private readonly HashSet<(int Node, RegionFault Fault)> _faults = [];

    internal RegionWalk(FlowGraph flow, bool regionsNest)
    {
        var seen = new HashSet<(int Node, int Depth)>();
        var pending = new Stack<(int Node, int Depth)>();
        void Enter(int node, int depth)
        {
            if (seen.Add((node, depth))) { pending.Push((node, depth)); }
        }

        if (flow.Nodes.Count > 0) { Enter(0, 0); }
        foreach (int node in flow.AlsoEntered) { Enter(node, 0); }
        while (pending.TryPop(out var at))
        {
            FlowNode node = flow.Nodes[at.Node];
            int depth = at.Depth;
            switch (node.Event)
            {
                case FlowEvent.Call when depth == 0 && node.Site >= 0:
                    _outside.Add(node.Site);
                    break;
                case FlowEvent.Begin when depth == Deepest || (depth > 0 && !regionsNest):
                    _faults.Add((at.Node, RegionFault.BeginInside));
                    break;
                case FlowEvent.Begin:
                    depth++;
                    break;
                case FlowEvent.End when depth == 0:
                    _faults.Add((at.Node, RegionFault.EndWithoutBegin));
                    break;
                case FlowEvent.End:
                    depth--;
                    break;
                case FlowEvent.Return when depth > 0:
                    _faults.Add((at.Node, RegionFault.ReturnInside));
                    break;
            }

            foreach (int next in node.Next) { Enter(next, depth); }
        }
    }

    /// <summary>Call sites that a path reaches with no region open, as indices into <see cref="Function.Calls"/>.</summary>
    internal IReadOnlyCollection<int> OutsideRegions => _outside;

    /// <summary>Nodes at which a path breaks the balance.</summary>
    internal IEnumerable<(int Node, RegionFault Fault)> Faults => _faults.Order();
}
