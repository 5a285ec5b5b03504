using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime;
using Ncsan.Runtime.Locks;
using Ncsan.Runtime.Locks.Graph;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>Waits that are not locks, and the bodies that are waited for.</summary>
internal sealed class WaitPass : ICallPass
{
    public void Visit(Invocation call)
    {
        if (call is { DeclaringType: "System.GC", Name: "WaitForPendingFinalizers" })
        {
            int finalizers = call.Site(SiteKind.Lock, "finalizers");
            call.Add(Copies.Both, after: false, [], w =>
            {
                w.Emit(OpCodes.Ldstr, "finalizers\nfinalizers");
                w.Site(finalizers);
                w.Hook(nameof(Hooks.MapWaiting));
            });
        }

        if (!call.DeclaringType.StartsWith("System.Threading.", StringComparison.Ordinal) && call.DeclaringType != "System.Collections.Concurrent.BlockingCollection`1") { return; }
        switch (call.DeclaringType, call.Name)
        {
            case ("System.Threading.Tasks.Task" or "System.Threading.Tasks.Task`1", "Wait"):
                TaskWait(call, Limit(call));
                break;
            case ("System.Threading.Tasks.Task`1", "get_Result"):
            case ("System.Threading.Tasks.Task" or "System.Threading.Tasks.Task`1", "GetAwaiter" or "ConfigureAwait") when AsksResult(call):
                TaskWait(call, WaitCall.AsksResult | WaitCall.Forever);
                break;
            case ("System.Threading.Tasks.ValueTask", "GetAwaiter" or "ConfigureAwait") when AsksResult(call):
                ValueTaskWait(call, w => w.Hook(nameof(Hooks.ValueTaskWaiting)));
                break;
            case ("System.Threading.Tasks.ValueTask`1", "get_Result"):
            case ("System.Threading.Tasks.ValueTask`1", "GetAwaiter" or "ConfigureAwait") when AsksResult(call):
                ValueTaskWait(call, w => w.Emit(OpCodes.Call, w.Module.Hooks.Generic(nameof(Hooks.ValueTaskWaitingOf), Argument(call))));
                break;
            case ("System.Threading.Tasks.Task", "WaitAll") when call.ArgumentType(0) is ArrayType:
                WaitAll(call, nameof(Hooks.TasksWaiting));
                break;
            case ("System.Threading.Tasks.Task", "WaitAll") when call.ArgumentType(0) is GenericInstanceType { ElementType.Name: "ReadOnlySpan`1" }:
                WaitAll(call, nameof(Hooks.TaskSpanWaiting));
                break;
            case ("System.Threading.Tasks.Task", "WaitAll"):
                WaitAll(call, nameof(Hooks.TaskSequenceWaiting));
                break;
            case ("System.Threading.SynchronizationContext", "Send" or "Post") when call.ArgumentType(1) is { } callback && !call.Op.HasPrefix(Code.Tail):
                Posted(call, callback);
                break;
            case ("System.Threading.SpinWait", "SpinUntil"):
                Blocking(call, "a condition");
                break;
            case ("System.Threading.Thread", "Join"):
                Blocking(call, "a thread");
                if (call.Method.Parameters.Count == 0) { ThreadJoin(call, TaskOrigin.OfTask(call.Code, call.Op.Inputs![0].Producer)); }
                break;
            case ("System.Threading.Thread", "Sleep"):
                Blocking(call, "time to pass");
                break;
            case ("System.Threading.ManualResetEventSlim" or "System.Threading.CountdownEvent", "Wait"):
            case ("System.Threading.Barrier", "SignalAndWait"):
            case ("System.Collections.Concurrent.BlockingCollection`1", "Take" or "Add" or "AddToAny" or "TakeFromAny" or "TryTake" or "TryAdd" or "TryAddToAny" or "TryTakeFromAny" or "GetConsumingEnumerable"):
                Blocking(call, $"a {call.DeclaringType[(call.DeclaringType.LastIndexOf('.') + 1)..].TrimEnd('`', '1')}");
                break;
            case ("System.Threading.Tasks.Task", "Run"):
            case ("System.Threading.Tasks.TaskFactory" or "System.Threading.Tasks.TaskFactory`1", "StartNew"):
            case ("System.Threading.Thread" or "System.Threading.Tasks.Task" or "System.Threading.Tasks.Task`1", ".ctor"):
            case ("System.Threading.ThreadPool", "QueueUserWorkItem" or "UnsafeQueueUserWorkItem"):
            case ("System.Threading.Tasks.Task" or "System.Threading.Tasks.Task`1", "ContinueWith"):
            case ("System.Threading.Timer", ".ctor"):
                Body(call, call.Method.HasThis && !call.IsConstructor ? 1 : 0);
                break;
            case ("System.Threading.Tasks.Parallel", "For" or "ForEach") when !call.Method.Parameters.Any(p => p.ParameterType.Name.StartsWith("Func`", StringComparison.Ordinal)):
                for (int i = call.ArgumentCount - 1; i >= 0; i--)
                {
                    if (call.ArgumentType(i) is not GenericInstanceType { ElementType.FullName: "System.Action`1" or "System.Action`2" }) { continue; }
                    Parallel(call, i);
                    break;
                }

                break;
            case ("System.Threading.Tasks.Parallel", "Invoke") when call.ArgumentType(call.ArgumentCount - 1) is ArrayType:
                int bodies = call.Site(SiteKind.Lock, "Parallel.Invoke");
                call.Op.Always(w =>
                {
                    w.Site(bodies);
                    w.Hook(nameof(Hooks.ParallelActions));
                });
                call.After(Copies.Both, nameof(Hooks.ParallelDone), -1);
                break;
        }
    }

