using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Emission;

/// <summary>Which methods the JIT inlines by their size, and would not with a checked copy in them, so that they have to be marked.</summary>
/// <remarks>What is marked is left out of every stack trace. So only what is inlined anyway, and would not be in one either, is.</remarks>
internal static class Inlining
{
    /// <summary>Bytes of IL. An iterator's step is called once an element; a method that calls others is inlined for certain up to the last of these.</summary>
    private const int Most = 64, MostOfIterator = 128, MostWithCalls = 16;

    /// <summary>Whether the method is to be marked. Asked before it is emitted anew. In a debug build the JIT inlines nothing.</summary>
    internal static bool IsWorthwhile(ModuleContext module, MethodDefinition method)
    {
        int size = method.Body.CodeSize;
        bool isStep = method is { Name: "MoveNext", ReturnType.MetadataType: MetadataType.Boolean };
        return size <= (isStep ? MostOfIterator : Most) && module.IsOptimized && !method.NoInlining && !method.Body.HasExceptionHandlers && !method.Name.Contains(">b__", StringComparison.Ordinal)
            && !Has(method, FlowControl.Throw) && (isStep || size <= MostWithCalls || !Has(method, FlowControl.Call));
    }

    private static bool Has(MethodDefinition method, FlowControl control) => method.Body.Instructions.Any(one => one.OpCode.FlowControl == control);
}
