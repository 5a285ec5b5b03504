using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>Intrinsics that load, store, copy or fill through an address: Unsafe.*, and the loads and stores of vectors.</summary>
internal sealed class UnsafeCallPass : ICallPass
{
    public void Visit(Invocation call)
    {
        if (call.Op.IsMarked) { return; } // there is no marked copy
        if (call.DeclaringType == "System.Runtime.CompilerServices.Unsafe") { Unsafe(call); }
        else if (call.Method.DeclaringType.Namespace is "System.Runtime.Intrinsics" or "System.Numerics" || call.DeclaringType.StartsWith("System.Runtime.Intrinsics.", StringComparison.Ordinal)) { Vector(call); }
    }

    private static void Unsafe(Invocation call)
    {
        var type = call.Method is GenericInstanceMethod { GenericArguments: [var argument, ..] } ? argument : null;
        switch (call.Name)
        {
            case "Read" or "ReadUnaligned" when type is not null: Value(call, write: false, 0, type); break;
            case "Write" or "WriteUnaligned" when type is not null: Value(call, write: true, 0, type); break;
            case "Copy" when type is not null:
                Value(call, write: false, 1, type);
                Value(call, write: true, 0, type);
                break;
            case "CopyBlock" or "CopyBlockUnaligned":
                Range(call, write: false, 1, 2);
                Range(call, write: true, 0, 2);
                break;
            case "InitBlock" or "InitBlockUnaligned": Range(call, write: true, 0, 2); break;
        }
    }

    private static void Vector(Invocation call)
    {
        if (call.ArgumentCount == 0) { return; }
        if (call.DeclaringType == "System.Numerics.Vector`1") { VectorAndArray(call); return; }
        bool load = IsWholeLoad(call.Name), store = call.Name is "Store" or "StoreUnsafe" or "StoreAligned" or "StoreAlignedNonTemporal";
        if (!load && !store) { return; }
        int address = load ? 0 : call.DeclaringType.StartsWith("System.Runtime.Intrinsics.", StringComparison.Ordinal) && call.ArgumentType(0) is PointerType ? 0 : 1;
        var value = load ? Generics.ReturnType(call.Method) : call.ArgumentType(1 - address);
        if (address >= call.ArgumentCount || value is not GenericInstanceType vector || call.ArgumentType(address) is not ({ } pointer and (ByReferenceType or PointerType))) { return; }
        if (call.Op.Inputs![address].OnStack) { call.Module.Skip(SkipReason.StackLocal); return; }
        bool offset = call.ArgumentCount == address + 2 && call.ArgumentType(address + 1) is { MetadataType: MetadataType.UIntPtr or MetadataType.IntPtr };
        int site = call.Site(load ? SiteKind.Read : SiteKind.Write, IndirectPass.Member(call.Op.Inputs[address], vector.GenericArguments[0]), flags: SiteFlags.Elements);
        call.Add(Copies.Checked, after: false, offset ? [address, address + 1] : [address], w =>
        {
            if (offset)
            {
                w.Emit(OpCodes.Sizeof, vector.GenericArguments[0]);
                w.Emit(OpCodes.Mul);
                w.Emit(OpCodes.Add);
            }

            w.Emit(OpCodes.Sizeof, vector);
            w.Emit(OpCodes.Conv_U);
            w.Site(site);
            w.Hook(load ? nameof(Hooks.ReadRange) : nameof(Hooks.WriteRange));
        });
    }

    // Scalar loads, broadcasts, gathers and masked loads read less than a vector, so they are not among these.
    private static bool IsWholeLoad(string name) => name is "Load" or "LoadUnsafe" or "LoadAligned" or "LoadAlignedNonTemporal" or "LoadVector128" or "LoadVector256" or "LoadVector512"
        or "LoadAlignedVector128" or "LoadAlignedVector256" or "LoadAlignedVector512" or "LoadDquVector128" or "LoadDquVector256";

    /// <summary>new Vector(array, index), new Vector(span), vector.CopyTo(array, index), vector.CopyTo(span): as many elements as a vector has.</summary>
    private static void VectorAndArray(Invocation call)
    {
        bool write = call.Name == "CopyTo";
        if (!write && call.Name != ".ctor") { return; }
        int place = call.Method.HasThis && !call.IsConstructor ? 1 : 0;
        if (place >= call.ArgumentCount || call.Method.DeclaringType is not GenericInstanceType { GenericArguments: [var element] } vector) { return; }
        bool isArray = call.ArgumentType(place) is ArrayType, hasIndex = call.ArgumentCount == place + 2 && call.ArgumentType(place + 1)!.MetadataType == MetadataType.Int32;
        var span = call.ArgumentType(place) as GenericInstanceType;
        if (!isArray && span is not { Name: "Span`1" or "ReadOnlySpan`1" } || (span is not null && span.GenericArguments[0].FullName != element.FullName)) { return; }
        int site = call.Site(write ? SiteKind.Write : SiteKind.Read, Sites.Names.Type(call.ArgumentType(place)!), flags: SiteFlags.Elements);
        call.Add(Copies.Checked, after: false, isArray && hasIndex ? [place, place + 1] : [place], w =>
        {
            if (isArray && !hasIndex) { w.Constant(0); }
            if (span is { Name: "Span`1" }) { w.Emit(OpCodes.Call, w.Module.Hooks.SpanToReadOnly(element)); }
            w.Emit(OpCodes.Sizeof, vector);
            w.Emit(OpCodes.Sizeof, element);
            w.Emit(OpCodes.Div);
            w.Site(site);
            if (isArray) { BlockCallPass.Elements(w, write, element); }
            else { w.Emit(OpCodes.Call, w.Module.Hooks.Generic(write ? nameof(Hooks.WriteSpanStart) : nameof(Hooks.ReadSpanStart), element)); }
        });
    }

    private static void Value(Invocation call, bool write, int address, TypeReference type)
    {
        if (call.Op.Inputs![address].OnStack) { call.Module.Skip(SkipReason.StackLocal); return; }
        var shape = call.Module.Types.ShapeOf(type);
        if (Accesses.Site(call.Code, call.Op, write, shape, IndirectPass.Member(call.Op.Inputs[address], type)) is not { } site) { return; }
        call.Add(Copies.Checked, after: false, [address], w => Accesses.Hook(w, write, shape, type, site));
    }

    private static void Range(Invocation call, bool write, int address, int size)
    {
        if (call.Op.Inputs![address].OnStack) { call.Module.Skip(SkipReason.StackLocal); return; }
        int site = call.Site(write ? SiteKind.Write : SiteKind.Read, "bytes");
        call.Add(Copies.Checked, after: false, [address, size], w =>
        {
            w.Emit(OpCodes.Conv_U);
            w.Site(site);
            w.Hook(write ? nameof(Hooks.WriteRange) : nameof(Hooks.ReadRange));
        });
    }
}
