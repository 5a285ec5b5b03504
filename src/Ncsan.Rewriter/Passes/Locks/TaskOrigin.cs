using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Sites;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>What a task, a thread or a delegate runs, as far as the code that makes it says so: the name of its map, <c>key\nname</c>.</summary>
internal static class TaskOrigin
{
    private const int MaxDistance = 24;

    /// <summary>The map of an async method: its key is its state machine, which a suspended task's type names too.</summary>
    internal static string? OfAsync(MethodReference method)
    {
        if (method.DeclaringType.Scope is not ModuleDefinition || method.Resolve() is not { HasCustomAttributes: true } definition) { return null; }
        var attribute = definition.CustomAttributes.FirstOrDefault(a => a.AttributeType.Name == "AsyncStateMachineAttribute");
        return attribute?.ConstructorArguments is [{ Value: TypeReference machine }] ? Name(machine.GetElementType(), Names.Method(definition)) : null;
    }

    /// <summary>The map of the async method that a state machine belongs to.</summary>
    internal static string OfMachine(MethodDefinition moveNext) => Name(moveNext.DeclaringType, Names.Method(moveNext));

    /// <summary>The map of a method that a delegate was made of.</summary>
    internal static string OfBody(MethodReference body) => OfAsync(body)
        ?? $"{body.DeclaringType.FullName.Replace('/', '+')}::{body.Name}\n{(body.Resolve() is { } definition ? Names.Method(definition) : body.Name)}";

    /// <summary>The map of the task or thread that an op loads, or null when the code at hand does not say.</summary>
    internal static string? OfTask(MethodCode code, Op? producer)
    {
        if (producer is not null && Locals.IsLoad(producer.Code)) { producer = LockOrigin.LastStore(code, producer); }
        if (producer is null || producer.Operand is not MethodReference made) { return null; }
        if (producer.Code is Code.Call or Code.Callvirt && OfAsync(made) is { } known) { return known; }
        bool runs = (made.DeclaringType.Name, made.Name) is ("Task" or "Task`1", "Run" or ".ctor") or ("TaskFactory" or "TaskFactory`1", "StartNew") or ("Thread", ".ctor") or ("Parallel", "ForEachAsync" or "ForAsync");
        return runs && Function(code, producer) is { } body ? OfBody(body) : null;
    }

    /// <summary>The function that was loaded last before a call: the compiler makes delegates right there, cached or not.</summary>
    internal static MethodReference? Function(MethodCode code, Op call)
    {
        for (int i = call.Index - 1; i >= Math.Max(0, call.Index - MaxDistance); i--)
        {
            Op op = code.Ops[i];
            if (op.Code is Code.Ldftn or Code.Ldvirtftn) { return (MethodReference)op.Operand!; }
            if (op.Code is Code.Call or Code.Callvirt && op.Operand is MethodReference { DeclaringType.Name: not "TaskFactory" } other && !IsArgument(other)) { return null; }
        }

        return null;
    }

    /// <summary>Whether a call gives one of the other arguments: a token, a scheduler, a factory.</summary>
    private static bool IsArgument(MethodReference called) => (called.DeclaringType.Name, called.Name) is (_, "get_Factory")
        or ("TaskScheduler", "get_Default" or "get_Current" or "FromCurrentSynchronizationContext") or ("CancellationToken", "get_None") or ("CancellationTokenSource", "get_Token");

    private static string Name(TypeReference machine, string name) => $"{machine.FullName.Replace('/', '+')}\n{name}";
}
