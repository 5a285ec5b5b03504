using Mono.Cecil;

namespace Ncsan.Rewriter.Framework;

/// <summary>Decides for each body of the framework whether it is instrumented.</summary>
public static class FrameworkBodies
{
    /// <summary>Why a body stays as it is, or null when it is instrumented.</summary>
    public static string? WhyNot(MethodDefinition method, Func<MethodDefinition, bool> isDenied)
    {
        var outermost = method.DeclaringType;
        while (outermost.DeclaringType is { } outer) { outermost = outer; }
        string space = outermost.Namespace, type = outermost.Name;
        if (Has(method, "System.Runtime.CompilerServices.IntrinsicAttribute")) { return "intrinsic: the JIT puts its own code in its place, so a hook in it would be run or not as the JIT likes"; }
        if (space.StartsWith("System.Runtime.Intrinsics", StringComparison.Ordinal)) { return "vectors: values in registers, and bodies that the JIT puts its own code in the place of"; }
        if (method.IsConstructor && method.IsStatic) { return "static constructor: nobody else sees what it writes before it is done, and every other thread waits for it"; }
        if (IsNonVersionable(method) && IsOnStack(method.DeclaringType)) { return "non-versionable member of a struct on the stack: compiled into other images, and nothing to see"; }
        if (Has(method, "System.Runtime.InteropServices.UnmanagedCallersOnlyAttribute")) { return "called by the runtime, between a thread's start or a collection and managed code"; }
        if (space == "System.Runtime" && type is "EH" or "StackFrameIterator" or "ExInfo") { return "exception dispatch: it walks the stack that a hook would grow"; }
        if (IsHelper(space, type)) { return "a helper that the JIT calls where the IL shows an instruction"; }
        return isDenied(method) ? "a hook reaches it outside of its guard" : null;
    }

    // Small, hot, called for every cast, static field, boxing or write of a reference into an array; some run before a thread can run anything else.
    private static bool IsHelper(string space, string type) =>
        (space == "System.Runtime.CompilerServices" && type is "CastHelpers" or "CastCache" or "CastCacheEntry" or "StaticsHelpers" or "BoxingHelpers" or "GenericsHelpers" or "InitHelpers" or "VirtualDispatchHelpers"
            or "ThreadStaticsHelpers" or "RawData" or "RawArrayData" or "MethodTable" or "TypeHandle" or "MethodDesc" or "DynamicStaticsInfo" or "ThreadStaticsInfo" or "GenericsStaticsInfo" or "ResolveCacheElem" or "GenericCache")
        || space == "System.StubHelpers" || (space == "System" && type is "Buffer" or "SpanHelpers" or "Math" or "ThrowHelper" or "SR");

    private static bool IsOnStack(TypeDefinition type) => type.IsValueType && (type.FullName == "System.Nullable`1" || Has(type, "System.Runtime.CompilerServices.IsByRefLikeAttribute"));

    private static bool IsNonVersionable(MethodDefinition method) => Has(method, "System.Runtime.Versioning.NonVersionableAttribute") || Has(method.DeclaringType, "System.Runtime.Versioning.NonVersionableAttribute");

    private static bool Has(ICustomAttributeProvider provider, string attribute) => provider.HasCustomAttributes && provider.CustomAttributes.Any(a => a.AttributeType.FullName == attribute);
}
