using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Bodies;

/// <summary>Which local or argument an instruction names, long form or short.</summary>
internal static class Locals
{
    /// <summary>The local that a ldloc, ldloca or stloc names, or null.</summary>
    internal static VariableDefinition? Variable(MethodBody body, Instruction instruction) => instruction.OpCode.Code switch
    {
        Code.Ldloc_0 or Code.Stloc_0 => body.Variables[0],
        Code.Ldloc_1 or Code.Stloc_1 => body.Variables[1],
        Code.Ldloc_2 or Code.Stloc_2 => body.Variables[2],
        Code.Ldloc_3 or Code.Stloc_3 => body.Variables[3],
        Code.Ldloc or Code.Ldloc_S or Code.Stloc or Code.Stloc_S or Code.Ldloca or Code.Ldloca_S => (VariableDefinition)instruction.Operand,
        _ => null,
    };

    internal static bool IsLoad(Code code) => code is Code.Ldloc or Code.Ldloc_S or Code.Ldloc_0 or Code.Ldloc_1 or Code.Ldloc_2 or Code.Ldloc_3;

    internal static bool IsStore(Code code) => code is Code.Stloc or Code.Stloc_S or Code.Stloc_0 or Code.Stloc_1 or Code.Stloc_2 or Code.Stloc_3;

    internal static bool IsAddress(Code code) => code is Code.Ldloca or Code.Ldloca_S;

    /// <summary>The index of the argument that a ldarg names, <c>this</c> included; -1 for other instructions.</summary>
    internal static int Argument(MethodDefinition method, Instruction instruction) => instruction.OpCode.Code switch
    {
        Code.Ldarg_0 => 0,
        Code.Ldarg_1 => 1,
        Code.Ldarg_2 => 2,
        Code.Ldarg_3 => 3,
        Code.Ldarg or Code.Ldarg_S or Code.Ldarga or Code.Ldarga_S or Code.Starg or Code.Starg_S => ((ParameterDefinition)instruction.Operand).Index + (method.HasThis ? 1 : 0),
        _ => -1,
    };

    /// <summary>The type of an argument, <c>this</c> included.</summary>
    internal static TypeReference ArgumentType(MethodDefinition method, int index)
    {
        if (!method.HasThis) { return method.Parameters[index].ParameterType; }
        if (index > 0) { return method.Parameters[index - 1].ParameterType; }
        var self = Generics.Self(method.DeclaringType);
        return method.DeclaringType.IsValueType ? new ByReferenceType(self) : self;
    }
}
