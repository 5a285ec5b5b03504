using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;
using Ncsan.Rewriter.Sites;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>Single elements of an array that is behind an interface (<c>IList&lt;T&gt;</c>) or a segment, and the value of a node of a linked list.</summary>
internal sealed class ElementCallPass : ICallPass
{
    public void Visit(Invocation call)
    {
        if (call.DeclaringType == "System.Collections.Generic.LinkedListNode`1" && call.Name is "get_Value" or "set_Value") { NodeValue(call); return; }
        if (call.Name is not ("get_Item" or "set_Item") || !call.Method.HasThis || call.ArgumentCount < 2 || call.ArgumentType(1) is not { MetadataType: MetadataType.Int32 }) { return; }
        var element = call.Method.DeclaringType is GenericInstanceType { GenericArguments: [var argument] } ? argument : null;
        switch (call.DeclaringType)
        {
            case "System.Collections.Generic.IList`1" or "System.Collections.Generic.IReadOnlyList`1" when element is not null && !call.ReceiverIsAddress: Behind(call, element); break;
            case "System.Collections.IList" when !call.ReceiverIsAddress: Behind(call, null); break;
            case "System.ArraySegment`1" when element is not null && call.ReceiverIsAddress: Segment(call, element); break;
        }
    }

    // The hooks ignore null, which is what a list of another kind is as an array.
    private static void Behind(Invocation call, TypeReference? element) => Element(call, element, w => w.Emit(OpCodes.Isinst, element is null ? w.Module.Hooks.Type(typeof(Array)) : element.MakeArrayType()));

    private static void Segment(Invocation call, TypeReference element) => Element(call, element, w =>
    {
        var segment = w.Spill(call.ArgumentType(0)!);
        var open = w.Module.Hooks.Type(typeof(ArraySegment<>));
        var type = open.MakeGenericInstanceType(element);
        w.Emit(OpCodes.Ldloc, segment);
        w.Emit(OpCodes.Call, new MethodReference("get_Offset", w.Types.Int32, type) { HasThis = true });
        w.Emit(OpCodes.Ldloc, segment);
        w.Emit(OpCodes.Call, new MethodReference("get_Array", open.GenericParameters[0].MakeArrayType(), type) { HasThis = true });
    });

    // The node tells where its value is; one that is null would throw in the call itself.
    private static void NodeValue(Invocation call)
    {
        var type = (GenericInstanceType)call.Method.DeclaringType;
        var (element, write) = (type.GenericArguments[0], call.Name == "set_Value");
        var shape = call.Module.Types.ShapeOf(element);
        if (Accesses.Site(call.Code, call.Op, write, shape, $"{Names.Type(type)}.Value ({Names.Type(element)})") is not { } site) { return; }
        call.Add(Copies.Checked, after: false, [0], w =>
        {
            w.Emit(OpCodes.Call, new MethodReference("get_ValueRef", new ByReferenceType(write ? call.Method.Parameters[0].ParameterType : call.Method.ReturnType), type) { HasThis = true });
            Accesses.Hook(w, write, shape, element, site);
        });
    }

    private static void Element(Invocation call, TypeReference? element, Action<CodeWriter> array)
    {
        bool write = call.Name == "set_Item";
        int site = call.Site(write ? SiteKind.Write : SiteKind.Read, element is null ? "array" : Names.Type(element) + "[]");
        bool isSegment = call.ReceiverIsAddress;
        call.Add(Copies.Checked, after: false, [1, 0], w =>
        {
            array(w);
            var found = w.Spill(element is null ? w.Module.Hooks.Type(typeof(Array)) : element.MakeArrayType());
            if (isSegment) { w.Emit(OpCodes.Add); }
            var index = w.Spill(w.Types.Int32);
            w.Emit(OpCodes.Ldloc, found);
            w.Emit(OpCodes.Ldloc, index);
            w.Constant(1);
            w.Site(site);
            ElementRuns.Hook(w, write, element);
        });
    }
}
