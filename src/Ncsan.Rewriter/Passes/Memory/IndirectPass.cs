using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Sites;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>Loads and stores through references and pointers: ref locals and parameters, spans, unsafe code.</summary>
internal sealed class IndirectPass : IOpPass
{
    public void Visit(MethodCode code, Op op)
    {
        if (op.Inputs is null || AccessedType(code, op) is not { } type) { return; }
        if (op.Inputs[0].OnStack) { code.Module.Skip(SkipReason.StackLocal); return; }
        if (Why(code.Module, op.Inputs[0]) is { } reason) { code.Module.Skip(reason); return; }
        bool write = op.Inputs.Length == 2;
        var shape = code.Module.Types.ShapeOf(type);
        if (Accesses.Site(code, op, write, shape, Member(op.Inputs[0], type)) is not { } site) { return; }
        op.Checked(w =>
        {
            var value = write ? w.Spill(type) : null;
            w.Emit(OpCodes.Dup);
            Accesses.Hook(w, op, write, shape, type, site);
            if (value is not null) { w.Emit(OpCodes.Ldloc, value); }
        });
    }

    /// <summary>Why an access through this address is left alone, or null: it leads to a field that is.</summary>
    internal static SkipReason? Why(ModuleContext module, StackEntry address) =>
        address.Producer is { Code: Code.Ldflda or Code.Ldsflda, Operand: FieldReference field } ? FieldPass.WhyNot(module, field) : null;

    /// <summary>What an address leads to, as far as its origin tells.</summary>
    internal static string Member(StackEntry address, TypeReference type) => address.Producer switch
    {
        { Code: Code.Ldflda or Code.Ldsflda, Operand: FieldReference field } => Names.Field(field),
        { Code: Code.Ldelema } => Names.Type(type) + "[]",
        { Code: Code.Call, Operand: MethodReference { Name: "get_Item", DeclaringType: { Namespace: "System" } span } } => Names.Type(span),
        { Code: Code.Call, Operand: MethodReference { Name: "Address", DeclaringType: ArrayType array } } => Names.Type(array),
        _ => "ref " + Names.Type(type),
    };

    private static TypeReference? AccessedType(MethodCode code, Op op)
    {
        var types = code.Module.Module.TypeSystem;
        return op.Code switch
        {
            Code.Ldind_I1 or Code.Ldind_U1 or Code.Stind_I1 => types.Byte,
            Code.Ldind_I2 or Code.Ldind_U2 or Code.Stind_I2 => types.Int16,
            Code.Ldind_I4 or Code.Ldind_U4 or Code.Stind_I4 => types.Int32,
            Code.Ldind_I8 or Code.Stind_I8 => types.Int64,
            Code.Ldind_I or Code.Stind_I => types.IntPtr,
            Code.Ldind_R4 or Code.Stind_R4 => types.Single,
            Code.Ldind_R8 or Code.Stind_R8 => types.Double,
            Code.Ldind_Ref or Code.Stind_Ref => types.Object,
            Code.Ldobj or Code.Stobj => (TypeReference)op.Operand!,
            _ => null,
        } is { } accessed ? Declared(accessed, op) : null;
    }

    // bool and char have the opcodes of byte and short: the address knows better, as long as the size agrees.
    private static TypeReference Declared(TypeReference type, Op op) =>
        type.IsPrimitive && op.Inputs![0].Type is { } address && TypeFacts.Bare(address) is ByReferenceType { ElementType: { IsPrimitive: true } own } && SameSize(own, type) ? own : type;

    private static bool SameSize(TypeReference a, TypeReference b) => Size(a) == Size(b);

    private static int Size(TypeReference type) => type.MetadataType switch
    {
        MetadataType.Boolean or MetadataType.Byte or MetadataType.SByte => 1,
        MetadataType.Char or MetadataType.Int16 or MetadataType.UInt16 => 2,
        MetadataType.Int32 or MetadataType.UInt32 => 4,
        MetadataType.Int64 or MetadataType.UInt64 => 8,
        _ => (int)type.MetadataType + 100,
    };
}
