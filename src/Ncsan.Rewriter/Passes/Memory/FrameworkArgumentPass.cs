using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>
/// Addresses that are handed to framework methods, which are not rewritten: a struct whose method is called is read (<c>_cached.HasValue</c>, <c>_count.ToString()</c>), and written by
/// those methods that are known for it; an <c>in</c> argument is read, an <c>out</c> argument is written. What a method does to a <c>ref</c> argument is not known, so nothing is said.
/// </summary>
internal sealed class FrameworkArgumentPass : ICallPass
{
    /// <summary>Methods that make a new value of a struct from the old one. So does MoveNext of an enumerator.</summary>
    internal static readonly (string Type, string Method)[] Updates =
    [
        ("System.Collections.Specialized.BitVector32", "set_Item"),
        ("System.HashCode", "Add"),
        ("System.HashCode", "AddBytes"),
    ];

    private readonly Dictionary<MethodReference, MethodDefinition?> _definitions = [];

    private enum Effect
    {
        Unknown,
        Read,
        Write,
        Update,
    }

    public void Visit(Invocation call)
    {
        if (call.IsConstructor) { return; }
        int arguments = ModuleContext.IsAddressOperation(call.DeclaringType) ? Math.Min(call.ArgumentCount, call.ReceiverIsAddress ? 1 : 0) : call.ArgumentCount;
        for (int i = 0; i < arguments; i++)
        {
            if (call.ArgumentType(i) is not { } argument || Target(argument) is not { } type || call.Op.Inputs![i].OnStack) { continue; }
            if (What(call, i, type) is not Effect.Unknown and var effect && IndirectPass.Why(call.Module, call.Op.Inputs[i]) is null) { Probe(call, i, type, effect); }
        }
    }

    private static void Probe(Invocation call, int argument, TypeReference type, Effect effect)
    {
        var shape = call.Module.Types.ShapeOf(type);
        bool write = effect is Effect.Write or Effect.Update;
        if (Accesses.Site(call.Code, call.Op, write, shape, IndirectPass.Member(call.Op.Inputs![argument], type), effect == Effect.Update ? SiteFlags.ReadModifyWrite : SiteFlags.None) is not { } site) { return; }
        call.Add(Copies.Checked, after: false, [argument], w => Accesses.Hook(w, write, shape, type, site));
    }

    /// <summary>What a reference leads to; a pointer, too, where a method of the struct behind it is called.</summary>
    private static TypeReference? Target(TypeReference argument) => TypeFacts.Bare(argument) switch
    {
        ByReferenceType reference => reference.ElementType,
        PointerType pointer => pointer.ElementType,
        _ => null,
    };

    private Effect What(Invocation call, int index, TypeReference type)
    {
        if (call.ReceiverIsAddress && index == 0) { return OnReceiver(call, type); }
        if (Definition(call) is not { } method || !call.Module.IsFramework(method.DeclaringType)) { return Effect.Unknown; }
        var parameter = method.Parameters[index - (call.Method.HasThis ? 1 : 0)];
        if (parameter.IsOut && !parameter.IsIn) { return Effect.Write; }
        return parameter.HasCustomAttributes && parameter.CustomAttributes.Any(a => a.AttributeType.Name == "IsReadOnlyAttribute") ? Effect.Read : Effect.Unknown;
    }

    private Effect OnReceiver(Invocation call, TypeReference receiver)
    {
        if (call.Module.Types.Resolve(receiver) is not { IsValueType: true } type || !(type.IsEnum || call.Module.IsFramework(type))) { return Effect.Unknown; }
        if (type.IsEnum || type.FullName == "System.Nullable`1" || IsReadOnly(type) || (Definition(call) is { } method && IsReadOnly(method))) { return Effect.Read; }

        // Locks and builders are synchronization, and what the compiler keeps in a state machine is its own.
        string space = (type.DeclaringType ?? type).Namespace;
        if (space.StartsWith("System.Threading", StringComparison.Ordinal) || space == "System.Runtime.CompilerServices" || IsHidden(call.Op.Inputs![0])) { return Effect.Unknown; }
        if (call.Name == ".ctor") { return Effect.Write; }
        if (call.Name == "MoveNext" || Array.IndexOf(Updates, (type.FullName, call.Name)) >= 0) { return Effect.Update; }

        // A setter of one field among others leaves those alone: two threads may well set one each.
        return call.Name.StartsWith("set_", StringComparison.Ordinal) && type.Fields.Count(static f => !f.IsStatic) == 1 ? Effect.Write : Effect.Read;
    }

    private static bool IsHidden(StackEntry address) => address.Producer is { Code: Code.Ldflda, Operand: FieldReference { Name: ['<', '>', ..] } };

    private static bool IsReadOnly(ICustomAttributeProvider provider) =>
        provider.HasCustomAttributes && provider.CustomAttributes.Any(a => a.AttributeType.FullName == "System.Runtime.CompilerServices.IsReadOnlyAttribute");

    private MethodDefinition? Definition(Invocation call)
    {
        if (call.Method.DeclaringType is ArrayType) { return null; }
        if (!_definitions.TryGetValue(call.Method, out var definition)) { _definitions[call.Method] = definition = call.Method.Resolve(); }
        return definition;
    }
}
