using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>Recognises a read that the JIT may take out of a loop, as that of <c>while (!_done) { }</c>: each iteration reads the same place, and the loop does not write it.</summary>
internal static class HoistableRead
{
    // The JIT does not look for such reads in loops of that size.
    private const int LargestLoop = 1000;

    internal static bool Is(MethodCode code, Op read) =>
        read.Inputs is not null && code.Loops.Exists(loop => loop.Length <= LargestLoop && Array.BinarySearch(loop, read.Index) >= 0 && IsInvariant(code, read, loop));

    private static bool IsInvariant(MethodCode code, Op op, int[] loop) => !code.Stores.IsStored(op, loop) && op.Code switch
    {
        Code.Ldfld or Code.Ldflda or Code.Ldsfld or Code.Ldsflda => !IsStored(code, (FieldReference)op.Operand!, loop),
        Code.Call or Code.Callvirt or Code.Newobj or Code.Calli => false,
        _ => true,
    } && op.Inputs!.All(i => i.Producer is { } producer && IsInvariant(code, producer, loop));

    private static bool IsStored(MethodCode code, FieldReference field, int[] loop) =>
        Array.Exists(loop, i => code.Ops[i] is { Code: Code.Stfld or Code.Stsfld, Operand: FieldReference stored } && stored.Name == field.Name && stored.DeclaringType.FullName == field.DeclaringType.FullName);
}
