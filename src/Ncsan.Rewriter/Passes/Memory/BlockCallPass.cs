using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Sites;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>Framework calls that copy, fill, search or reorder runs of elements: Array.*, Buffer.*, spans.</summary>
internal sealed class BlockCallPass : ICallPass
{
    public void Visit(Invocation call)
    {
        if (call.Op.IsMarked) { return; } // there is no marked copy
        switch (call.DeclaringType)
        {
            case "System.Array": Arrays(call); break;
            case "System.Buffer": Buffers(call); break;
            case "System.Span`1" or "System.ReadOnlySpan`1": SpanMember(call); break;
            case "System.MemoryExtensions": SpanExtension(call); break;
            case "System.Linq.Enumerable" when IsExhaustive(call): WholeArray(call, 0); break;
            case "System.String" when call is { Name: "Concat" or ".ctor", ArgumentCount: 1 }: WholeArray(call, 0); break;
            case "System.String" when call is { Name: "Join", ArgumentCount: 2 }: WholeArray(call, 1); break;
            case "System.Text.Encoding" when call is { Name: "GetString" or "GetBytes" or "GetChars", ArgumentCount: 2 }: WholeArray(call, 1); break;
            case "System.Convert" when call is { Name: "ToBase64String" or "ToHexString" or "ToHexStringLower", ArgumentCount: 1 }: WholeArray(call, 0); break;
            case "System.IO.Stream" or "System.IO.FileStream" or "System.IO.MemoryStream" when call is { Name: "Write", ArgumentCount: 4 }: Array(call, write: false, 1, 2, 3); break;
        }
    }

    /// <summary>Operators of LINQ that run at once and look at every element. Those that stop early may not have come to the one that another thread writes.</summary>
    private static bool IsExhaustive(Invocation call) => call.Name is "Sum" or "Max" or "Min" or "MaxBy" or "MinBy" or "Average" or "Aggregate" or "ToArray" or "ToList" or "ToHashSet" or "ToDictionary" or "ToLookup"
        || (call.Name is "Count" or "LongCount" && call.ArgumentCount == 2);

    private static void WholeArray(Invocation call, int argument)
    {
        if (call.Op.Inputs![argument].Type is ArrayType { IsVector: true }) { Array(call, write: false, argument, -1, -1); }
    }

    private static void Arrays(Invocation call)
    {
        switch (call.Name, call.ArgumentCount)
        {
            case ("Copy" or "ConstrainedCopy", 5):
                Array(call, write: false, 0, 1, 4);
                Array(call, write: true, 2, 3, 4);
                break;
            case ("Copy", 3):
                Array(call, write: false, 0, -1, 2);
                Array(call, write: true, 1, -1, 2);
                break;
            case ("Clear" or "Reverse" or "Sort" or "Fill", 1 or 2) when call.Name != "Sort" || call.ArgumentCount == 1:
                Array(call, write: true, 0, -1, -1);
                break;
            case ("Clear" or "Reverse", 3):
                Array(call, write: true, 0, 1, 2);
                break;
            case ("Clone", 1) or ("IndexOf" or "LastIndexOf", 2):
                Array(call, write: false, 0, -1, -1);
                break;
            case ("CopyTo", 3) or ("ForEach" or "FindAll" or "ConvertAll", 2):
                Array(call, write: false, 0, -1, -1);
                break;
        }
    }

    // index and length name arguments; -1 stands for 0 and for the whole length.
    private static void Array(Invocation call, bool write, int array, int index, int length)
    {
        if (call.Op.Inputs![array].Type is ArrayType { ElementType: { } element } && call.Module.Types.ShapeOf(element).Shape == Shape.StackOnly) { return; }
        foreach (int argument in (int[])[index, length]) { if (argument >= 0 && call.ArgumentType(argument)!.MetadataType != MetadataType.Int32) { return; } }
        var type = call.Op.Inputs[array].Type;
        string member = type is not null ? Names.Type(type) : "array";
        int site = call.Site(write ? SiteKind.Write : SiteKind.Read, member, flags: Accesses.OfElements(call.Module, (type as ArrayType)?.ElementType));
        int[] arguments = [array, .. index >= 0 ? new[] { index } : [], .. length >= 0 ? new[] { length } : []];
        call.Add(Copies.Checked, after: false, arguments, w =>
        {
            var count = length >= 0 ? w.Spill(w.Types.Int32) : null;
            var start = index >= 0 ? w.Spill(w.Types.Int32) : null;
            if (start is not null) { w.Emit(OpCodes.Ldloc, start); } else { w.Constant(0); }
            if (count is not null) { w.Emit(OpCodes.Ldloc, count); } else { w.Constant(Hooks.WholeArray); }
            w.Site(site);
            Elements(w, write, type is ArrayType { IsVector: true } vector ? vector.ElementType : null);
        });
    }

