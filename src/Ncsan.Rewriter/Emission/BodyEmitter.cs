using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;
using Ncsan.Runtime;
using Ncsan.Runtime.Races;

namespace Ncsan.Rewriter.Emission;

/// <summary>
/// Emits a body anew from its segments: the clean copy where the original was, with tests of State where the plan wants them, and the checked copies out
/// of the way at the end of their own try block or handler, so that exception regions hold by construction.
/// </summary>
/// <remarks>
/// <code>
/// segment:  ldsfld State; brtrue checked; clean copy ...   (falls into the next segment)
/// ...
/// checked:  checked copy ...; br next segment, or its checked copy where the way leads past no test
/// </code>
/// A loop that is copied (<see cref="LoopCopy"/>) has one more test in front of it. The checked copy comes back there, never to the header itself, so
/// that to the JIT the clean loop is a loop of its own:
/// <code>
/// front:    volatile. ldsfld State; brtrue over
/// header:   clean loop ... (volatile. ldsfld State; brtrue over' before the first access of an iteration) ... br header
/// over:     values to the checked copy's locals; checked loop ...; at its end: ldsfld State; brtrue checked header; values back; br front
/// </code>
/// Where the checked copy is a method of its own (<see cref="CheckedMethod"/>), the original has clean code only, outside of its try blocks, and a test leads out of it. The
/// body is then emitted twice, for the checked method first, because that takes clones.
/// </remarks>
internal sealed class BodyEmitter
{
    private readonly MethodCode _code;
    private readonly MethodDefinition _method;
    private readonly MethodBody _body;
    private readonly CheckedMethod? _checked;
    private readonly bool _isOriginal;
    private readonly HashSet<Segment> _looping;
    private readonly CodeWriter _writer;
    private readonly FlowGraph _graph;
    private readonly List<(Instruction Branch, Func<Instruction> Target)> _branches = [];
    private readonly List<(Instruction Switch, Func<Instruction>[] Targets)> _switches = [];
    private readonly List<(Segment Target, Action<Instruction> Use)> _ways = [];
    private readonly Instruction?[] _cleanStart;
    private readonly Range _sites;
    private readonly List<SequencePoint> _points = [];
    private SequencePoint? _statement;

    /// <param name="code">The method.</param>
    /// <param name="graph">Its plan.</param>
    /// <param name="sites">The sites of the method.</param>
    /// <param name="separate">The method that its checked copy is, if it is one.</param>
    /// <param name="original">Whether the original is emitted, or that other method.</param>
    internal BodyEmitter(MethodCode code, FlowGraph graph, Range sites, CheckedMethod? separate = null, bool original = true)
    {
        _code = code;
        _checked = separate;
        _isOriginal = original;
        _method = original ? code.Method : separate!.Method;
        _body = _method.Body;
        _writer = new CodeWriter(code.Module, _body, original ? null : code.Method);
        _graph = graph;
        _sites = sites;
        _looping = separate is null ? [] : graph.Loops.SelectMany(l => l.Body).ToHashSet();
        _cleanStart = new Instruction?[code.Ops.Count];
        if (!code.Module.Untested) { BarrierExits.Mark(graph); }
    }

    internal void Emit()
    {
        _code.Method.Body.SimplifyMacros();
        if (!_isOriginal) { _checked!.EmitEntry(_writer, EnterAt, EnterAtOneOf); }
        EmitRegion(_code.Root);
        Link();
        _body.Instructions.Clear();
        foreach (var instruction in _writer.Output) { _body.Instructions.Add(instruction); }
        if (_isOriginal) { DebugInformation.Remap(_code, _cleanStart, _points); }
        else { foreach (var point in _points) { _method.DebugInformation.SequencePoints.Add(point); } }
        _body.OptimizeMacros();
    }

    /// <summary>A checked method without loops is checked throughout.</summary>
    private bool IsCheckedThroughout => _code.Module.Untested || (!_isOriginal && !_checked!.HasLoops);

    /// <summary>Whether checked copies of the segments of a region are emitted, and tests that lead to them.</summary>
    private bool HasCopies(Region region) => !IsCheckedThroughout && !(IsLeftFrom(region));

