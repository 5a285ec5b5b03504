using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>
/// Recognises the store of a lazy initialisation: an earlier branch of the method looked at the field that is written, as in
/// <c>_x ??= new()</c> or <c>if (_hash == 0) _hash = Compute()</c>. Only then may a race on it be called harmless.
/// </summary>
internal static class TestedFirst
{
    private const int MaxDepth = 6;

    internal static bool Is(MethodCode code, Op store)
    {
        if (store.Code is not (Code.Stfld or Code.Stsfld) || store.Inputs is null) { return false; }
        for (int i = store.Index - 1; i >= 0; i--)
        {
            Op op = code.Ops[i];
            if (op.Instruction.OpCode.FlowControl == FlowControl.Cond_Branch && LooksAt(code, op, store, MaxDepth)) { return true; }
        }

        return false;
    }

    private static bool LooksAt(MethodCode code, Op user, Op store, int depth) =>
        depth > 0 && user.Inputs is { } inputs && Array.Exists(inputs, i => i.Producer is { } value && IsOf(code, value, store, depth - 1));

    private static bool IsOf(MethodCode code, Op value, Op store, int depth) => value.Code switch
    {
        Code.Ldfld or Code.Ldflda or Code.Ldsfld or Code.Ldsflda => SamePlace.Field(value, store),

        // A comparison, or a member asked of the value: HasValue, IsEmpty.
        Code.Ceq or Code.Cgt_Un or Code.Cgt or Code.Clt or Code.Clt_Un or Code.Call or Code.Callvirt => LooksAt(code, value, store, depth),

        // Debug code keeps the value, or the outcome, in a local first.
        Code.Ldloc or Code.Ldloc_S or Code.Ldloc_0 or Code.Ldloc_1 or Code.Ldloc_2 or Code.Ldloc_3 => LastStore(code, value) is { } kept && LooksAt(code, kept, store, depth),
        _ => false,
    };

    private static Op? LastStore(MethodCode code, Op load)
    {
        int variable = Variable(load);
        for (int i = load.Index - 1; i >= 0; i--)
        {
            if (code.Ops[i].Instruction.OpCode.Name.StartsWith("stloc", StringComparison.Ordinal) && Variable(code.Ops[i]) == variable) { return code.Ops[i]; }
        }

        return null;
    }

    private static int Variable(Op op) => op.Operand is VariableReference variable ? variable.Index : op.Instruction.OpCode.Name[^1] - '0';
}
