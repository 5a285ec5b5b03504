using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Emission;

/// <summary>
/// A loop without calls whose checked copy has locals of its own. A call anywhere in reach of a variable, even one that never runs, makes the JIT keep
/// it in memory: on x64 Linux every floating-point register is lost in a call. So no variable of the clean loop is in reach of a hook call: values go
/// over to the checked copy's locals, and back, through memory that the JIT cannot see through.
/// </summary>
internal sealed class LoopCopy
{
    private readonly MethodCode _code;
    private readonly Liveness _liveness;
    private readonly Dictionary<int, VariableDefinition> _own = [];

    private LoopCopy(MethodCode code, Liveness liveness, HashSet<Segment> body)
    {
        _code = code;
        _liveness = liveness;
        Body = body;
    }

    internal HashSet<Segment> Body { get; }

    /// <summary>The outermost loops that have accesses and no calls, of methods that are not too large for it.</summary>
    internal static void Find(MethodCode code, FlowGraph graph)
    {
        if (code.Ops.Count > MaxOps || graph.Loops.Count == 0) { return; }
        Liveness? liveness = null;
        foreach (var loop in graph.Loops.OrderByDescending(l => l.Body.Count))
        {
            if (loop.Header.Copy is not null || !IsFit(code, loop)) { continue; }
            liveness ??= new Liveness(code, graph);
            var copy = new LoopCopy(code, liveness, WithTail(code, graph, loop));
            copy.Split(graph);
            foreach (var segment in copy.Body) { segment.Copy = copy; }
        }
    }

    /// <summary>A larger method would grow too much.</summary>
    private const int MaxOps = 6000;

    /// <summary>What comes after the loop and can be reached from nowhere else belongs to it as long as nothing is called, so that it need not test again.</summary>
    private static HashSet<Segment> WithTail(MethodCode code, FlowGraph graph, Loop loop)
    {
        var body = loop.Body.ToHashSet();
        var headers = graph.Loops.Select(l => l.Header).ToHashSet();
        for (bool grown = true; grown;)
        {
            grown = false;
            foreach (var segment in graph.Segments)
            {
                grown |= !body.Contains(segment) && graph.Predecessors[segment.Index] is { Length: > 0 } before && Array.TrueForAll(before, body.Contains)
                    && !headers.Contains(segment) && segment.Copy is null && IsFit(code, segment, loop.Header.Region) && body.Add(segment);
            }
        }

        return body;
    }

    private static bool IsFit(MethodCode code, Loop loop) =>
        loop.Body.Any(s => s.HasCheckedProbes || s.TwinCalls > 0)
        && loop.Body.All(s => s.Copy is null && IsFit(code, s, loop.Header.Region));

    // Not with a leave at the end: nothing can be moved back on a way out of a try block.
    private static bool IsFit(MethodCode code, Segment segment, Region region) =>
        segment.Region == region && !region.IsInFilter && segment.Start != (region.Kind == RegionKind.Method ? -1 : region.Start)
        && segment.Ops.All(o => !code.Module.Calls.MayBlock(o) && o.Code is not Code.Localloc and not Code.Leave and not Code.Leave_S);

    /// <summary>The instruction of the checked copy: with its own local instead of the clean one.</summary>
    internal void Rename(Op op, Instruction clone)
    {
        int slot = _liveness.Slot(op);
        if (slot < 0 || !_own.TryGetValue(slot, out var own)) { return; }
        clone.OpCode = Liveness.IsStore(op) ? OpCodes.Stloc : Liveness.IsAddress(op) ? OpCodes.Ldloca : OpCodes.Ldloc;
        clone.Operand = own;
    }

    /// <summary>The checked copy's own local for a local of the program, or null when they share it.</summary>
    internal VariableDefinition? Own(VariableDefinition variable) => _own.GetValueOrDefault(variable.Index);

    /// <summary>Takes the locals of a checked copy that is not emitted out of the method.</summary>
    internal void Discard() { foreach (var own in _own.Values) { _code.Method.Body.Variables.Remove(own); } }

    /// <summary>Moves what is live at a segment to the checked copy's locals, or back.</summary>
    internal void Move(CodeWriter writer, Segment at, bool toChecked)
    {
        foreach (var (slot, own) in _own.OrderBy(o => o.Key))
        {
            if (!_liveness.IsLiveAt(slot, at)) { continue; }
            var through = writer.Opaque(own.VariableType);
            writer.Emit(OpCodes.Ldloca, through);
            if (toChecked) { LoadClean(writer, slot); } else { writer.Emit(OpCodes.Ldloc, own); }
            writer.Emit(OpCodes.Volatile);
            writer.Emit(OpCodes.Stobj, own.VariableType);
            writer.Emit(OpCodes.Ldloca, through);
            writer.Emit(OpCodes.Volatile);
            writer.Emit(OpCodes.Ldobj, own.VariableType);
            if (toChecked) { writer.Emit(OpCodes.Stloc, own); } else { StoreClean(writer, slot); }
        }
    }

    // Shared between the copies stay: what has its address taken for longer than a call; what a handler may read, since an exception can come from either copy; references into
    // objects, which must not pass through memory as numbers; and what the loop only reads if it fits a register that calls preserve.
    private void Split(FlowGraph graph)
    {
        var stored = new HashSet<int>();
        var used = new SortedSet<int>();
        foreach (var op in Body.SelectMany(s => s.Ops))
        {
            int slot = _liveness.Slot(op);
            if (slot < 0) { continue; }
            used.Add(slot);
            if (Liveness.IsStore(op)) { stored.Add(slot); }
        }

        var handlers = _code.Handlers.SelectMany(h => new[] { h.Catch.Start, h.Filter?.Start ?? -1 }).Where(s => s >= 0).Select(graph.StartingAt).ToList();
        foreach (int slot in used)
        {
            var type = _liveness.TypeOf(slot);
            if (_liveness.AddressEscapes[slot] || (_code.Method.HasThis && slot == _liveness.Locals) || handlers.Exists(h => _liveness.IsLiveAt(slot, h))) { continue; }
            if (TypeFacts.Bare(type) != type || type is ByReferenceType or PointerType or FunctionPointerType || type.MetadataType == MetadataType.TypedByReference) { continue; }
            if (!stored.Contains(slot) && !LosesRegisters(type)) { continue; }
            var own = new VariableDefinition(type);
            _code.Method.Body.Variables.Add(own);
            _own.Add(slot, own);
        }
    }

    private bool LosesRegisters(TypeReference type) => type.MetadataType is MetadataType.Single or MetadataType.Double || _code.Module.Types.ShapeOf(type).Shape == Shape.Value;

    private void LoadClean(CodeWriter writer, int slot)
    {
        if (slot < _liveness.Locals) { writer.Emit(OpCodes.Ldloc, _code.Method.Body.Variables[slot]); }
        else { writer.Add(Instruction.Create(OpCodes.Ldarg, Parameter(slot))); }
    }

    private void StoreClean(CodeWriter writer, int slot)
    {
        if (slot < _liveness.Locals) { writer.Emit(OpCodes.Stloc, _code.Method.Body.Variables[slot]); }
        else { writer.Add(Instruction.Create(OpCodes.Starg, Parameter(slot))); }
    }

    private ParameterDefinition Parameter(int slot) => _code.Method.Parameters[slot - _liveness.Locals - (_code.Method.HasThis ? 1 : 0)];
}
