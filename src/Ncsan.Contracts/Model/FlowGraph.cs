namespace Ncsan.Contracts.Model;

/// <summary>What happens at a node of a flow graph, as far as the rules care.</summary>
public enum FlowEvent : byte
{
    /// <summary>Nothing: straight code or a join.</summary>
    None,

    /// <summary>The call site <see cref="FlowNode.Site"/>. A tail call has no successors.</summary>
    Call,

    /// <summary>A region in which instrumented code is allowed begins.</summary>
    Begin,

    /// <summary>A region ends.</summary>
    End,

    /// <summary>The function returns.</summary>
    Return,
}

/// <summary>A node of a flow graph.</summary>
/// <param name="Event">What happens here, before control goes on to <paramref name="Next"/>.</param>
/// <param name="Offset">Where in the function.</param>
/// <param name="Site">For <see cref="FlowEvent.Call"/> the index into <see cref="Function.Calls"/>, else -1.</param>
/// <param name="Next">Indices of the nodes that may follow. None after a return, a tail call, or a call that does not return.</param>
public readonly record struct FlowNode(FlowEvent Event, int Offset, int Site, int[] Next);

/// <summary>
/// How control can go through one function, with exception, alternative and jump-table edges in it. Made on demand and only for protected
/// functions. Front ends may make a node an instruction or a block, as long as every event has a node of its own.
/// </summary>
/// <param name="Nodes">The nodes. Node 0 is the function's start.</param>
/// <param name="AlsoEntered">More nodes at which control can arrive from outside of this function with no region open (labels in hand-written code).</param>
/// <param name="Unresolved">Jumps whose targets could not be found: how many paths are missing from the graph.</param>
public sealed record FlowGraph(IReadOnlyList<FlowNode> Nodes, IReadOnlyList<int> AlsoEntered, IReadOnlyList<string> Unresolved)
{
    /// <summary>A graph that is entered at its start alone and has no unknown jumps.</summary>
    public FlowGraph(IReadOnlyList<FlowNode> nodes)
        : this(nodes, [], [])
    {
    }
}
