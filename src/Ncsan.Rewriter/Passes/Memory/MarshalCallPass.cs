using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Memory;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>Marshal.Read*, Write* and Copy: native memory by its number.</summary>
internal sealed class MarshalCallPass : ICallPass
{
    public void Visit(Invocation call)
    {
        if (call.DeclaringType != "System.Runtime.InteropServices.Marshal" || call.ArgumentCount == 0) { return; }
        if (call.Name == "Copy") { Copy(call); }
        else if (call.ArgumentType(0)!.MetadataType == MetadataType.IntPtr && Value(call.Module.Module.TypeSystem, call.Name) is var (type, write)) { Access(call, type, write); }
    }

    /// <summary>What a method reads or writes, by its name; null when it is none of these.</summary>
    internal static (TypeReference Type, bool Write)? Value(TypeSystem types, string name) => name switch
    {
        "ReadByte" or "WriteByte" => (types.Byte, name[0] == 'W'),
        "ReadInt16" or "WriteInt16" => (types.Int16, name[0] == 'W'),
        "ReadInt32" or "WriteInt32" => (types.Int32, name[0] == 'W'),
        "ReadInt64" or "WriteInt64" => (types.Int64, name[0] == 'W'),
        "ReadIntPtr" or "WriteIntPtr" => (types.IntPtr, name[0] == 'W'),
        _ => null,
    };

    private static void Access(Invocation call, TypeReference type, bool write)
    {
        bool hasOffset = call.ArgumentCount == (write ? 3 : 2);
        var shape = call.Module.Types.ShapeOf(type);
        if (call.Op.Inputs![0].OnStack || Accesses.Site(call.Code, call.Op, write, shape, IndirectPass.Member(call.Op.Inputs[0], type)) is not { } site) { return; }
        call.Add(Copies.Checked, after: false, hasOffset ? [0, 1] : [0], w =>
        {
            if (hasOffset) { w.Emit(OpCodes.Add); }
            Accesses.Hook(w, write, shape, type, site);
        });
    }

    /// <summary>Copy(source, startIndex, destination, length) or Copy(source, destination, startIndex, length): one of the two is an array.</summary>
    private static void Copy(Invocation call)
    {
        bool write = call.ArgumentType(0) is ArrayType;
        int array = write ? 0 : 1, start = write ? 1 : 2, native = write ? 2 : 0;
        if (call.ArgumentCount != 4 || call.ArgumentType(array) is not ArrayType { ElementType: var element }) { return; }
        ElementRuns.Array(call, !write, array, start, RunLength.By(3));
        if (call.Op.Inputs![native].OnStack) { return; }
        int site = call.Site(write ? SiteKind.Write : SiteKind.Read, IndirectPass.Member(call.Op.Inputs[native], element), flags: SiteFlags.Elements);

        // A length below zero is refused by the call, and no size.
        call.Add(Copies.Checked, after: false, [native, 3], w =>
        {
            w.Constant(0);
            w.Emit(OpCodes.Call, Greater(w));
            w.Emit(OpCodes.Conv_U);
            w.Constant(w.Module.Types.ShapeOf(element).Size);
            w.Emit(OpCodes.Mul);
            w.Site(site);
            w.Hook(write ? nameof(Hooks.WriteRange) : nameof(Hooks.ReadRange));
        });
    }

    private static MethodReference Greater(CodeWriter w) => new(nameof(Math.Max), w.Types.Int32, w.Module.Hooks.Type(typeof(Math))) { Parameters = { new(w.Types.Int32), new(w.Types.Int32) } };
}