    private static void TaskWait(Invocation call, WaitCall how)
    {
        Op? producer = call.Op.Inputs![0].Producer;
        string? map = TaskOrigin.OfTask(call.Code, producer);
        int site = call.Site(SiteKind.Lock, "a task");

        if (producer?.Operand is MethodReference) { how |= WaitCall.OnTheSpot; }
        call.Add(Copies.Both, after: false, [0], w =>
        {
            if (map is null) { w.Emit(OpCodes.Ldnull); } else { w.Emit(OpCodes.Ldstr, map); }
            w.Constant((int)how);
            w.Site(site);
            w.Hook(nameof(Hooks.TaskWaiting));
        });
    }

    private static WaitCall Limit(Invocation call) => call.ArgumentCount == 1 ? WaitCall.Forever
        : call.ArgumentCount == 2 && call.ArgumentType(1)?.FullName == "System.Threading.CancellationToken" ? WaitCall.Cancelable : WaitCall.None;

    private static void ValueTaskWait(Invocation call, Action<CodeWriter> emit)
    {
        string? map = TaskOrigin.OfTask(call.Code, call.Op.Inputs![0].Producer);
        int site = call.Site(SiteKind.Lock, "a task");
        call.Add(Copies.Both, after: false, [0], w =>
        {
            if (map is null) { w.Emit(OpCodes.Ldnull); } else { w.Emit(OpCodes.Ldstr, map); }
            w.Site(site);
            emit(w);
        });
    }

    private static void WaitAll(Invocation call, string hook)
    {
        int site = call.Site(SiteKind.Lock, "Task.WaitAll");
        call.Add(Copies.Both, after: false, [0], w =>
        {
            w.Constant((int)Limit(call));
            w.Site(site);
            w.Hook(hook);
        });
    }

    private static void Posted(Invocation call, TypeReference callback)
    {
        int site = call.Site(SiteKind.Lock, "a synchronization context");
        bool sends = call.Name == "Send";
        call.Op.Always(w =>
        {
            // The context, the callback, the state.
            VariableDefinition state = w.Spill(w.Types.Object), body = w.Spill(callback), context = w.Spill(call.Method.DeclaringType);
            if (sends)
            {
                w.Emit(OpCodes.Ldloc, context);
                w.Site(site);
                w.Hook(nameof(Hooks.ContextSending));
            }

            w.Emit(OpCodes.Ldloc, context);
            w.Emit(OpCodes.Ldloc, context);
            w.Emit(OpCodes.Ldloc, body);
            w.Hook(nameof(Hooks.PostedBody));
            w.Emit(OpCodes.Ldloc, state);
        });
    }

    private static void ThreadJoin(Invocation call, string? map)
    {
        int site = call.Site(SiteKind.Lock, "a thread");
        call.Add(Copies.Both, after: false, [0], w =>
        {
            if (map is null) { w.Emit(OpCodes.Ldnull); } else { w.Emit(OpCodes.Ldstr, map); }
            w.Site(site);
            w.Hook(nameof(Hooks.ThreadJoining));
        });
    }

    private static void Blocking(Invocation call, string what)
    {
        int site = call.Site(SiteKind.Lock, what);
        call.Add(Copies.Both, after: false, [], w =>
        {
            w.Emit(OpCodes.Ldstr, what);
            w.Site(site);
            w.Hook(nameof(Hooks.Blocking));
        });
    }

    /// <summary>GetAwaiter().GetResult(): the result is asked for without the question whether it is there, which every await asks first.</summary>
    private static bool AsksResult(Invocation call)
    {
        var ops = call.Code.Ops;
        bool awaiter = call.Name == "GetAwaiter";
        for (int i = call.Op.Index + 1; i < Math.Min(ops.Count, call.Op.Index + 8); i++)
        {
            if (ops[i].Operand is not MethodReference called) { continue; }
            if (!awaiter && called.Name == "GetAwaiter") { awaiter = true; continue; }
            return awaiter && called.Name == "GetResult";
        }

        return false;
    }

    /// <summary>Gives the call a delegate that runs within its map, when the delegate is its first argument and the code says what it runs.</summary>
    private static void Body(Invocation call, int first)
    {
        var function = TaskOrigin.Function(call.Code, call.Op);
        if (AsyncBody(call)) { return; }
        if (function is null || TaskOrigin.OfAsync(function) is not null || call.Method.Parameters.Count == 0 || call.Op.HasPrefix(Code.Tail)) { return; }
        var type = call.ArgumentType(first);
        if (type is null || Wrapper(call.Module, type) is not { } wrapper) { return; }
        Wrap(call, first, wrapper, function);
    }

