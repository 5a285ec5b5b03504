using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Bodies;

/// <summary>
/// Which calls may order memory without the runtime being told. Taking one that does not for one that does is a missed finding of the weak-memory model,
/// the other way round is a false report: so every call may, unless all that it leads to is known and does not.
/// </summary>
/// <remarks>Framework members that do are not worth a list that can be incomplete: all do, except in namespaces that publish nothing.</remarks>
internal sealed class Ordering
{
    /// <summary>How deep calls are followed.</summary>
    private const int MaxDepth = 32;

    private readonly ModuleContext _module;
    private readonly Dictionary<MethodDefinition, bool> _known = [];

    /// <summary>Looks at all methods, before any is rewritten.</summary>
    internal Ordering(ModuleContext module, IEnumerable<MethodDefinition> methods)
    {
        _module = module;
        foreach (var method in methods) { MayOrder(method, 0); }
    }

    /// <summary>Whether a call may order memory.</summary>
    internal bool MayOrder(Instruction instruction) => instruction.Operand is not MethodReference method || MayOrder(instruction, method, 0);

    private bool MayOrder(Instruction call, MethodReference method, int depth)
    {
        var type = method.DeclaringType.GetElementType();
        if (type.Scope != _module.Module || method.DeclaringType is ArrayType)
        {
            // The program's own Volatile and Interlocked calls are announced by themselves; so are annotations, as far as they mean anything.
            return !IsInert(type.Namespace, type.Name, method.Name) && !Calls.IsLeaf(method);
        }

        if ((method as MethodDefinition ?? method.Resolve()) is not { } definition) { return true; }
        return call.OpCode.Code == Code.Callvirt && definition.IsVirtual && !definition.IsFinal && !definition.DeclaringType.IsSealed || MayOrder(definition, depth);
    }

    private bool MayOrder(MethodDefinition method, int depth)
    {
        if (_known.TryGetValue(method, out bool known)) { return known; }
        if (!method.HasBody || method.IsSynchronized || depth > MaxDepth) { return true; }
        _known[method] = true; // while it is looked at: what calls itself is not looked into
        return _known[method] = method.Body.Instructions.Any(i => MayOrder(i, depth));
    }

    private bool MayOrder(Instruction instruction, int depth) => instruction.OpCode.Code switch
    {
        Code.Calli or Code.Jmp => true,
        Code.Call or Code.Callvirt or Code.Newobj => instruction.Operand is not MethodReference method || MarksWrite(method) || MayOrder(instruction, method, depth),
        Code.Volatile => instruction.Next?.OpCode.Code is not (Code.Ldfld or Code.Ldsfld or Code.Ldobj or (>= Code.Ldind_I1 and <= Code.Ldind_Ref)),
        _ => false,
    };

    /// <summary>A marked access orders where it stands; code that is left alone does not announce it. Reads only acquire.</summary>
    private static bool MarksWrite(MethodReference method) => method.DeclaringType is { Namespace: "System.Threading", Name: "Volatile" or "Interlocked" or "Thread" } && method.Name is not ("Read" or "VolatileRead");

    private static bool IsInert(string space, string name, string method) => space switch
    {
        "System" => name is "String" or "Object" or "Array" or "Convert" or "Math" or "Type" or "Enum" or "Decimal" or "DateTime" or "TimeSpan" or "Guid" or "Index" or "Range" or "HashCode" || name.EndsWith("Exception", StringComparison.Ordinal)
            || name is "Int16" or "Int32" or "Int64" or "UInt16" or "UInt32" or "UInt64" or "Byte" or "SByte" or "Boolean" or "Single" or "Double"
            || (name == "GC" && method is "KeepAlive" or "SuppressFinalize"),
        
        // Behind an interface may stand anything: the enumerator of a blocking queue, an asynchronous stream.
        "System.Collections" or "System.Collections.Generic" => !(name.Length > 1 && name[0] == 'I' && char.IsAsciiLetterUpper(name[1])),
        "System.Text" or "System.Globalization" or "System.Numerics" => true,
        "System.Threading" => name is "Volatile" or "Interlocked" || method is "VolatileRead" or "VolatileWrite",
        "Ncsan.Annotations" => true,
        _ => false,
    };
}
