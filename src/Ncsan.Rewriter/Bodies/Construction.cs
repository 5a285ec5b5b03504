using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Bodies;

/// <summary>How long the object under construction is known to its constructor alone.</summary>
internal static class Construction
{
    /// <summary>The index of the first op after which something else may hold the object; 0 when the method is no constructor of a class.</summary>
    internal static int EscapesAt(MethodCode code)
    {
        if (code.Method is not { IsConstructor: true, IsStatic: false, DeclaringType.IsValueType: false }) { return 0; }
        int escape = code.Ops.Count;
        foreach (var op in code.Ops)
        {
            // A way back could lead from behind the escape to in front of it.
            if (op.Operand is Instruction target && code.At(target).Index <= op.Index) { escape = Math.Min(escape, code.At(target).Index); }
            if (op.Index < escape && op.Inputs is { } inputs)
            {
                for (int i = 0; i < inputs.Length; i++) { if (MayBeThis(inputs[i]) && !KeepsIt(op, i)) { escape = op.Index; } }
            }
        }

        return escape;
    }

    internal static bool IsThis(StackEntry entry) => entry.Producer is { Code: Code.Ldarg_0 or Code.Ldarg or Code.Ldarg_S } load && (load.Code == Code.Ldarg_0 || load.Operand is ParameterDefinition { Index: -1 });

    private static bool MayBeThis(StackEntry entry) => IsThis(entry) || (entry.Producer is null && (entry.Type is null || !entry.Type.IsPrimitive));

    private static bool KeepsIt(Op op, int input) => op.Code switch
    {
        Code.Ldfld => true,
        Code.Stfld => input == 0,
        Code.Dup => true,
        Code.Call => op.Operand is MethodReference { Name: ".ctor", DeclaringType: { Namespace: "System", Name: "Object" } },
        _ => false,
    };
}