    /// <summary>A loop whose calling thread waits for the bodies that others run.</summary>
    private static void Parallel(Invocation call, int index)
    {
        var function = TaskOrigin.Function(call.Code, call.Op);
        if (function is null || call.Op.HasPrefix(Code.Tail)) { return; }
        MethodReference? wrapper = call.ArgumentType(index) switch
        {
            GenericInstanceType { GenericArguments: [var one] } => call.Module.Hooks.Generic(nameof(Hooks.ParallelAction), one),
            GenericInstanceType { GenericArguments: [var one, var two] } => call.Module.Hooks.Generic(nameof(Hooks.ParallelAction2), one, two),
            _ => null,
        };
        if (wrapper is null) { return; }
        Wrap(call, index, wrapper, function);
        call.After(Copies.Both, nameof(Hooks.ParallelDone), -1);
    }

    private static void Wrap(Invocation call, int first, MethodReference wrapper, MethodReference function)
    {
        string map = TaskOrigin.OfBody(function);
        int site = call.Site(SiteKind.Lock, "a task");
        int above = call.ArgumentCount - first - 1;
        if (Enumerable.Range(first + 1, above).Any(i => call.ArgumentType(i) is null)) { return; }
        call.Op.Always(w =>
        {
            var spilled = new VariableDefinition[above];
            for (int i = above - 1; i >= 0; i--) { spilled[i] = w.Spill(call.ArgumentType(first + 1 + i)!); }
            w.Emit(OpCodes.Ldstr, map);
            w.Site(site);
            w.Emit(OpCodes.Call, wrapper);
            foreach (var argument in spilled) { w.Emit(OpCodes.Ldloc, argument); }
        });
    }

    /// <summary>Task.Run over an async method, without a token: the task that it gives is tied to the method's own.</summary>
    private static bool AsyncBody(Invocation call)
    {
        if (call.Name != "Run" || call.ArgumentCount != 1 || call.Op.HasPrefix(Code.Tail)) { return false; }
        if (call.ArgumentType(0) is not GenericInstanceType { ElementType.FullName: "System.Func`1", GenericArguments: [var task] } function) { return false; }
        if (task is not { FullName: "System.Threading.Tasks.Task" } and not GenericInstanceType { ElementType.FullName: "System.Threading.Tasks.Task`1" }) { return false; }
        MethodReference wrapper = task is GenericInstanceType { GenericArguments: [var result] } ? call.Module.Hooks.Generic(nameof(Hooks.AsyncBodyOf), result) : call.Module.Hooks[nameof(Hooks.AsyncBody)];
        call.Op.Replace(Copies.Both, w =>
        {
            w.Emit(OpCodes.Call, wrapper);
            w.Emit(OpCodes.Dup);
            VariableDefinition body = w.Spill(function);
            w.Emit(OpCodes.Call, call.Method);
            w.Emit(OpCodes.Dup);
            w.Emit(OpCodes.Ldloc, body);
            w.Hook(nameof(Hooks.AsyncBodyStarted));
        });
        return true;
    }

    private static MethodReference? Wrapper(ModuleContext module, TypeReference type) => type.FullName switch
    {
        "System.Action" => module.Hooks[nameof(Hooks.MapAction)],
        "System.Threading.ThreadStart" => module.Hooks[nameof(Hooks.MapThreadStart)],
        "System.Threading.ParameterizedThreadStart" => module.Hooks[nameof(Hooks.MapParameterizedThreadStart)],
        "System.Threading.WaitCallback" => module.Hooks[nameof(Hooks.MapWaitCallback)],
        "System.Threading.TimerCallback" => module.Hooks[nameof(Hooks.MapTimerCallback)],
        _ => type switch
        {
            GenericInstanceType { ElementType.FullName: "System.Func`1", GenericArguments: [var result] } => module.Hooks.Generic(nameof(Hooks.MapFunc), result),
            GenericInstanceType { ElementType.FullName: "System.Func`2", GenericArguments: [var one, var result] } => module.Hooks.Generic(nameof(Hooks.MapFunc2), one, result),
            GenericInstanceType { ElementType.FullName: "System.Func`3", GenericArguments: [var one, var two, var result] } => module.Hooks.Generic(nameof(Hooks.MapFunc3), one, two, result),
            GenericInstanceType { ElementType.FullName: "System.Action`1", GenericArguments: [var one] } => module.Hooks.Generic(nameof(Hooks.MapAction1), one),
            GenericInstanceType { ElementType.FullName: "System.Action`2", GenericArguments: [var one, var two] } => module.Hooks.Generic(nameof(Hooks.MapAction2), one, two),
            _ => null,
        },
    };

    private static TypeReference Argument(Invocation call) => ((GenericInstanceType)call.Method.DeclaringType).GenericArguments[0];
}
