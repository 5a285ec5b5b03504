using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>What small methods of the module hand through, learned before any of them is rewritten: what was is no longer what the program says.</summary>
internal sealed class OriginalBodies
{
    private readonly Dictionary<MethodDefinition, FieldReference> _getters = [];
    private readonly HashSet<MethodDefinition> _startsSeveral = [];

    internal void Learn(IEnumerable<MethodDefinition> methods)
    {
        foreach (MethodDefinition method in methods)
        {
            if (IsGetter(method)) { if (Returned(method) is { } field) { _getters[method] = field; } }
            else if (AwaitedCallPass.IsTask(method.ReturnType) && TaskOrigin.OfAsync(method) is null && method.Body.Instructions.Count(AwaitedCallPass.Starts) > 1) { _startsSeveral.Add(method); }
        }
    }

    /// <summary>The field that a getter of this assembly returns and nothing else, or null.</summary>
    internal FieldReference? Getter(MethodReference method)
        => IsGetter(method) && method.DeclaringType.Scope is ModuleDefinition && method.Resolve() is { IsVirtual: false } getter ? _getters.GetValueOrDefault(getter) : null;

    /// <summary>Whether a method that is not async itself starts several that are. Which one it hands through is not known.</summary>
    internal bool StartsSeveral(MethodReference method) => method.DeclaringType.Scope is ModuleDefinition && method.Resolve() is { } definition && _startsSeveral.Contains(definition);

    private static bool IsGetter(MethodReference method) => method.Parameters.Count == 0 && method.Name.StartsWith("get_", StringComparison.Ordinal);

    private static FieldReference? Returned(MethodDefinition getter) => getter.Body.Instructions.Where(i => i.OpCode.Code != Code.Nop).Take(4).ToList() switch
    {
        [{ OpCode.Code: Code.Ldarg_0 }, { OpCode.Code: Code.Ldfld, Operand: FieldReference instance }, { OpCode.Code: Code.Ret }] => instance,
        [{ OpCode.Code: Code.Ldsfld, Operand: FieldReference shared }, { OpCode.Code: Code.Ret }] => shared,
        _ => null,
    };
}