    /// <summary>Whether tests in a region lead to the checked method.</summary>
    private bool IsLeftFrom(Region region) => _checked is not null && _isOriginal && region == _code.Root;

    private void EnterAt(Segment segment)
    {
        if (!IsCheckedThroughout && segment.Copy is { } copy) { copy.Move(_writer, segment, toChecked: true); }
        Jump(CheckedStart(segment));
    }

    private void EnterAtOneOf(Segment[] segments)
    {
        var instruction = Instruction.Create(OpCodes.Switch, new Instruction[segments.Length]);
        _writer.Add(instruction);
        var targets = new Func<Instruction>[segments.Length];
        var rest = Branch(OpCodes.Br);
        for (int i = 0; i < segments.Length; i++)
        {
            if (IsCheckedThroughout || segments[i].Copy is null) { targets[i] = CheckedStart(segments[i]); continue; }
            Instruction? way = null;
            targets[i] = () => way!;
            When(first => way = first);
            EnterAt(segments[i]);
        }

        _switches.Add((instruction, targets));
        _branches.Add((rest, targets[0]));
    }

    private Func<Instruction> CheckedStart(Segment segment) => IsCheckedThroughout ? () => segment.Entry! : () => segment.CheckedEntry!;

    private void EmitRegion(Region region)
    {
        When(first => region.First = first);
        var late = new List<Action>(); // may grow while it is worked off: a front has a way over of its own
        for (int at = region.Start; at < region.End;)
        {
            if (region.Children.Find(c => c.Start == at) is { } child)
            {
                EmitRegion(child);
                at = child.End;
                continue;
            }

            var segment = _graph.StartingAt(at);
            EmitClean(segment, late);
            at = segment.End;
        }

        for (int i = 0; i < late.Count; i++) { late[i](); }
        if (HasCopies(region)) { foreach (var segment in _graph.Segments) { if (segment.HasCheckedCopy && segment.Region == region) { EmitChecked(segment); } } }
        When(after => region.After = after);
    }

    private void EmitClean(Segment segment, List<Action> late)
    {
        _writer.Copy = IsCheckedThroughout ? Copies.Checked : Copies.Clean;
        if (segment.HeaderOf is { } loop && HasCopies(segment.Region))
        {
            bool comesRound = segment.Index > 0 && _graph.Segments[segment.Index - 1] is { FallsThrough: true } previous && loop.Body.Contains(previous);
            if (comesRound) { late.Add(() => { EmitFront(segment, late); Jump(() => segment.Inner!); }); } else { EmitFront(segment, late); }
            When(first => segment.Inner = first);
        }
        else
        {
            When(first => segment.Entry = segment.Inner = first);
        }

        if (IsLeftFrom(segment.Region)) { if (CheckedMethod.IsExit(segment)) { EmitWayOut(segment, late); } }
        else if (segment.Tests && HasCopies(segment.Region)) { EmitTest(segment, late); }
        foreach (var op in segment.Ops)
        {
            Mark(op);
            When(first => _cleanStart[op.Index] = first);
            if (_isOriginal) { EmitOp(op, op.Instruction, op.Prefixes, segment); } else { EmitOp(op, Clone(op.Instruction), Array.ConvertAll(op.Prefixes, Clone), segment); }
        }
    }

    /// <summary>The test in front of a copied loop.</summary>
    private void EmitFront(Segment header, List<Action> late)
    {
        When(first => header.Entry = first);
        EmitTest(header, late);
    }

    /// <summary>The test that leads to the checked method. Within a loop State is loaded as volatile, or the JIT would load it once in front of the loop.</summary>
    private void EmitWayOut(Segment segment, List<Action> late)
    {
        Mark(segment.First);
        if (_looping.Contains(segment)) { _writer.Emit(OpCodes.Volatile); }
        _writer.Emit(OpCodes.Ldsfld, _code.Module.Hooks.State);
        var branch = Branch(OpCodes.Brtrue);
        late.Add(() =>
        {
            Mark(segment.First);
            When(first => branch.Operand = first);
            _checked!.EmitExit(_writer, segment);
        });
    }

