using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Bodies;

/// <summary>A run of ops without a way in or out except at its ends: a basic block, or a part of one.</summary>
internal sealed class Segment(MethodCode code, int start, int end)
{
    internal int Start { get; } = start;

    /// <summary>The index after the last op.</summary>
    internal int End { get; } = end;

    /// <summary>The place among the segments of its method.</summary>
    internal int Index { get; set; }

    internal IEnumerable<Op> Ops { get { for (int i = Start; i < End; i++) { yield return code.Ops[i]; } } }

    internal Op First => code.Ops[Start];

    internal Op Last => code.Ops[End - 1];

    internal Region Region => First.Region;

    /// <summary>Whether control can run on into the next segment.</summary>
    internal bool FallsThrough => Last.Instruction.OpCode.FlowControl is not (FlowControl.Branch or FlowControl.Return or FlowControl.Throw);

    /// <summary>Where control can go from here, exceptions aside.</summary>
    internal IEnumerable<Segment> Successors(MethodCode code, IReadOnlyDictionary<int, Segment> byStart)
    {
        if (FallsThrough && byStart.TryGetValue(End, out var next)) { yield return next; }
        if (Last.Operand is Instruction target) { yield return byStart[code.At(target).Index]; }
        else if (Last.Operand is Instruction[] targets) { foreach (var t in targets) { yield return byStart[code.At(t).Index]; } }
    }

    internal int TwinCalls => Ops.Count(o => o.Twin is not null);

    internal bool HasCheckedProbes => Ops.Any(o => o.HasCheckedProbes);

    /// <summary>Whether State is tested on the way in. If not, and there is a checked copy, the copy is the one that control comes from.</summary>
    internal bool Tests { get; set; }

    /// <summary>Whether there is a checked copy.</summary>
    internal bool HasCheckedCopy { get; set; }

    /// <summary>The copied loop that the segment is part of, or null.</summary>
    internal LoopCopy? Copy { get; set; }

    /// <summary>The loop that the segment is the header of, if it is copied: a test stands in front of it, where control comes in from outside.</summary>
    internal Loop? HeaderOf { get; set; }

    /// <summary>Whether this is clean code that orders memory, or leads to such, without saying so: whoever comes from a checked copy has to say it.</summary>
    internal bool LeadsToOrdering { get; set; }

    /// <summary>The same, where the method is left.</summary>
    internal bool LeadsToExit { get; set; }

    /// <summary>Where clean code enters: a test, or the clean copy.</summary>
    internal Instruction? Entry { get; set; }

    /// <summary>Where the clean code of a copied loop comes back to its header: past the test in front of the loop.</summary>
    internal Instruction? Inner { get; set; }

    /// <summary>Where the checked copy begins.</summary>
    internal Instruction? CheckedEntry { get; set; }

    /// <summary>
    /// Cuts a method: where control enters or leaves, and, where the stack is empty, between calls and the accesses that follow them, since State may have
    /// risen while the call was under way.
    /// </summary>
    /// <param name="code">The method.</param>
    /// <param name="statements">Also where a statement begins that has a way in with values on the stack.</param>
    internal static List<Segment> Cut(MethodCode code, bool statements = false)
    {
        var ops = code.Ops;
        var leader = new bool[ops.Count + 1];
        leader[0] = leader[ops.Count] = true;
        foreach (var op in ops)
        {
            if (op.Operand is Instruction target) { leader[code.At(target).Index] = true; }
            else if (op.Operand is Instruction[] targets) { foreach (var t in targets) { leader[code.At(t).Index] = true; } }
            if (op.Instruction.OpCode.FlowControl is FlowControl.Branch or FlowControl.Cond_Branch or FlowControl.Return or FlowControl.Throw) { leader[op.Index + 1] = true; }
        }

        MarkRegions(code.Root, leader);
        CutStatements(code, leader);
        if (statements) { foreach (var op in code.Ops) { if (op.Depth > 0 && leader[op.Index]) { leader[StatementOf(code, op)] = true; } } }
        var segments = new List<Segment>();
        for (int start = 0; start < ops.Count;)
        {
            int end = start + 1;
            while (!leader[end]) { end++; }
            segments.Add(new(code, start, end));
            start = end;
        }

        return segments;
    }

    /// <summary>The op with which the statement around an op begins: the last one before it that finds the stack empty.</summary>
    internal static int StatementOf(MethodCode code, Op op)
    {
        int start = op.Index;
        while (start > op.Region.Start && (code.Ops[start].Depth > 0 || code.Ops[start].Region != op.Region)) { start--; }
        return start;
    }

    private static void MarkRegions(Region region, bool[] leader)
    {
        leader[region.Start] = leader[region.End] = true;
        foreach (var child in region.Children) { MarkRegions(child, leader); }
    }

    // A test stands right before the first statement that has an access, so that what comes earlier is not copied for nothing.
    private static void CutStatements(MethodCode code, bool[] leader)
    {
        bool tested = false;
        int statement = -1;
        foreach (var op in code.Ops)
        {
            if (leader[op.Index]) { tested = false; statement = -1; }
            if (op.Depth == 0) { statement = op.Index; }
            if ((op.HasCheckedProbes || op.Twin is not null) && !tested)
            {
                if (statement >= 0) { leader[statement] = true; }
                tested = true;
            }

            if (code.Module.Calls.MayBlock(op)) { tested = false; statement = -1; }
        }
    }
}
