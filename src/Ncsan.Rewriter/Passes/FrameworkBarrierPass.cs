using Ncsan.Rewriter.Bodies;

namespace Ncsan.Rewriter.Passes;

/// <summary>
/// Framework code may release a lock, complete a task or hand an object over: whatever was held back by the weak-memory model happened before. Which
/// members do is not worth a list that can be incomplete, since a missing barrier is a false report: all do, except in namespaces that publish nothing.
/// </summary>
internal sealed class FrameworkBarrierPass : ICallPass
{
    public void Visit(Invocation call)
    {
        var type = call.Method.DeclaringType.GetElementType();
        if (IsInert(type.Namespace, type.Name) || Calls.IsLeaf(call.Method) || !call.Module.IsFramework(type)) { return; }
        call.Op.OrdersMemory = true;
    }

    private static bool IsInert(string space, string name) => space switch
    {
        "System" => name is "String" or "Object" or "Array" or "Convert" or "Math" or "Type" or "Enum" or "Decimal" or "DateTime" or "TimeSpan" or "Guid" or "Index" or "Range" or "HashCode" || name.EndsWith("Exception", StringComparison.Ordinal)
            || name is "Int16" or "Int32" or "Int64" or "UInt16" or "UInt32" or "UInt64" or "Byte" or "SByte" or "Boolean" or "Single" or "Double",
        "System.Collections" or "System.Collections.Generic" or "System.Text" or "System.Globalization" or "System.Numerics" => true,
        "System.Threading" => name is "Volatile" or "Interlocked",
        _ => false,
    };
}