    private void EmitTest(Segment segment, List<Action> late)
    {
        Mark(segment.First);
        if (segment.Copy is not null) { _writer.Emit(OpCodes.Volatile); }
        _writer.Emit(OpCodes.Ldsfld, _code.Module.Hooks.State);
        var branch = Branch(OpCodes.Brtrue);
        if (segment.Copy is not { } copy) { _branches.Add((branch, () => segment.CheckedEntry!)); return; }
        late.Add(() =>
        {
            Mark(segment.First);
            When(first => branch.Operand = first);
            copy.Move(_writer, segment, toChecked: true);
            Jump(() => segment.CheckedEntry!);
        });
    }

    private void EmitChecked(Segment segment)
    {
        _writer.Copy = Copies.Checked;
        _writer.Loop = segment.Copy;
        When(first => segment.CheckedEntry = first);
        foreach (var op in segment.Ops)
        {
            Mark(op);
            var clone = Clone(op.Instruction);
            segment.Copy?.Rename(op, clone);
            EmitOp(op, clone, Array.ConvertAll(op.Prefixes, Clone), segment);
        }

        _writer.Loop = null;
        if (segment.FallsThrough) { EmitWay(segment, _graph.StartingAt(segment.End)); }
        foreach (var (target, use) in _ways)
        {
            When(use);
            EmitWay(segment, target);
        }

        _ways.Clear();
    }

    /// <summary>The way from a checked copy to what follows it.</summary>
    private void EmitWay(Segment from, Segment to)
    {
        Mark(from.Last);
        EmitWord(to);
        if (Direct(from, to) is { } direct) { Jump(direct); return; }
        if (from.Copy == to.Copy)
        {
            _writer.Emit(OpCodes.Volatile);
            _writer.Emit(OpCodes.Ldsfld, _code.Module.Hooks.State);
            _branches.Add((Branch(OpCodes.Brtrue), () => to.CheckedEntry!));
        }

        from.Copy!.Move(_writer, to, toChecked: false);
        Jump(() => to.Entry!);
    }

    /// <summary>Where a checked copy can jump to at once, or null when values have to be moved first.</summary>
    private Func<Instruction>? Direct(Segment from, Segment to)
    {
        if (!HasCopies(to.Region)) { return () => to.Entry!; }
        if (from.Copy is null) { return to is { HasCheckedCopy: true, Tests: false, Copy: null, HeaderOf: null } ? () => to.CheckedEntry! : () => to.Entry!; }
        return from.Copy == to.Copy && to.HeaderOf is null ? () => to.CheckedEntry! : null;
    }

    /// <summary>What the weak-memory model has to know of an op right before it happens, and after its own accesses.</summary>
    private void EmitOrder(Op op)
    {
        if (op.OrdersMemory) { EmitBarrier(); }

        // Out of a try block or handler leads nothing but this instruction, so the word is said before it.
        if (!IsCheckedThroughout && op.Code is Code.Leave or Code.Leave_S && _graph.StartingAt(_code.At((Instruction)op.Operand!).Index) is var target) { EmitWord(target); }

        // A tail call leaves before its callee begins, and nothing may stand between it and its return.
        if (BarrierExits.IsExit(op) && !(op.Index > 0 && _code.Ops[op.Index - 1].HasPrefix(Code.Tail))) { EmitExit(); }
    }

    /// <summary>Whether the way from a checked copy to clean code has to say what that keeps to itself.</summary>
    private bool NeedsWord(Segment from, Segment to) => !IsCheckedThroughout && (to.LeadsToOrdering || to.LeadsToExit) && from.Last.Code is not (Code.Leave or Code.Leave_S);

    private void EmitWord(Segment to)
    {
        if (to.LeadsToOrdering) { EmitBarrier(); }
        if (to.LeadsToExit) { EmitExit(); }
    }

    // Nothing of the framework's is held back, so there nothing is to be said.
    private void EmitBarrier()
    {
        if (_code.Module.Framework is not null) { return; }
        _writer.Constant((int)BarrierKind.Full);
        _writer.Hook(nameof(Hooks.Barrier));
    }

    private void EmitExit()
    {
        if (_code.Module.Framework is not null) { return; }
        (int first, int count) = _sites.GetOffsetAndLength(_sites.End.Value);
        if (count == 0) { return; }
        _writer.Site(first);
        _writer.Constant(count);
        _writer.Hook(nameof(Hooks.MethodExit));
    }

