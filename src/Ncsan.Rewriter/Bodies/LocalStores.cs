using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Bodies;

/// <summary>Which op made the value that is in a local or an argument. The locals of async methods and iterators that outlive a suspension are fields of their state machine.</summary>
internal sealed class LocalStores
{
    private readonly MethodCode _code;
    private readonly bool _hasHoisted;
    private readonly Dictionary<object, List<Op>> _stores = [];

    internal LocalStores(MethodCode code)
    {
        _code = code;
        _hasHoisted = code.Method is { Name: "MoveNext", DeclaringType: { IsNested: true } machine } && machine.Name[0] == '<';
        foreach (var op in code.Ops)
        {
            if (op.Inputs is null) { continue; }
            if (IsStore(op)) { Add(op, op); }
            int first = op.Code switch
            {
                Code.Initobj or Code.Newobj => 0,
                Code.Call or Code.Callvirt => ((MethodReference)op.Operand!).HasThis ? 1 : 0,
                _ => op.Inputs.Length,
            };
            foreach (var input in op.Inputs.AsSpan(first)) { if (input.Producer is { Code: Code.Ldloca or Code.Ldloca_S or Code.Ldarga or Code.Ldarga_S or Code.Ldflda } address) { Add(address, op); } }
        }
    }

    /// <summary>
    /// The last op before a load, or before the taking of an address, that put something into its local, in the order of the code; null for what is no local. It may be a call, which can put anything
    /// into what it gets a reference to. A method of a struct that is in a local makes a new value from the old one, and is none.
    /// </summary>
    internal Op? Before(Op load) => LocalOf(load) is { } name && _stores.TryGetValue(name, out var stores) ? stores.FindLast(s => s.Index < load.Index) : null;

    /// <summary>What made the value that a load, or an address, finds in its local, or null.</summary>
    internal Op? ValueAt(Op load) => Before(load) is { } store && IsStore(store) ? store.Inputs![^1].Producer : null;

    /// <summary>Whether one of the ops puts something into the local that a load takes it from.</summary>
    internal bool IsStored(Op load, int[] ops) => LocalOf(load) is { } name && _stores.TryGetValue(name, out var stores) && stores.Exists(s => Array.BinarySearch(ops, s.Index) >= 0);

    private static bool IsStore(Op op) => Locals.IsStore(op.Code) || op.Code is Code.Stfld or Code.Starg or Code.Starg_S;

    private void Add(Op local, Op store)
    {
        if (LocalOf(local) is not { } name) { return; }
        if (!_stores.TryGetValue(name, out var stores)) { _stores[name] = stores = []; }
        stores.Add(store);
    }

    /// <summary>What stands for the local that an op loads, stores or takes the address of; null when it does none of these.</summary>
    internal object? LocalOf(Op op) => op.Code is Code.Ldfld or Code.Ldflda or Code.Stfld
        ? _hasHoisted && Construction.IsThis(op.Inputs![0]) && ((FieldReference)op.Operand!).Name is ['<', ..] name ? name : null
        : Locals.Argument(_code.Method, op.Instruction) is >= 0 and var argument ? argument : Locals.Variable(_code.Method.Body, op.Instruction);
}
