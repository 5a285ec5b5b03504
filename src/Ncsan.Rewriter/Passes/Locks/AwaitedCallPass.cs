using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>Calls in an async method whose task is awaited on the spot: what the caller holds is held for as long as the called method runs.</summary>
internal sealed class AwaitedCallPass : ICallPass
{
    private const int MaxDistance = 6;

    public void Visit(Invocation call)
    {
        if (call.Caller.Name != "MoveNext" || call.IsConstructor || !IsTask(call.Method.ReturnType) || !IsAwaited(call)) { return; }

        // The framework's own methods are not rewritten: nothing of theirs is entered. A delegate's body may be.
        if (call.DeclaringType.StartsWith("System.Threading.", StringComparison.Ordinal) || call.Module.Originals.StartsSeveral(call.Method)) { return; }
        call.Before(Copies.Both, nameof(Hooks.AwaitedCall), -1);
        call.After(Copies.Both, nameof(Hooks.AwaitedCallDone), -1);
    }

    /// <summary>Tasks, and what <c>await foreach</c> and <c>await using</c> get from the framework's wrapper when they are told not to come back to the context.</summary>
    internal static bool IsTask(TypeReference type) => type is GenericParameter || type.GetElementType() is
        { Namespace: "System.Threading.Tasks", Name: "Task" or "Task`1" or "ValueTask" or "ValueTask`1" }
        or { Namespace: "System.Runtime.CompilerServices", Name: "ConfiguredValueTaskAwaitable" or "ConfiguredValueTaskAwaitable`1" };

    /// <summary>Whether an instruction calls a method that gives a task of its own.</summary>
    internal static bool Starts(Instruction instruction) => instruction is { OpCode.Code: Code.Call or Code.Callvirt, Operand: MethodReference called }
        && !called.DeclaringType.FullName.StartsWith("System.Threading.", StringComparison.Ordinal) && (IsTask(called.ReturnType) || TaskOrigin.OfAsync(called) is not null);

    /// <summary>Whether a GetAwaiter, or a ConfigureAwait before one, belongs to an await.</summary>
    internal static bool IsAwait(Invocation call) => call.Name == "GetAwaiter" ? !AsksResult(call.Code.Ops, call.Op.Index) : IsAwaited(call);

    /// <summary>Whether what a call gives is awaited on the spot.</summary>
    internal static bool IsAwaited(Invocation call)
    {
        var ops = call.Code.Ops;
        for (int i = call.Op.Index + 1; i < Math.Min(ops.Count, call.Op.Index + MaxDistance); i++)
        {
            if (ops[i].Operand is not MethodReference called) { continue; }
            if (called.Name == "GetAwaiter") { return !AsksResult(ops, i); }
            if (called.Name != "ConfigureAwait") { return false; }
        }

        return false;
    }

    /// <summary>GetAwaiter().GetResult() blocks, and is no await.</summary>
    private static bool AsksResult(List<Op> ops, int awaiter)
    {
        for (int i = awaiter + 1; i < Math.Min(ops.Count, awaiter + MaxDistance); i++)
        {
            if (ops[i].Operand is MethodReference called) { return called.Name == "GetResult"; }
        }

        return false;
    }
}
