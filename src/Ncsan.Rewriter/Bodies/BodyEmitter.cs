using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;
using Ncsan.Runtime;
using Ncsan.Runtime.Races;

namespace Ncsan.Rewriter.Bodies;

/// <summary>
/// Emits a body anew from its segments: the clean copy where the original was, with a test of State at the entry of segments that have accesses,
/// and the checked copies out of the way at the end of their own try block or handler, so that exception regions hold by construction.
/// </summary>
/// <remarks>
/// <code>
/// segment:  ldsfld State; brtrue checked; clean copy ...   (falls into the next segment)
/// ...
/// checked:  checked copy ...; br next segment
/// </code>
/// </remarks>
internal sealed class BodyEmitter
{
    private readonly MethodCode _code;
    private readonly MethodBody _body;
    private readonly CodeWriter _writer;
    private readonly List<Segment> _segments;
    private readonly Dictionary<int, Segment> _byStart;
    private readonly List<(Instruction Branch, Segment Target, Copies From)> _branches = [];
    private readonly List<(Instruction Branch, Segment Segment)> _tests = [];
    private readonly List<(Instruction Switch, Segment[] Targets, Copies From)> _switches = [];
    private readonly Instruction?[] _cleanStart;
    private readonly List<SequencePoint> _points = [];
    private SequencePoint? _statement;

    internal BodyEmitter(MethodCode code, List<Segment> segments)
    {
        _code = code;
        _body = code.Method.Body;
        _writer = new CodeWriter(code.Module, _body);
        _segments = segments;
        _byStart = segments.ToDictionary(s => s.Start);
        _cleanStart = new Instruction?[code.Ops.Count];
        BarrierExits.Mark(code, segments, _byStart);
    }

    internal void Emit()
    {
        _body.SimplifyMacros();
        EmitRegion(_code.Root);
        Link();
        _body.Instructions.Clear();
        foreach (var instruction in _writer.Output) { _body.Instructions.Add(instruction); }
        DebugInformation.Remap(_code, _cleanStart, _points);
        _body.OptimizeMacros();
    }

    private void EmitRegion(Region region)
    {
        When(first => region.First = first);
        for (int at = region.Start; at < region.End;)
        {
            if (region.Children.Find(c => c.Start == at) is { } child)
            {
                EmitRegion(child);
                at = child.End;
                continue;
            }

            var segment = _byStart[at];
            EmitClean(segment);
            at = segment.End;
        }

        foreach (var segment in _segments) { if (segment.HasCheckedCopy && segment.Region == region) { EmitChecked(segment); } }
        When(after => region.After = after);
    }

    private void EmitClean(Segment segment)
    {
        _writer.Copy = Copies.Clean;
        When(first => segment.Entry = first);
        if (segment.Tests)
        {
            Mark(segment.First);
            _writer.Emit(OpCodes.Ldsfld, _code.Module.Hooks.State);
            var branch = Instruction.Create(OpCodes.Brtrue, segment.First.Instruction);
            _writer.Add(branch);
            _tests.Add((branch, segment));
        }

        foreach (var op in segment.Ops)
        {
            Mark(op);
            When(first => _cleanStart[op.Index] = first);
            EmitOp(op, op.Instruction, op.Prefixes);
        }
    }

    private void EmitChecked(Segment segment)
    {
        _writer.Copy = Copies.Checked;
        When(first => segment.CheckedEntry = first);
        foreach (var op in segment.Ops)
        {
            Mark(op);
            if (op.OrdersMemory || (segment.OrdersAtExit && op == segment.Last)) { EmitBarrier(); }
            EmitOp(op, Clone(op.Instruction), Array.ConvertAll(op.Prefixes, Clone));
        }

        if (!segment.FallsThrough) { return; }
        var branch = Instruction.Create(OpCodes.Br, segment.First.Instruction);
        _writer.Add(branch);
        _branches.Add((branch, _byStart[segment.End], Copies.Checked));
    }

    private void EmitBarrier()
    {
        _writer.Constant((int)BarrierKind.Full);
        _writer.Hook(nameof(Hooks.Barrier));
    }

    private void EmitOp(Op op, Instruction instruction, Instruction[] prefixes)
    {
        if (op.Before is { } before) { foreach (var probe in before) { if ((probe.Copies & _writer.Copy) != 0) { probe.Emit(_writer); } } }
        if (op.Call is { } call) { call.Emit(_writer, Body); } else { Body(); }
        _writer.EndOp();

        void Body()
        {
            if (op.Instead?.FindLast(p => (p.Copies & _writer.Copy) != 0) is { Emit: { } replacement }) { replacement(_writer); return; }
            foreach (var prefix in prefixes) { _writer.Add(prefix); }
            _writer.Add(instruction);
            if (instruction.Operand is Instruction target) { _branches.Add((instruction, _byStart[_code.At(target).Index], _writer.Copy)); }
            else if (instruction.Operand is Instruction[] targets) { _switches.Add((instruction, Array.ConvertAll(targets, t => _byStart[_code.At(t).Index]), _writer.Copy)); }
        }
    }

    /// <summary>Every run of emitted code begins with the sequence point of its statement; the test belongs to the statement that it stands before.</summary>
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

    private void Link()
    {
        foreach (var (branch, segment) in _tests) { branch.Operand = segment.CheckedEntry; }
        foreach (var (branch, target, from) in _branches) { branch.Operand = Destination(target, from); }
        foreach (var (instruction, targets, from) in _switches) { instruction.Operand = Array.ConvertAll(targets, t => Destination(t, from)); }
        foreach (var (handler, tried, filter, caught) in _code.Handlers)
        {
            handler.TryStart = tried.First;
            handler.TryEnd = tried.After;
            handler.FilterStart = filter?.First;
            handler.HandlerStart = caught.First;
            handler.HandlerEnd = caught.After;
        }
    }

    /// <summary>Checked code stays in checked code where the way leads past no test.</summary>
    private Instruction Destination(Segment target, Copies from) =>
        from == Copies.Checked && target.HasCheckedCopy && !target.Tests ? target.CheckedEntry! : target.Entry!;

    private static Instruction Clone(Instruction instruction)
    {
        var clone = Instruction.Create(OpCodes.Nop);
        clone.OpCode = instruction.OpCode;
        clone.Operand = instruction.Operand;
        return clone;
    }
}
