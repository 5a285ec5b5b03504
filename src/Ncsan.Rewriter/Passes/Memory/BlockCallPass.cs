using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Memory;
using Ncsan.Rewriter.Sites;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>Framework calls that copy, fill, search or reorder runs of elements and are not of the plain form that the contract has: resizing, ranges, Buffer.*, spans.</summary>
internal sealed class BlockCallPass : ICallPass
{
    public void Visit(Invocation call)
    {
        if (call.Op.IsMarked) { return; } // there is no marked copy
        switch (call.DeclaringType)
        {
            case "System.Array" when call is { Name: "Resize", Method: GenericInstanceMethod { GenericArguments: [var element] } }: Resize(call, element); break;
            case "System.Runtime.CompilerServices.RuntimeHelpers" when call is { Name: "GetSubArray", Method: GenericInstanceMethod { GenericArguments: [var element] } }: SubArray(call, element); break;
            case "System.Buffer": Buffers(call); break;
            case "System.Span`1" or "System.ReadOnlySpan`1": SpanMember(call); break;
            case "System.MemoryExtensions": SpanExtension(call); break;
            case "System.Linq.Enumerable" when IsExhaustive(call) && call.Op.Inputs![0].Type is ArrayType { IsVector: true }: ElementRuns.Array(call, write: false, 0, null, RunLength.All); break;
        }
    }

    /// <summary>Operators of LINQ that run at once and look at every element. Those that stop early may not have come to the one that another thread writes.</summary>
    private static bool IsExhaustive(Invocation call) => call.Name is "Sum" or "Max" or "Min" or "MaxBy" or "MinBy" or "Average" or "Aggregate" or "ToArray" or "ToList" or "ToHashSet" or "ToDictionary" or "ToLookup"
        || (call.Name is "Count" or "LongCount" && call.ArgumentCount == 2);

    /// <summary>array[2..4]: as many elements as the range takes of this array.</summary>
    private static void SubArray(Invocation call, TypeReference element)
    {
        if (call.Module.Framework is not null || element is PointerType or FunctionPointerType) { return; }
        int site = call.Site(SiteKind.Read, Names.Type(call.ArgumentType(0)!), flags: Accesses.OfElements(call.Module, element));
        call.Add(Copies.Checked, after: false, [0, 1], w =>
        {
            w.Site(site);
            w.Emit(OpCodes.Call, w.Module.Hooks.Generic(nameof(Hooks.ReadSubArray), element));
        });
    }

    /// <summary>Array.Resize: a new array with the elements of the old one in its place, unless that has the size already.</summary>
    private static void Resize(Invocation call, TypeReference element)
    {
        if (call.Module.Framework is not null || call.Op.Inputs![0].OnStack || IndirectPass.Why(call.Module, call.Op.Inputs[0]) is not null || element is PointerType or FunctionPointerType) { return; }
        var array = ((ByReferenceType)call.ArgumentType(0)!).ElementType;
        int elements = call.Site(SiteKind.Read, Names.Type(array), flags: Accesses.OfElements(call.Module, element));
        int place = call.Site(SiteKind.Write, IndirectPass.Member(call.Op.Inputs[0], array), sizeof(long), SiteFlags.ReadModifyWrite);
        call.Add(Copies.Checked, after: false, [0, 1], w =>
        {
            w.Site(elements);
            w.Site(place);
            w.Emit(OpCodes.Call, w.Module.Hooks.Generic(nameof(Hooks.ResizeArray), element));
        });
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
        ElementRuns.Span(call, clears, 0, RunLength.All);
        if (copies) { Destination(call); }
    }

    private static void SpanExtension(Invocation call)
    {
        var first = call.ArgumentCount > 0 ? call.ArgumentType(0) : null;
        switch (call.Name)
        {
            case "CopyTo" when call.ArgumentCount == 2:
                if (first is ArrayType) { ElementRuns.Array(call, write: false, 0, null, RunLength.All); }
                break;
            case "Reverse" or "Sort":
                ElementRuns.Span(call, write: true, 0, RunLength.All);
                break;
            case "Count" when !IsForRun(call):
                ElementRuns.Span(call, write: false, 0, RunLength.All);
                break;
            case "SequenceEqual": Comparison(call, Hooks.WholeSpan); break;
            case "StartsWith": Comparison(call, Hooks.SpanStart); break;
            case "EndsWith": Comparison(call, Hooks.SpanEnd); break;
            default:
                if (Search(call) is not ResultMeaning.None and var meaning) { ElementRuns.Span(call, write: false, 0, RunLength.After(meaning)); }
                break;
        }
    }

    /// <summary>A comparison of two spans stops at the first difference.</summary>
    private static void Comparison(Invocation call, int part)
    {
        if (call.Module.Framework is not null || call.ArgumentType(0) is not GenericInstanceType { GenericArguments: [var element] } first || !IsForRun(call) || !ElementRuns.CanBePassed(call.Module, element)
            || (call.ArgumentCount > 2 && call.ArgumentType(2) is not GenericInstanceType { Name: "IEqualityComparer`1" })) { return; }
        var second = (GenericInstanceType)call.ArgumentType(1)!;
        var flags = Accesses.OfElements(call.Module, element);
        int site = call.Site(SiteKind.Read, Names.Type(first), flags: flags), other = call.Site(SiteKind.Read, Names.Type(second), flags: flags);
        call.Add(Copies.Checked, after: true, [1, 0, CallPlan.Result], w =>
        {
            var result = w.Spill(w.Types.Boolean);
            if (first.Name == "Span`1") { w.Emit(OpCodes.Call, w.Module.Hooks.SpanToReadOnly(element)); }
            w.Emit(OpCodes.Ldloc, result);
            w.Constant(part);
            w.Site(site);
            w.Site(other);
            w.Emit(OpCodes.Call, w.Module.Hooks.Generic(nameof(Hooks.CompareSpans), element));
        });
    }

    /// <summary>A search stops where it has found something: another thread may write behind that. What it has looked at is known when it is over.</summary>
    private static ResultMeaning Search(Invocation call)
    {
        bool isForRun = IsForRun(call);
        return call.Name switch
        {
            "IndexOf" or "IndexOfAny" or "IndexOfAnyExcept" => isForRun ? ResultMeaning.IndexIfFound : ResultMeaning.Index,
            "LastIndexOf" or "LastIndexOfAny" or "LastIndexOfAnyExcept" when !isForRun => ResultMeaning.AllIfNegative,
            "Contains" or "ContainsAny" or "ContainsAnyExcept" when !isForRun => ResultMeaning.AllIfFalse,
            _ => ResultMeaning.None,
        };
    }

    /// <summary>What is looked for is a run of elements, which may be longer than the one it is looked for in, or a set, which may be empty.</summary>
    private static bool IsForRun(Invocation call) => call.ArgumentCount > 1 && call.ArgumentType(1) is GenericInstanceType { Name: "Span`1" or "ReadOnlySpan`1" or "SearchValues`1" };

    /// <summary>Where a span is copied to: as many elements as the source has, not all that there is room for.</summary>
    private static void Destination(Invocation call)
    {
        if (call.ArgumentType(0) is not ByReferenceType { ElementType: GenericInstanceType source } || call.ArgumentType(1) is not GenericInstanceType { GenericArguments: [var element] } target) { return; }
        if (!ElementRuns.CanBePassed(call.Module, element)) { return; }
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
}
