using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>What small methods of the module hand through, learned before any of them is rewritten: what was is no longer what the program says.</summary>
internal sealed class OriginalBodies
{
    private readonly Dictionary<MethodDefinition, FieldReference> _getters = [];
    private readonly HashSet<MethodDefinition> _startsSeveral = [], _forwards = [];

    internal void Learn(IEnumerable<MethodDefinition> methods)
    {
        foreach (MethodDefinition method in methods)
        {
            if (IsGetter(method)) { if (Returned(method) is { } field) { _getters[method] = field; } }
            else if (IsForwarder(method)) { _forwards.Add(method); }
            else if (AwaitedCallPass.IsTask(method.ReturnType) && TaskOrigin.OfAsync(method) is null && method.Body.Instructions.Count(AwaitedCallPass.Starts) > 1) { _startsSeveral.Add(method); }
        }
    }

    /// <summary>The field that a getter of this assembly returns and nothing else, or null.</summary>
    internal FieldReference? Getter(MethodReference method)
        => IsGetter(method) && method.DeclaringType.Scope is ModuleDefinition && method.Resolve() is { IsVirtual: false } getter ? _getters.GetValueOrDefault(getter) : null;

    /// <summary>Whether a method does nothing but return the task of SemaphoreSlim.WaitAsync, and the call is to no other: <c>Task Enter() => _gate.WaitAsync();</c>.</summary>
    internal bool Forwards(MethodReference method)
        => method.DeclaringType.Scope is ModuleDefinition && method.Resolve() is { } definition && (!definition.IsVirtual || definition.IsFinal) && _forwards.Contains(definition);

    /// <summary>Whether a method that is not async itself starts several that are. Which one it hands through is not known.</summary>
    internal bool StartsSeveral(MethodReference method) => method.DeclaringType.Scope is ModuleDefinition && method.Resolve() is { } definition && _startsSeveral.Contains(definition);

    private static bool IsForwarder(MethodDefinition method) => method.ReturnType.GetElementType().FullName is "System.Threading.Tasks.Task" or "System.Threading.Tasks.Task`1" && method.Body is { HasExceptionHandlers: false } body
        && body.Instructions.All(static i => i.OpCode.FlowControl is not (FlowControl.Cond_Branch or FlowControl.Throw) && i.OpCode.Code is not (Code.Newobj or Code.Calli or Code.Ldftn))
        && body.Instructions.Where(static i => i.OpCode.Code is Code.Call or Code.Callvirt).Take(2).ToList() is [{ Operand: MethodReference { Name: "WaitAsync", DeclaringType.FullName: "System.Threading.SemaphoreSlim" } }];

    private static bool IsGetter(MethodReference method) => method.Parameters.Count == 0 && method.Name.StartsWith("get_", StringComparison.Ordinal);

    private static FieldReference? Returned(MethodDefinition getter) => getter.Body.Instructions.Where(i => i.OpCode.Code != Code.Nop).Take(4).ToList() switch
    {
        [{ OpCode.Code: Code.Ldarg_0 }, { OpCode.Code: Code.Ldfld, Operand: FieldReference instance }, { OpCode.Code: Code.Ret }] => instance,
        [{ OpCode.Code: Code.Ldsfld, Operand: FieldReference shared }, { OpCode.Code: Code.Ret }] => shared,
        _ => null,
    };
}
