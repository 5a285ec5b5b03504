using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>Recognises the store of <c>x++</c> and <c>x += y</c>: a value computed from a load of the place it goes to.</summary>
internal static class ReadModifyWrite
{
    private const int MaxDepth = 6;

    internal static bool Is(Op store) => store.Inputs is { Length: > 0 } inputs && Kind(store) is { } kind && inputs[^1].Producer is { } value && Holds(value, store, kind, MaxDepth);

    private static string? Kind(Op op) => op.Code switch
    {
        Code.Stfld or Code.Stsfld => "field",
        Code.Stelem_I or Code.Stelem_I1 or Code.Stelem_I2 or Code.Stelem_I4 or Code.Stelem_I8 or Code.Stelem_R4 or Code.Stelem_R8 or Code.Stelem_Ref or Code.Stelem_Any => "element",
        Code.Stind_I or Code.Stind_I1 or Code.Stind_I2 or Code.Stind_I4 or Code.Stind_I8 or Code.Stind_R4 or Code.Stind_R8 or Code.Stind_Ref or Code.Stobj => "indirect",
        _ => null,
    };

    private static bool Holds(Op value, Op store, string kind, int depth)
    {
        if (depth == 0 || value.Inputs is null) { return false; }
        if (kind == "field" ? value.Code is Code.Ldfld or Code.Ldsfld && SamePlace.Field(value, store)
            : kind == "element" ? value.Instruction.OpCode.Name.StartsWith("ldelem", StringComparison.Ordinal) && value.Code != Code.Ldelema && SamePlace.Origin(value, store)
            : value.Instruction.OpCode.Name.StartsWith("ldind", StringComparison.Ordinal) || value.Code == Code.Ldobj ? SamePlace.Origin(value, store) : false)
        {
            return true;
        }

        return IsArithmetic(value.Code) && Array.Exists(value.Inputs, i => i.Producer is { } p && Holds(p, store, kind, depth - 1));
    }

    private static bool IsArithmetic(Code code) => code is (>= Code.Add and <= Code.Not) or (>= Code.Conv_I1 and <= Code.Conv_U8) or Code.Conv_R_Un
        or (>= Code.Add_Ovf and <= Code.Sub_Ovf_Un) or (>= Code.Conv_U2 and <= Code.Conv_Ovf_U) or Code.Conv_U;
}
