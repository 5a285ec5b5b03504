using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>
/// Recognises read-modify-writes that are made in more than one step: a store whose value is made from a load of the place that it goes to, as in <c>x++</c>,
/// <c>_list = _list.Add(1)</c> or <c>_head = new Node { Next = _head }</c>. Values are followed through whatever takes them, through locals and calls.
/// </summary>
internal static class ReadModifyWrite
{
    /// <summary>A value is looked behind this many ops deep or broad; a program that goes further is not asked for more.</summary>
    private const int MostOps = 64;

    /// <summary>Sets <see cref="Op.IsOfUpdate"/> of the loads and stores of a method.</summary>
    internal static void Mark(MethodCode code)
    {
        foreach (var store in code.Ops)
        {
            if (store.Inputs is { Length: > 0 } inputs && IsLoad(store) is { } isLoad && inputs[^1].Producer is { } value && Behind(code, value, store, isLoad) is { } load) { store.IsOfUpdate = load.IsOfUpdate = true; }
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

    private static Op? Behind(MethodCode code, Op value, Op store, Func<Op, bool> isLoad)
    {
        var seen = new HashSet<Op>();
        var pending = new Stack<Op>([value]);
        while (seen.Count < MostOps && pending.TryPop(out var op))
        {
            if (op.Inputs is null || !seen.Add(op)) { continue; }
            if (isLoad(op)) { return op; }
            if (code.Stores.ValueAt(op) is { } kept) { pending.Push(kept); }
            foreach (var input in op.Inputs) { if (input.Producer is { } producer) { pending.Push(producer); } }
            foreach (var part in Parts(code, op, store)) { pending.Push(part); }
        }

        return null;
    }

    /// <summary>What a new object is given before it is stored, and a struct in a local before it is loaded: values of an initializer, pieces of an interpolated string.</summary>
    private static IEnumerable<Op> Parts(MethodCode code, Op whole, Op store)
    {
        bool isNew = whole.Code is Code.Newobj or Code.Newarr;
        object? local = isNew ? null : code.Stores.LocalOf(whole);
        if (!isNew && local is null) { yield break; }
        var (from, to) = isNew ? (whole.Index + 1, store.Index) : (code.Stores.Before(whole)?.Index + 1 ?? 0, whole.Index);
        for (int i = from; i < to; i++)
        {
            if (!IsGiving(code.Ops[i].Code) || code.Ops[i].Inputs is not [{ Producer: { } target }, .., { Producer: { } part }]) { continue; }
            if (isNew ? target == whole || code.Stores.ValueAt(target) == whole : Locals.IsAddress(target.Code) && code.Stores.LocalOf(target) == local) { yield return part; }
        }
    }

    private static bool IsGiving(Code code) => code is Code.Stfld or Code.Call or Code.Callvirt or (>= Code.Stelem_I and <= Code.Stelem_Ref) or Code.Stelem_Any;
}
