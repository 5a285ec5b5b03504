using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Emission;

/// <summary>Which methods the JIT inlines by their size, and would not with a checked copy in them, so that they have to be marked.</summary>
/// <remarks>What is marked is left out of every stack trace. So only what is inlined anyway, and would not be in one either, is.</remarks>
internal static class Inlining
{
    /// <summary>Bytes of IL. An iterator's step is called once an element; a method that calls others is inlined for certain up to the last of these.</summary>
    private const int Most = 64, MostOfIterator = 128, MostWithCalls = 16;

    /// <summary>Whether the method is to be marked. Asked before it is emitted anew.</summary>
    internal static bool IsWorthwhile(MethodDefinition method)
    {
        int size = method.Body.CodeSize;
        bool isStep = method is { Name: "MoveNext", ReturnType.MetadataType: MetadataType.Boolean };
        return size <= (isStep ? MostOfIterator : Most) && !method.NoInlining && !method.Body.HasExceptionHandlers && IsOptimized(method.Module)
            && !method.Name.Contains(">b__", StringComparison.Ordinal) && (isStep || size <= MostWithCalls || method.Body.Instructions.All(static one => one.OpCode.FlowControl is not (FlowControl.Call or FlowControl.Throw)));
    }

    /// <summary>The JIT inlines nothing in a debug build.</summary>
    private static bool IsOptimized(ModuleDefinition module) => module.Assembly is not { } assembly || !assembly.CustomAttributes.Any(static attribute => attribute.AttributeType.FullName == "System.Diagnostics.DebuggableAttribute"
        && attribute.ConstructorArguments is [{ Value: int modes }] && (modes & (int)System.Diagnostics.DebuggableAttribute.DebuggingModes.DisableOptimizations) != 0);
}
