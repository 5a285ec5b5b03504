using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>
/// Addresses that are handed to framework methods, which are not rewritten: a struct whose method cannot change it is read
/// (<c>_cached.HasValue</c>, <c>_count.ToString()</c>), an <c>in</c> argument is read, an <c>out</c> argument is written. What a method does that could do
/// either is not known, so nothing is said.
/// </summary>
internal sealed class FrameworkArgumentPass : ICallPass
{
    private readonly Dictionary<MethodReference, MethodDefinition?> _definitions = [];

    public void Visit(Invocation call)
    {
        if (call.IsConstructor || ModuleContext.IsAddressOperation(call.DeclaringType)) { return; }
        for (int i = 0; i < call.ArgumentCount; i++)
        {
            if (call.ArgumentType(i) is not { } argument || Target(argument) is not { } type || call.Op.Inputs![i].OnStack) { continue; }
            if (What(call, i, type) is not { } write || IndirectPass.Why(call.Module, call.Op.Inputs[i]) is not null) { continue; }
            var shape = call.Module.Types.ShapeOf(type);
            if (Accesses.Site(call.Code, call.Op, write, shape, IndirectPass.Member(call.Op.Inputs[i], type)) is not { } site) { continue; }
            call.Add(Copies.Checked, after: false, [i], w => Accesses.Hook(w, write, shape, type, site));
        }
    }

    /// <summary>What a reference leads to; a pointer, too, where a method of the struct behind it is called.</summary>
    private static TypeReference? Target(TypeReference argument) => TypeFacts.Bare(argument) switch
    {
        ByReferenceType reference => reference.ElementType,
        PointerType pointer => pointer.ElementType,
        _ => null,
    };

    /// <summary>False: the argument is read; true: it is written; null: not known.</summary>
    private bool? What(Invocation call, int index, TypeReference type)
    {
        if (call.ReceiverIsAddress && index == 0) { return IsReadOnlyCall(call, type) ? false : null; }
        if (Definition(call) is not { } method || !call.Module.IsFramework(method.DeclaringType)) { return null; }
        var parameter = method.Parameters[index - (call.Method.HasThis ? 1 : 0)];
        if (parameter.IsOut && !parameter.IsIn) { return true; }
        return parameter.HasCustomAttributes && parameter.CustomAttributes.Any(a => a.AttributeType.Name == "IsReadOnlyAttribute") ? false : null;
    }

    private bool IsReadOnlyCall(Invocation call, TypeReference receiver)
    {
        if (call.Module.Types.Resolve(receiver) is not { IsValueType: true } type || !call.Module.IsFramework(type)) { return false; }
        if (type.FullName == "System.Nullable`1" || IsReadOnly(type)) { return true; }
        return Definition(call) is { } method && IsReadOnly(method);
    }

    private static bool IsReadOnly(ICustomAttributeProvider provider) =>
        provider.HasCustomAttributes && provider.CustomAttributes.Any(a => a.AttributeType.FullName == "System.Runtime.CompilerServices.IsReadOnlyAttribute");

    private MethodDefinition? Definition(Invocation call)
    {
        if (call.Method.DeclaringType is ArrayType) { return null; }
        if (!_definitions.TryGetValue(call.Method, out var definition)) { _definitions[call.Method] = definition = call.Method.Resolve(); }
        return definition;
    }
}
