using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>
/// Recognises read-modify-writes that are made in more than one step: a store whose value is made from a load of the place that it goes to, as in <c>x++</c>,
/// <c>_list = _list.Add(1)</c> or <c>_head = new Node { Next = _head }</c>. Values are followed through whatever takes them, through locals and calls.
/// </summary>
internal static class ReadModifyWrite
{
    /// <summary>Sets <see cref="Op.IsOfUpdate"/> of the loads and stores of a method.</summary>
    internal static void Mark(MethodCode code)
    {
        foreach (var store in code.Ops)
        {
            if (store.Inputs is not [.., { Producer: { } value }] || IsLoad(store) is not { } isLoad) { continue; }
            if (ValueSources.Behind(code, value, store.Index).FirstOrDefault(isLoad) is { } load) { store.IsOfUpdate = load.IsOfUpdate = true; }
        }
    }

    /// <summary>For a store, how its place is read; null for other ops.</summary>
    private static Func<Op, bool>? IsLoad(Op store) => store.Code switch
    {
        // By address, too: an operator or a method of a struct is called on the field.
        Code.Stfld or Code.Stsfld => op => op.Code is Code.Ldfld or Code.Ldsfld or Code.Ldflda or Code.Ldsflda && SamePlace.Field(op, store),
        (>= Code.Stelem_I and <= Code.Stelem_Ref) or Code.Stelem_Any => op => op.Code is (>= Code.Ldelem_I1 and <= Code.Ldelem_Ref) or Code.Ldelem_Any && SamePlace.Origin(op, store),
        (>= Code.Stind_Ref and <= Code.Stind_R8) or Code.Stind_I or Code.Stobj => op => op.Code is (>= Code.Ldind_I1 and <= Code.Ldind_Ref) or Code.Ldobj && SamePlace.Origin(op, store),
        _ => null,
    };
}
