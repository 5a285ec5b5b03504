using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Bodies;

/// <summary>A value on the evaluation stack.</summary>
/// <param name="Type">Its static type, or null when not known.</param>
/// <param name="Producer">The op that made it, or null after a merge of several.</param>
/// <param name="OnStack">Whether it is known to be the address of something on the thread's own stack.</param>
internal readonly record struct StackEntry(TypeReference? Type, Op? Producer, bool OnStack)
{
    /// <summary>Whether it is a struct itself, not its address.</summary>
    internal bool IsStructValue => Type is not null && TypeFacts.Bare(Type) is { } t && (t.IsValueType || t.IsGenericParameter) && !t.IsPrimitive;
}

/// <summary>In which copies of a block something is emitted.</summary>
[Flags]
internal enum Copies
{
    /// <summary>The copy that runs while State is up.</summary>
    Checked = 1,

    /// <summary>The copy that runs while State is down.</summary>
    Clean = 2,

    /// <summary>Both: the event must never be missed, whatever State is.</summary>
    Both = Checked | Clean,
}

/// <summary>Code that a pass adds to an op.</summary>
internal readonly record struct Probe(Copies Copies, Action<CodeWriter> Emit);

/// <summary>One IL instruction with its prefixes, what is on the stack before it, and what passes add to it.</summary>
internal sealed class Op(int index, Instruction instruction, Instruction[] prefixes)
{
    private VariableDefinition? _kept, _keptIndex;

    internal int Index { get; } = index;

    internal Instruction Instruction { get; } = instruction;

    internal Instruction[] Prefixes { get; } = prefixes;

    /// <summary>The original offset of the first prefix, or of the instruction.</summary>
    internal int Offset { get; } = prefixes.Length > 0 ? prefixes[0].Offset : instruction.Offset;

    internal Code Code => Instruction.OpCode.Code;

    internal object? Operand => Instruction.Operand;

    /// <summary>The values that the op pops, deepest first; null when it is never reached.</summary>
    internal StackEntry[]? Inputs { get; set; }

    /// <summary>How many values are on the stack before the op.</summary>
    internal int Depth { get; set; }

    /// <summary>The sequence point that begins here, or null.</summary>
    internal SequencePoint? Point { get; set; }

    /// <summary>The sequence point that the op belongs to, or null.</summary>
    internal SequencePoint? Statement { get; set; }

    internal Region Region { get; set; } = null!;

    /// <summary>What is emitted before the op, in order.</summary>
    internal List<Probe>? Before { get; private set; }

    /// <summary>What is emitted instead of the op's own instruction, by copy.</summary>
    internal List<Probe>? Instead { get; private set; }

    /// <summary>What passes asked of a call, or null.</summary>
    internal CallPlan? Call { get; set; }

    /// <summary>The raw twin of the small method that the op calls, for clean copies that stand behind a test; or null.</summary>
    internal MethodReference? Twin { get; set; }

    /// <summary>Whether the op is a call that may order what the weak-memory model holds back. The checked copy says so; it is no reason to test State.</summary>
    internal bool OrdersMemory { get; set; }

    internal bool IsVolatile => IsMarked || HasPrefix(Code.Volatile);

    /// <summary>Whether its access counts as marked though it has no prefix.</summary>
    internal bool IsMarked { get; set; }

    /// <summary>Whether it is the load or the store of a read-modify-write.</summary>
    internal bool IsOfUpdate { get; set; }

    internal bool HasProbes => Before is not null || Instead is not null || Call is not null;

    /// <summary>Whether something is missed when the clean copy runs while State is up, the accesses of a twin aside.</summary>
    internal bool HasCheckedProbes => Any(Before) || Any(Instead) || Call is { HasChecked: true };

    internal bool HasPrefix(Code code) => Array.Exists(Prefixes, p => p.OpCode.Code == code);

    /// <summary>Adds code in front of the op in the checked copy. It finds the op's inputs on the stack and must leave them there.</summary>
    internal void Checked(Action<CodeWriter> emit) => (Before ??= []).Add(new(Copies.Checked, emit));

    /// <summary>The same in both copies: for events that must never be missed.</summary>
    internal void Always(Action<CodeWriter> emit) => (Before ??= []).Add(new(Copies.Both, emit));

    /// <summary>Emits other code instead of the op in the given copies.</summary>
    internal void Replace(Copies copies, Action<CodeWriter> emit) => (Instead ??= []).Add(new(copies, emit));

    /// <summary>A local that has what is on top of the stack before the op, an object, for whoever comes after it. Null where another copy of the code has taken over in between.</summary>
    internal VariableDefinition Keep(MethodCode code)
    {
        if (_kept is { } known) { return known; }
        var kept = _kept = new VariableDefinition(code.Module.Module.TypeSystem.Object);
        code.Method.Body.Variables.Add(kept);
        Always(w =>
        {
            w.Emit(OpCodes.Dup);
            w.Emit(OpCodes.Stloc, kept);
        });
        return kept;
    }

    /// <summary>The same for an array and an index into it.</summary>
    internal (VariableDefinition Array, VariableDefinition Index) KeepElement(MethodCode code)
    {
        if (_keptIndex is { } known) { return (_kept!, known); }
        VariableDefinition array = _kept = new(code.Module.Module.TypeSystem.Object), index = _keptIndex = new(code.Module.Module.TypeSystem.Int32);
        code.Method.Body.Variables.Add(array);
        code.Method.Body.Variables.Add(index);
        Always(w =>
        {
            w.Emit(OpCodes.Stloc, index);
            w.Emit(OpCodes.Dup);
            w.Emit(OpCodes.Stloc, array);
            w.Emit(OpCodes.Ldloc, index);
        });
        return (array, index);
    }

    private static bool Any(List<Probe>? probes) => probes is not null && probes.Exists(p => (p.Copies & Copies.Checked) != 0 && (p.Copies & Copies.Clean) == 0);

    public override string ToString() => Instruction.ToString();
}
