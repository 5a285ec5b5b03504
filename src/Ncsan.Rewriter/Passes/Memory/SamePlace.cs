using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>Whether two ops of one method, such as a load and a store, name the same location, as far as the code itself shows it.</summary>
internal static class SamePlace
{
    private const int MaxDepth = 4;

    /// <summary>The same field of the same object.</summary>
    internal static bool Field(Op load, Op store) => Same((FieldReference)load.Operand!, (FieldReference)store.Operand!) && Origin(load, store);

    /// <summary>The receiver and the index come from the same instruction (a dup) or from instructions that load the same thing.</summary>
    internal static bool Origin(Op load, Op store)
    {
        for (int i = 0; i < load.Inputs!.Length; i++)
        {
            if (!Alike(load.Inputs[i].Producer, store.Inputs![i].Producer, MaxDepth)) { return false; }
        }

        return true;
    }

    /// <summary>A load and an address that lead to the same location.</summary>
    internal static bool Address(Op load, Op address) => load.Code switch
    {
        Code.Ldfld or Code.Ldsfld => address.Code is Code.Ldflda or Code.Ldsflda && Field(load, address),
        (>= Code.Ldelem_I1 and <= Code.Ldelem_Ref) or Code.Ldelem_Any => address.Code == Code.Ldelema && Origin(load, address),
        (>= Code.Ldind_I1 and <= Code.Ldind_Ref) or Code.Ldobj => Alike(load.Inputs![0].Producer, address, MaxDepth),
        _ => false,
    };

    private static bool Alike(Op? a, Op? b, int depth)
    {
        if (a is null || b is null || depth == 0) { return false; }
        if (a == b) { return true; }
        if (a.Code != b.Code || a.Inputs is not { } left || b.Inputs is not { } right || left.Length != right.Length) { return false; }
        bool sameOperand = a.Operand switch
        {
            FieldReference field => Same(field, (FieldReference)b.Operand!),
            MethodReference method => method.FullName == ((MethodReference)b.Operand!).FullName,
            _ => Equals(a.Operand, b.Operand),
        };
        bool isLoad = left.Length == 0 || a.Code is Code.Ldfld or Code.Ldflda or Code.Ldelema || a.Operand is MethodReference { Name: "get_Item", DeclaringType: { Namespace: "System", Name: "Span`1" } };
        return sameOperand && isLoad && left.Zip(right).All(pair => Alike(pair.First.Producer, pair.Second.Producer, depth - 1));
    }

    private static bool Same(FieldReference a, FieldReference b) => a == b || (a.Name == b.Name && a.DeclaringType.FullName == b.DeclaringType.FullName);
}
