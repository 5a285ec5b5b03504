using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Bodies;

/// <summary>What is known about calls.</summary>
internal sealed class Calls(ModuleContext module)
{
    /// <summary>Whether an op may take long enough for State to change: any call but those that are a few machine instructions. Also whether it costs a loop its registers.</summary>
    internal bool MayBlock(Op op) => op.Code switch
    {
        Code.Call or Code.Callvirt or Code.Newobj => op.Operand is MethodReference method && !IsLeaf(method) && !module.Leaves.Calls(op),
        Code.Calli => true,
        _ => false,
    };

    /// <summary>Framework members that the JIT expands in place or that are a handful of instructions.</summary>
    internal static bool IsLeaf(MethodReference method) => method.DeclaringType.GetElementType() is var type && type.Namespace switch
    {
        "System" => type.Name is "Math" or "MathF" or "Span`1" or "ReadOnlySpan`1" or "Char" or "BitConverter" or "Nullable`1" or "Int32" or "Double" or "MemoryExtensions" && method.Name is not "Parse"
            || (type.Name == "String" && method.Name is "get_Length" or "get_Chars") || (type.Name == "Object" && method.Name == ".ctor")
            || type is ArrayType,
        "System.Runtime.CompilerServices" => type.Name is "Unsafe" or "RuntimeHelpers" && method.Name is not "RunClassConstructor" and not "PrepareMethod",
        "System.Runtime.InteropServices" => type.Name is "MemoryMarshal",
        "System.Runtime.Intrinsics" or "System.Runtime.Intrinsics.X86" or "System.Runtime.Intrinsics.Arm" => true,
        "System.Numerics" => type.Name is "BitOperations" or "Vector" or "Vector`1" or "Vector2" or "Vector3" or "Vector4",
        _ => false,
    };
}
