using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>
/// Recognises the store of a lazy initialisation: an earlier branch of the method asked whether the field that is written is null or default, as in
/// <c>_x ??= new()</c> or <c>if (_hash == 0) _hash = Compute()</c>. Only then may a race on it be called harmless; of two threads in <c>if (x &gt; _max) _max = x</c> one may
/// well undo what the other did.
/// </summary>
internal static class TestedFirst
{
    private const int MaxDepth = 6;

    internal static bool Is(MethodCode code, Op store)
    {
        // The state of an iterator begins with zero, too.
        if (store.Code is not (Code.Stfld or Code.Stsfld) || store.Inputs is null || ((FieldReference)store.Operand!).Name.StartsWith("<>", StringComparison.Ordinal)) { return false; }
        for (int i = store.Index - 1; i >= 0; i--)
        {
            Op op = code.Ops[i];
            if (op.Instruction.OpCode.FlowControl == FlowControl.Cond_Branch && Asks(code, op, store, MaxDepth)) { return true; }
        }

        return false;
    }

    /// <summary>Whether the outcome of an op says if the field is null or default.</summary>
    private static bool Asks(MethodCode code, Op op, Op store, int depth) => depth > 0 && op.Inputs is not null && op.Code switch
    {
        Code.Brtrue or Code.Brtrue_S or Code.Brfalse or Code.Brfalse_S => op.Inputs[0].Producer is { } value && (IsOf(code, value, store, depth) || Asks(code, value, store, depth - 1)),
        Code.Beq or Code.Beq_S or Code.Bne_Un or Code.Bne_Un_S or Code.Ceq or Code.Cgt_Un => Compares(code, op, store, depth) || Negates(code, op, store, depth),
        Code.Call or Code.Callvirt => ((MethodReference)op.Operand!).Name switch
        {
            "get_HasValue" or "get_IsDefault" or "get_IsDefaultOrEmpty" or "IsNullOrEmpty" or "IsNullOrWhiteSpace" => op.Inputs is [{ Producer: { } value }] && IsOf(code, value, store, depth),
            "op_Equality" or "op_Inequality" => Compares(code, op, store, depth),
            _ => false,
        },

        // Debug code keeps the outcome in a local first.
        _ => code.Stores.ValueAt(op) is { } kept && Asks(code, kept, store, depth - 1),
    };

    private static bool Compares(MethodCode code, Op op, Op store, int depth) =>
        op.Inputs is [{ Producer: { } left }, { Producer: { } right }] && ((IsOf(code, left, store, depth) && IsDefault(code, right)) || (IsDefault(code, left) && IsOf(code, right, store, depth)));

    private static bool Negates(MethodCode code, Op op, Op store, int depth) => op.Code == Code.Ceq && op.Inputs is [{ Producer: { } outcome }, { Producer.Code: Code.Ldc_I4_0 }] && Asks(code, outcome, store, depth - 1);

    /// <summary>Whether a value is the field's, or its address, perhaps by way of a local.</summary>
    private static bool IsOf(MethodCode code, Op value, Op store, int depth) => depth > 0 && value.Code switch
    {
        Code.Ldfld or Code.Ldflda or Code.Ldsfld or Code.Ldsflda when SamePlace.Field(value, store) => true,
        Code.Box or Code.Castclass => value.Inputs is [{ Producer: { } inner }] && IsOf(code, inner, store, depth - 1),
        _ => code.Stores.ValueAt(value) is { } kept && IsOf(code, kept, store, depth - 1),
    };

    private static bool IsDefault(MethodCode code, Op value) => value.Code switch
    {
        Code.Ldnull or Code.Ldc_I4_0 => true,
        Code.Ldc_I4 or Code.Ldc_I4_S or Code.Ldc_I8 or Code.Ldc_R4 or Code.Ldc_R8 => Convert.ToDouble(value.Operand, null) == 0,
        Code.Conv_I8 or Code.Conv_U8 or Code.Conv_I or Code.Conv_U => value.Inputs is [{ Producer: { } inner }] && IsDefault(code, inner),

        // default(T) is a local that is cleared.
        _ => code.Stores.Before(value) is { Code: Code.Initobj },
    };
}
