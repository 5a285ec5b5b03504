using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Collections;
using Ncsan.Rewriter.Sites;

namespace Ncsan.Rewriter.Passes.Collections;

/// <summary>Where a collection came from, so that a report can name it: a field, or a property of the program; through the local that holds it or its enumerator.</summary>
internal static class CollectionOrigin
{
    private const int MaxSteps = 6;

    /// <summary><c>Bank._entries</c>, or null when it is not known.</summary>
    internal static string? Of(MethodCode code, StackEntry value, int steps = MaxSteps)
    {
        if (steps == 0 || value.Producer is not { Inputs: not null } producer) { return null; }
        switch (producer.Code)
        {
            case Code.Ldfld or Code.Ldsfld or Code.Ldflda or Code.Ldsflda when producer.Operand is FieldReference field:
                return IsHidden(field) ? Stored(code, op => op.Code == Code.Stfld && ((FieldReference)op.Operand!).FullName == field.FullName, steps) : Named(field);
            case Code.Call or Code.Callvirt when producer.Operand is MethodReference { HasThis: true } method:
                // The collection's enumerators and views are asked of the collection; a property of the program is a name of its own.
                return method.Name == "GetEnumerator" || CollectionContract.Find(method.DeclaringType.GetElementType().FullName) is not null ? Of(code, producer.Inputs[0], steps - 1)
                    : method.Name.StartsWith("get_", StringComparison.Ordinal) && method.Parameters.Count == 0 ? $"{Names.Type(method.DeclaringType)}.{method.Name[4..]}" : null;
            case Code.Dup or Code.Castclass or Code.Isinst:
                return Of(code, producer.Inputs[0], steps - 1);
            case var c when Locals.IsLoad(c) || Locals.IsAddress(c):
                var variable = Locals.Variable(code.Method.Body, producer.Instruction);
                return Stored(code, op => Locals.IsStore(op.Code) && Locals.Variable(code.Method.Body, op.Instruction) == variable, steps);
            default:
                return null;
        }
    }

    /// <summary>The origin of what is stored, when every store says the same.</summary>
    private static string? Stored(MethodCode code, Predicate<Op> isStore, int steps)
    {
        string? origin = null;
        foreach (Op store in code.Ops)
        {
            if (store.Inputs is null || !isStore(store)) { continue; }
            string? of = Of(code, store.Inputs[^1], steps - 1);
            if (of is null || (origin is not null && of != origin)) { return null; }
            origin = of;
        }

        return origin;
    }

    /// <summary>A field that the compiler made for a local of an iterator or an async method that has no name in the source.</summary>
    private static bool IsHidden(FieldReference field) => field.Name.StartsWith("<>", StringComparison.Ordinal) && !field.Name.EndsWith("__this", StringComparison.Ordinal);

    private static string Named(FieldReference field)
    {
        string name = Names.Field(field);
        return name[..name.LastIndexOf(" (", StringComparison.Ordinal)];
    }
}
