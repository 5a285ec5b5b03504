using System.Collections;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Bodies;

/// <summary>Which locals and arguments are read later, at the start of each segment. Slots number the locals, then the arguments.</summary>
internal sealed class Liveness
{
    private readonly MethodCode _code;
    private readonly BitArray[] _in;

    internal Liveness(MethodCode code, FlowGraph graph)
    {
        _code = code;
        Locals = code.Method.Body.Variables.Count;
        Slots = Locals + code.Method.Parameters.Count + (code.Method.HasThis ? 1 : 0);
        AddressEscapes = EscapingAddresses();
        var (uses, kills) = (new BitArray[graph.Segments.Count], new BitArray[graph.Segments.Count]);
        _in = new BitArray[graph.Segments.Count];
        foreach (var segment in graph.Segments)
        {
            var (use, kill) = (new BitArray(Slots), new BitArray(Slots));
            foreach (var op in segment.Ops)
            {
                int slot = Slot(op);
                if (slot < 0) { continue; }
                if (IsStore(op)) { kill[slot] = true; continue; }
                if (!kill[slot]) { use[slot] = true; }
            }

            (uses[segment.Index], kills[segment.Index], _in[segment.Index]) = (use, kill, new BitArray(use));
        }

        for (bool changed = true; changed;)
        {
            changed = false;
            for (int i = graph.Segments.Count - 1; i >= 0; i--)
            {
                var live = new BitArray(Slots);
                foreach (var next in graph.Successors[i]) { live.Or(_in[next.Index]); }
                live.And(new BitArray(kills[i]).Not()).Or(uses[i]);
                if (Differ(live, _in[i])) { _in[i] = live; changed = true; }
            }
        }
    }

    /// <summary>How many slots are locals.</summary>
    internal int Locals { get; }

    internal int Slots { get; }

    /// <summary>The slots whose address may be held for longer than one instruction or one call that keeps nothing.</summary>
    internal BitArray AddressEscapes { get; }

    internal bool IsLiveAt(int slot, Segment segment) => _in[segment.Index][slot];

    /// <summary>The slot that an op loads, stores or takes the address of; -1 for other ops.</summary>
    internal int Slot(Op op) => Bodies.Locals.Variable(_code.Method.Body, op.Instruction) is { } variable ? variable.Index
        : Bodies.Locals.Argument(_code.Method, op.Instruction) is var argument and >= 0 ? Locals + argument : -1;

    internal static bool IsStore(Op op) => Bodies.Locals.IsStore(op.Code) || op.Code is Code.Starg or Code.Starg_S;

    internal static bool IsAddress(Op op) => op.Code is Code.Ldloca or Code.Ldloca_S or Code.Ldarga or Code.Ldarga_S;

    internal TypeReference TypeOf(int slot) => slot < Locals ? _code.Method.Body.Variables[slot].VariableType : Bodies.Locals.ArgumentType(_code.Method, slot - Locals);

    // Each address has to be seen at the one op that uses it up; an address that is lost sight of in a merge is not.
    private BitArray EscapingAddresses()
    {
        var escapes = new BitArray(Slots);
        var seen = new HashSet<Op>();
        foreach (var op in _code.Ops)
        {
            foreach (var input in op.Inputs ?? [])
            {
                if (input.Producer is not { } producer || !IsAddress(producer)) { continue; }
                if (!seen.Add(producer) || !UsesUp(op)) { escapes[Slot(producer)] = true; }
            }
        }

        foreach (var op in _code.Ops) { if (IsAddress(op) && !seen.Contains(op)) { escapes[Slot(op)] = true; } }
        return escapes;
    }

    private static bool UsesUp(Op op) => op.Code switch
    {
        Code.Ldfld or Code.Stfld or Code.Ldobj or Code.Stobj or Code.Initobj => true,
        Code.Call => op.Operand is MethodReference method && Calls.IsLeaf(method)
            && (TypeFacts.Bare(method.ReturnType) is not (ByReferenceType or PointerType) || method.DeclaringType is { Namespace: "System", Name: "Span`1" or "ReadOnlySpan`1" }),
        _ => false,
    };

    private static bool Differ(BitArray a, BitArray b) => new BitArray(a).Xor(b).HasAnySet();
}
