using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Bodies;

/// <summary>What a value is made from, within its method.</summary>
internal static class ValueSources
{
    /// <summary>So many ops are looked at behind a value; a program that goes further is not asked for more.</summary>
    private const int MostOps = 64;

    /// <summary>The op that made a value and those that made what it took, through locals, arguments of calls, and what an object is given before <paramref name="end"/>.</summary>
    internal static IEnumerable<Op> Behind(MethodCode code, Op value, int end)
    {
        var seen = new HashSet<Op>();
        var pending = new Stack<Op>([value]);
        while (seen.Count < MostOps && pending.TryPop(out var op))
        {
            if (op.Inputs is null || !seen.Add(op)) { continue; }
            yield return op;
            if (code.Stores.ValueAt(op) is { } kept) { pending.Push(kept); }
            foreach (var input in op.Inputs) { if (input.Producer is { } producer) { pending.Push(producer); } }
            foreach (var part in Parts(code, op, end)) { pending.Push(part); }
        }
    }

    /// <summary>What a new object is given, and a struct in a local before it is loaded: values of an initializer, pieces of an interpolated string.</summary>
    private static IEnumerable<Op> Parts(MethodCode code, Op whole, int end)
    {
        bool isNew = whole.Code is Code.Newobj or Code.Newarr;
        object? local = isNew ? null : code.Stores.LocalOf(whole);
        if (!isNew && local is null) { yield break; }
        var (from, to) = isNew ? (whole.Index + 1, end) : (code.Stores.Before(whole)?.Index + 1 ?? 0, whole.Index);
        for (int i = from; i < to; i++)
        {
            if (!IsGiving(code.Ops[i].Code) || code.Ops[i].Inputs is not [{ Producer: { } target }, .., { Producer: { } part }]) { continue; }
            if (isNew ? target == whole || code.Stores.ValueAt(target) == whole : Locals.IsAddress(target.Code) && code.Stores.LocalOf(target) == local) { yield return part; }
        }
    }

    private static bool IsGiving(Code code) => code is Code.Stfld or Code.Call or Code.Callvirt or (>= Code.Stelem_I and <= Code.Stelem_Ref) or Code.Stelem_Any;
}
