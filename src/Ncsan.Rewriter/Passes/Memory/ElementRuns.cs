using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Memory;
using Ncsan.Rewriter.Sites;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>Probes for runs of elements that a call gets as an array or a span. Parameters of lengths name arguments of the call.</summary>
internal static class ElementRuns
{
    /// <summary>Elements of an array among the arguments.</summary>
    internal static void Array(Invocation call, bool write, int array, int? start, RunLength length)
    {
        if (!HasHook(call, length)) { return; }
        if (call.Op.Inputs![array].Type is ArrayType { ElementType: { } element } && call.Module.Types.ShapeOf(element).Shape == Shape.StackOnly) { return; }
        foreach (int? argument in (int?[])[start, length.Parameter]) { if (argument is { } a && call.ArgumentType(a)!.MetadataType != MetadataType.Int32) { return; } }
        var type = call.Op.Inputs[array].Type is ArrayType known ? known : call.ArgumentType(array);
        int site = call.Site(write ? SiteKind.Write : SiteKind.Read, type is ArrayType ? Names.Type(type) : "array", flags: Accesses.OfElements(call.Module, (type as ArrayType)?.ElementType));
        int[] arguments = [array, .. start is { } from ? new[] { from } : [], .. Arguments(length)];
        call.Add(Copies.Checked, length.IsKnownAfter, arguments, w =>
        {
            var count = Count(w, call, length);
            var first = start is not null ? w.Spill(w.Types.Int32) : null;
            if (first is not null) { w.Emit(OpCodes.Ldloc, first); } else { w.Constant(0); }
            if (count is not null) { w.Emit(OpCodes.Ldloc, count); } else { w.Constant(length.Constant ?? Hooks.WholeArray); }
            w.Site(site);
            Hook(w, write, type is ArrayType { IsVector: true } vector ? vector.ElementType : null);
        });
    }

    /// <summary>The first elements of a span, or of the span behind an address, among the arguments.</summary>
    internal static void Span(Invocation call, bool write, int span, RunLength length)
    {
        if (!HasHook(call, length)) { return; }
        bool byAddress = call.ArgumentType(span) is ByReferenceType;
        var type = call.ArgumentType(span) is ByReferenceType { ElementType: var behind } ? behind : call.ArgumentType(span);
        if (type is not GenericInstanceType { Name: "Span`1" or "ReadOnlySpan`1", GenericArguments: [var element] } own || !CanBePassed(call.Module, element)) { return; }
        int site = call.Site(write ? SiteKind.Write : SiteKind.Read, Names.Type(own), flags: Accesses.OfElements(call.Module, element));
        call.Add(Copies.Checked, length.IsKnownAfter, [span, .. Arguments(length)], w =>
        {
            var count = Count(w, call, length);
            if (byAddress) { w.Emit(OpCodes.Ldobj, own); }
            // A Span<T> has the layout of a ReadOnlySpan<T>; the conversion is the language's own.
            if (own.Name == "Span`1") { w.Emit(OpCodes.Call, w.Module.Hooks.SpanToReadOnly(element)); }
            if (count is not null) { w.Emit(OpCodes.Ldloc, count); } else if (length.Constant is { } constant) { w.Constant(constant); }
            w.Site(site);
            string hook = length.IsAll ? write ? nameof(Hooks.WriteSpan) : nameof(Hooks.ReadSpan) : write ? nameof(Hooks.WriteSpanStart) : nameof(Hooks.ReadSpanStart);
            w.Emit(OpCodes.Call, w.Module.Hooks.Generic(hook, element));
        });
    }

    /// <summary>Calls the hook for an array, a start, a length and a site. Where the type of the elements is known, the array need not be asked for it, which takes long.</summary>
    internal static void Hook(CodeWriter w, bool write, TypeReference? element)
    {
        if (element is null or PointerType or FunctionPointerType || w.Module.Framework is not null) { w.Hook(write ? nameof(Hooks.WriteArray) : nameof(Hooks.ReadArray)); }
        else { w.Emit(OpCodes.Call, w.Module.Hooks.Generic(write ? nameof(Hooks.WriteElements) : nameof(Hooks.ReadElements), element)); }
    }

    /// <summary>Whether a span of such elements can be handed to a hook.</summary>
    internal static bool CanBePassed(ModuleContext module, TypeReference element) => module.Types.ShapeOf(element).Shape is not (Shape.StackOnly or Shape.Unresolved) && element is not (PointerType or FunctionPointerType);

    /// <summary>Of a search in the framework's code nothing is said: what it looks at is instrumented there.</summary>
    private static bool HasHook(Invocation call, RunLength length) => call.Module.Framework is null || length.Result is ResultMeaning.None or ResultMeaning.Count;

    private static int[] Arguments(RunLength length) => length.Counter is not null ? [0, .. length.Parameters] : length.IsKnownAfter ? [CallPlan.Result] : length.Parameters;

    /// <summary>Moves the length, or what it is counted by, from the stack to a temporary; null when there is nothing on the stack.</summary>
    private static VariableDefinition? Count(CodeWriter w, Invocation call, RunLength length)
    {
        if (length.Counter is { } name)
        {
            var counter = new MethodReference(name, w.Types.Int32, call.Method.DeclaringType) { HasThis = true };
            foreach (int argument in length.Parameters) { counter.Parameters.Add(new ParameterDefinition(call.Method.Parameters[argument - 1].ParameterType)); }
            w.Emit(OpCodes.Callvirt, counter);
        }

        switch (length.Result)
        {
            case ResultMeaning.Index: w.Constant(Hooks.WholeArray); w.Hook(nameof(Hooks.UpToIndex)); break;
            case ResultMeaning.IndexIfFound: w.Constant(0); w.Hook(nameof(Hooks.UpToIndex)); break;
            case ResultMeaning.AllIfNegative: w.Hook(nameof(Hooks.AllIfNegative)); break;
            case ResultMeaning.AllIfFalse: w.Hook(nameof(Hooks.AllIfFalse)); break;
        }

        return length.Counter is not null || length.Parameters.Length > 0 || length.IsKnownAfter ? w.Spill(w.Types.Int32) : null;
    }
}
