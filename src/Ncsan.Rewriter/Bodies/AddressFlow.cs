using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Bodies;

/// <summary>
/// Whether the address of a local or argument may outlive the statement that takes it. Where none does, the values are all there is at a statement's start, and can be moved to
/// another frame.
/// </summary>
internal static class AddressFlow
{
    internal static bool Leaks(MethodCode code)
    {
        var seen = new HashSet<Op>();
        foreach (var op in code.Ops)
        {
            if (op.Inputs is not { } inputs) { continue; }
            for (int i = 0; i < inputs.Length; i++)
            {
                if (Origin(inputs[i]) is not { } origin) { continue; }
                seen.Add(origin);
                if (!UsesUp(code.Module.Types, op, i)) { return true; }
            }
        }

        // An address that is lost sight of where ways meet may be anywhere.
        return code.Ops.Exists(o => o.Inputs is not null && Liveness.IsAddress(o) && !seen.Contains(o));
    }

    /// <summary>The op that took the address that a value is, or leads into.</summary>
    private static Op? Origin(StackEntry entry)
    {
        for (var producer = entry.Producer; producer is not null; producer = producer.Inputs is [{ Producer: var from }, ..] ? from : null)
        {
            if (Liveness.IsAddress(producer)) { return producer; }
            if (producer.Code is not (Code.Ldflda or Code.Add or Code.Sub or Code.Conv_U or Code.Conv_I)) { return null; }
        }

        return null;
    }

    private static bool UsesUp(TypeFacts types, Op op, int input) => op.Code switch
    {
        Code.Ldfld or Code.Ldflda or Code.Ldobj or (>= Code.Ldind_I1 and <= Code.Ldind_Ref) or Code.Initobj or Code.Cpobj or Code.Cpblk or Code.Initblk or Code.Dup or Code.Pop
            or Code.Add or Code.Sub or Code.Conv_U or Code.Conv_I => true,
        Code.Stfld or Code.Stobj or (>= Code.Stind_Ref and <= Code.Stind_R8) or Code.Stind_I => input == 0,
        Code.Call or Code.Callvirt => UsesUp(types, (MethodReference)op.Operand!, input),
        Code.Newobj => !((MethodReference)op.Operand!).DeclaringType.IsValueType && ((MethodReference)op.Operand!).Parameters[input].ParameterType is ByReferenceType,
        _ => false,
    };

    // A callee can keep an address only in what it returns, or in a ref struct that it gets by address, or as a pointer.
    private static bool UsesUp(TypeFacts types, MethodReference method, int input)
    {
        bool isReceiver = method.HasThis && input == 0;
        var returned = TypeFacts.Bare(method.ReturnType);
        if (isReceiver && method.DeclaringType is { Namespace: "System", Name: "Span`1" or "ReadOnlySpan`1" }) { return true; }
        if (Keeps(types, returned)) { return false; }
        if (isReceiver) { return true; }
        if (TypeFacts.Bare(method.Parameters[input - (method.HasThis ? 1 : 0)].ParameterType) is not ByReferenceType) { return false; }
        return !method.Parameters.Any(p => TypeFacts.Bare(p.ParameterType) is ByReferenceType { ElementType: var element } && Keeps(types, element)) && !(method.HasThis && Keeps(types, method.DeclaringType));
    }

    private static bool Keeps(TypeFacts types, TypeReference type) => type is ByReferenceType or PointerType or FunctionPointerType
        || type.MetadataType is MetadataType.IntPtr or MetadataType.UIntPtr or MetadataType.TypedByReference
        || (type is { IsValueType: true, IsPrimitive: false } && types.ShapeOf(type).Shape is Shape.StackOnly or Shape.Unresolved);
}
