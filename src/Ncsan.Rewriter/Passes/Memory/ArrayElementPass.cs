using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;
using Ncsan.Rewriter.Sites;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>Loads and stores of elements of one-dimensional arrays.</summary>
internal sealed class ArrayElementPass : IOpPass
{
    public void Visit(MethodCode code, Op op)
    {
        if (op.Inputs is null || ElementType(code, op) is not { } element) { return; }
        bool write = op.Inputs.Length == 3;
        var array = op.Inputs[0].Type is { } known && TypeFacts.Bare(known) is ArrayType { IsVector: true } vector ? vector : element.MakeArrayType();
        var shape = code.Module.Types.ShapeOf(element);
        if (Accesses.Site(code, op, write, shape, Names.Type(array)) is not { } site) { return; }
        var index = op.Inputs[1].Type is { MetadataType: MetadataType.IntPtr or MetadataType.UIntPtr } native ? native : code.Module.Module.TypeSystem.Int32;
        op.Checked(w =>
        {
            var value = write ? w.Spill(shape.Shape == Shape.Reference ? w.Types.Object : element) : null;
            var i = w.Spill(index);
            w.Emit(OpCodes.Dup);
            w.Emit(OpCodes.Ldloc, i);
            // readonly.: the address is only looked at, so the check for array covariance, which would throw, is left to the access itself.
            w.Emit(OpCodes.Readonly);
            w.Emit(OpCodes.Ldelema, shape.Shape == Shape.Reference ? w.Types.Object : element);
            Accesses.Hook(w, op, write, shape, element, site);
            w.Emit(OpCodes.Ldloc, i);
            if (value is not null) { w.Emit(OpCodes.Ldloc, value); }
        });
    }

    private static TypeReference? ElementType(MethodCode code, Op op)
    {
        var types = code.Module.Module.TypeSystem;
        return op.Code switch
        {
            Code.Ldelem_I1 or Code.Stelem_I1 => Narrow(op, types.SByte, 1),
            Code.Ldelem_U1 => Narrow(op, types.Byte, 1),
            Code.Ldelem_I2 or Code.Stelem_I2 => Narrow(op, types.Int16, 2),
            Code.Ldelem_U2 => Narrow(op, types.UInt16, 2),
            Code.Ldelem_I4 or Code.Stelem_I4 => Narrow(op, types.Int32, 4),
            Code.Ldelem_U4 => Narrow(op, types.UInt32, 4),
            Code.Ldelem_I8 or Code.Stelem_I8 => Narrow(op, types.Int64, 8),
            Code.Ldelem_I or Code.Stelem_I => types.IntPtr,
            Code.Ldelem_R4 or Code.Stelem_R4 => types.Single,
            Code.Ldelem_R8 or Code.Stelem_R8 => types.Double,
            Code.Ldelem_Ref or Code.Stelem_Ref => types.Object,
            Code.Ldelem_Any or Code.Stelem_Any => (TypeReference)op.Operand!,
            _ => null,
        };

        // The array's own element type where it is known and primitive: bool[] and char[] have the opcodes of byte[] and ushort[].
        TypeReference Narrow(Op access, TypeReference type, int size) =>
            access.Inputs![0].Type is ArrayType { ElementType: { IsPrimitive: true } own } && code.Module.Types.ShapeOf(own).Size == size ? own : type;
    }
}