    /// <summary>Where the type of the elements is known, the array need not be asked for it, which takes long.</summary>
    internal static void Elements(CodeWriter w, bool write, TypeReference? element)
    {
        if (element is null or PointerType or FunctionPointerType || w.Module.Framework is not null) { w.Hook(write ? nameof(Hooks.WriteArray) : nameof(Hooks.ReadArray)); }
        else { w.Emit(OpCodes.Call, w.Module.Hooks.Generic(write ? nameof(Hooks.WriteElements) : nameof(Hooks.ReadElements), element)); }
    }

    private static void Buffers(Invocation call)
    {
        if (call is { Name: "BlockCopy", ArgumentCount: 5 })
        {
            call.Before(Copies.Checked, nameof(Hooks.ReadArrayBytes), call.Site(SiteKind.Read, "array", flags: SiteFlags.Elements), 0, 1, 4);
            call.Before(Copies.Checked, nameof(Hooks.WriteArrayBytes), call.Site(SiteKind.Write, "array", flags: SiteFlags.Elements), 2, 3, 4);
        }
        else if (call is { Name: "MemoryCopy", ArgumentCount: 4 })
        {
            Range(call, write: false, 0, 3);
            Range(call, write: true, 1, 3);
        }
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

    private static void SpanMember(Invocation call)
    {
        bool clears = call.Name is "Fill" or "Clear", copies = call.Name is "CopyTo" or "TryCopyTo";
        if (!clears && !copies && call.Name != "ToArray") { return; }
        Span(call, clears, 0, call.ArgumentType(0));
        if (copies) { Destination(call); }
    }

    private static void SpanExtension(Invocation call)
    {
        var first = call.ArgumentCount > 0 ? call.ArgumentType(0) : null;
        switch (call.Name)
        {
            case "CopyTo" when call.ArgumentCount == 2:
                if (first is ArrayType) { Array(call, write: false, 0, -1, -1); }
                break;
            case "Reverse" or "Sort":
                Span(call, write: true, 0, first);
                break;
            case "IndexOf" or "LastIndexOf" or "IndexOfAny" or "Contains" or "SequenceEqual" or "SequenceCompareTo" or "StartsWith" or "EndsWith" or "BinarySearch" or "Count" or "ContainsAny":
                Span(call, write: false, 0, first);
                break;
        }
    }

    /// <summary>Where a span is copied to: as many elements as the source has, not all that there is room for.</summary>
    private static void Destination(Invocation call)
    {
        if (call.ArgumentType(0) is not ByReferenceType { ElementType: GenericInstanceType source } || call.ArgumentType(1) is not GenericInstanceType { GenericArguments: [var element] } target) { return; }
        if (call.Module.Types.ShapeOf(element).Shape is Shape.StackOnly or Shape.Unresolved || element is PointerType or FunctionPointerType) { return; }
        int site = call.Site(SiteKind.Write, Names.Type(target), flags: Accesses.OfElements(call.Module, element));
        call.Add(Copies.Checked, after: false, [1, 0], w =>
        {
            w.Emit(OpCodes.Call, new MethodReference("get_Length", w.Types.Int32, source) { HasThis = true });
            var length = w.Spill(w.Types.Int32);
            w.Emit(OpCodes.Call, w.Module.Hooks.SpanToReadOnly(element));
            w.Emit(OpCodes.Ldloc, length);
            w.Site(site);
            w.Emit(OpCodes.Call, w.Module.Hooks.Generic(nameof(Hooks.WriteSpanStart), element));
        });
    }

    /// <summary>A span, or the address of one, among the arguments.</summary>
    private static void Span(Invocation call, bool write, int argument, TypeReference? type)
    {
        bool byAddress = type is ByReferenceType;
        if ((byAddress ? ((ByReferenceType)type!).ElementType : type) is not GenericInstanceType { Name: "Span`1" or "ReadOnlySpan`1" } span) { return; }
        var element = span.GenericArguments[0];
        if (call.Module.Types.ShapeOf(element).Shape is Shape.StackOnly or Shape.Unresolved || element is PointerType or FunctionPointerType) { return; }
        int site = call.Site(write ? SiteKind.Write : SiteKind.Read, Names.Type(span), flags: Accesses.OfElements(call.Module, element));
        call.Add(Copies.Checked, after: false, [argument], w =>
        {
            if (byAddress) { w.Emit(OpCodes.Ldobj, span); }
            // A Span<T> has the layout of a ReadOnlySpan<T>; the conversion is the language's own.
            if (span.Name == "Span`1") { w.Emit(OpCodes.Call, w.Module.Hooks.SpanToReadOnly(element)); }
            w.Site(site);
            w.Emit(OpCodes.Call, w.Module.Hooks.Generic(write ? nameof(Hooks.WriteSpan) : nameof(Hooks.ReadSpan), element));
        });
    }
}
