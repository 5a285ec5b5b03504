using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Bodies;

/// <summary>Which op made the value that is in a local. The locals of async methods and iterators that outlive a suspension are fields of their state machine.</summary>
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
            if (op.Inputs is null || (!Locals.IsStore(op.Code) && op.Code != Code.Stfld) || Name(op) is not { } name) { continue; }
            if (!_stores.TryGetValue(name, out var stores)) { _stores[name] = stores = []; }
            stores.Add(op);
        }
    }

    /// <summary>What made the value that a load, or an address, finds in a local: by the last store before it in the order of the code. Null for what is no local.</summary>
    internal Op? ValueAt(Op load) => Name(load) is { } name && _stores.TryGetValue(name, out var stores) ? stores.FindLast(s => s.Index < load.Index)?.Inputs![^1].Producer : null;

    private object? Name(Op op) => op.Code is Code.Ldfld or Code.Ldflda or Code.Stfld
        ? _hasHoisted && Construction.IsThis(op.Inputs![0]) && ((FieldReference)op.Operand!).Name is ['<', ..] name ? name : null
        : Locals.Variable(_code.Method.Body, op.Instruction);
}
