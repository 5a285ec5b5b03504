using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>
/// Methods of the module's own for delegates that are made of a method that takes, gives back or waits for a lock (<c>new Releaser(gate.ExitReadLock)</c>): each does nothing but
/// make the call, in plain sight of the passes.
/// </summary>
/// <remarks>Where the method is an instance's, its object is the first parameter, over which a delegate can be closed as well.</remarks>
internal sealed class MethodGroups(ModuleContext module)
{
    private readonly Dictionary<string, MethodDefinition> _methods = new(StringComparer.Ordinal);
    private TypeDefinition? _holder;

    /// <summary>The methods that were asked for, not yet rewritten.</summary>
    internal IReadOnlyCollection<MethodDefinition> Methods => _methods.Values;

    /// <summary>What stands in for a method in a delegate, or null where that tells nothing or cannot be done.</summary>
    internal MethodDefinition? StandIn(MethodReference method)
    {
        if (!IsTold(method) || method.DeclaringType.IsValueType || method.HasGenericParameters || method is GenericInstanceMethod || method.ContainsGenericParameter) { return null; }
        if (!_methods.TryGetValue(method.FullName, out var known)) { _methods[method.FullName] = known = Make(method); }
        return known;
    }

    private static bool IsTold(MethodReference method) => (method.DeclaringType.FullName, method.Name) switch
    {
        ("System.Threading.Monitor", "Enter" or "TryEnter" or "Exit" or "Wait" or "Pulse" or "PulseAll") => true,
        ("System.Threading.Lock", "Enter" or "TryEnter" or "Exit") => true,
        ("System.Threading.Thread", "Join") => true,
        ("System.Threading.Tasks.Task", "Wait" or "WaitAll") => true,
        ("System.Threading.ManualResetEventSlim" or "System.Threading.CountdownEvent", "Wait") => true,
        ("System.Threading.Barrier", "SignalAndWait") => true,
        ("System.Threading.CancellationTokenSource", "Cancel") => true,
        ("System.Threading.Tasks.TaskCompletionSource", "SetResult" or "TrySetResult") => true,
        var (type, name) => LockCalls.Taking(type, name, method) is not null || LockCalls.Releasing(type, name) is not null,
    };

    private MethodDefinition Make(MethodReference method)
    {
        var made = new MethodDefinition(method.Name, MethodAttributes.Assembly | MethodAttributes.Static | MethodAttributes.HideBySig, method.ReturnType);
        if (method.HasThis) { made.Parameters.Add(new("target", ParameterAttributes.None, method.DeclaringType)); }
        MethodReference named = method.Resolve() ?? method;
        for (int i = 0; i < method.Parameters.Count; i++) { made.Parameters.Add(new(named.Parameters[i].Name, ParameterAttributes.None, method.Parameters[i].ParameterType)); }
        var code = made.Body.Instructions;
        foreach (var parameter in made.Parameters) { code.Add(Instruction.Create(OpCodes.Ldarg, parameter)); }
        code.Add(Instruction.Create(method.HasThis ? OpCodes.Callvirt : OpCodes.Call, method));
        code.Add(Instruction.Create(OpCodes.Ret));
        for (int i = 1; i < code.Count; i++) { code[i].Offset = code[i - 1].Offset + code[i - 1].GetSize(); }
        Holder().Methods.Add(made);
        return made;
    }

    private TypeDefinition Holder()
    {
        if (_holder is { } known) { return known; }
        _holder = new TypeDefinition("Ncsan", "MethodGroups", TypeAttributes.NotPublic | TypeAttributes.Abstract | TypeAttributes.Sealed | TypeAttributes.BeforeFieldInit, module.Module.TypeSystem.Object);
        module.Module.Types.Add(_holder);
        return _holder;
    }
}