    private void EmitOp(Op op, Instruction instruction, Instruction[] prefixes, Segment segment)
    {
        if (op.Before is { } before) { foreach (var probe in before) { if ((probe.Copies & _writer.Copy) != 0) { probe.Emit(_writer); } } }
        if (op.Call is { } call) { call.Emit(_writer, Body); } else { Body(); }
        _writer.EndOp();

        void Body()
        {
            if ((segment.HasCheckedCopy || IsCheckedThroughout) && !_code.Module.Untested && _writer.Copy == Copies.Checked) { EmitOrder(op); }
            if (op.Instead?.FindLast(p => (p.Copies & _writer.Copy) != 0) is { Emit: { } replacement }) { replacement(_writer); return; }
            if (op.Twin is { } twin && segment.HasCheckedCopy && _writer.Copy == Copies.Clean) { _writer.Emit(op.Instruction.OpCode, twin); return; }
            foreach (var prefix in prefixes) { _writer.Add(prefix); }
            _writer.Add(instruction);
            if (op.Operand is Instruction target) { Lead(instruction, segment, _graph.StartingAt(_code.At(target).Index)); }
            else if (op.Operand is Instruction[] targets) { Lead(instruction, segment, Array.ConvertAll(targets, t => _graph.StartingAt(_code.At(t).Index))); }
        }
    }

    private void Lead(Instruction branch, Segment from, Segment to)
    {
        if (Destination(from, to) is { } target) { _branches.Add((branch, target)); }
        else { _ways.Add((to, way => branch.Operand = way)); }
    }

    private void Lead(Instruction branch, Segment from, Segment[] to)
    {
        var targets = new Func<Instruction>[to.Length];
        for (int i = 0; i < to.Length; i++)
        {
            int at = i;
            targets[at] = Destination(from, to[at]) ?? (() => throw new InvalidOperationException("a way was not emitted"));
            if (Destination(from, to[at]) is null) { _ways.Add((to[at], way => targets[at] = () => way)); }
        }

        _switches.Add((branch, targets));
    }

    private Func<Instruction>? Destination(Segment from, Segment to) => _writer.Copy == Copies.Checked ? (NeedsWord(from, to) ? null : Direct(from, to))
        : to.HeaderOf is { } loop && loop.Body.Contains(from) ? () => to.Inner! : () => to.Entry!;

    /// <summary>Every run of emitted code begins with the sequence point of its statement; a test belongs to the statement that it stands before.</summary>
    private void Mark(Op op)
    {
        if (op.Statement is not { } statement || statement == _statement) { return; }
        _statement = statement;
        When(first => _points.Add(DebugInformation.At(first, statement)));
    }

    private void When(Action<Instruction> act)
    {
        var before = _writer.OnNext;
        _writer.OnNext = before is null ? act : first => { before(first); act(first); };
    }

    private void Jump(Func<Instruction> target) => _branches.Add((Branch(OpCodes.Br), target));

    private Instruction Branch(OpCode code)
    {
        var branch = Instruction.Create(code, _code.Ops[0].Instruction);
        _writer.Add(branch);
        return branch;
    }

    private void Link()
    {
        foreach (var (branch, target) in _branches) { branch.Operand = target(); }
        foreach (var (instruction, targets) in _switches) { instruction.Operand = Array.ConvertAll(targets, t => t()); }
        foreach (var (original, tried, filter, caught) in _code.Handlers)
        {
            var handler = _isOriginal ? original : new ExceptionHandler(original.HandlerType) { CatchType = original.CatchType };
            if (!_isOriginal) { _body.ExceptionHandlers.Add(handler); }
            handler.TryStart = tried.First;
            handler.TryEnd = tried.After;
            handler.FilterStart = filter?.First;
            handler.HandlerStart = caught.First;
            handler.HandlerEnd = caught.After;
        }
    }

    private static Instruction Clone(Instruction instruction)
    {
        var clone = Instruction.Create(OpCodes.Nop);
        clone.OpCode = instruction.OpCode;
        clone.Operand = instruction.Operand;
        return clone;
    }
}
