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
            bool told = !call.Op.HasPrefix(Code.Tail);
            call.Add(Copies.Both, after: false, [], w =>
            {
                w.Emit(OpCodes.Ldstr, "finalizers\nthe finalizers");
                w.Constant(told ? 1 : 0);
                w.Site(finalizers);
                w.Hook(nameof(Hooks.MapWaiting));
            });
            if (told) { call.After(Copies.Both, nameof(Hooks.AwaitedDone), -1); }
        }

        if (call is { DeclaringType: "System.IDisposable", Name: "Dispose" } && call.ArgumentType(0) is ByReferenceType { ElementType.FullName: "System.Threading.CancellationTokenRegistration" })
        {
            Awaiting(call, "a callback", nameof(Hooks.RegistrationDisposing), 0);
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
                ThreadJoin(call, TaskOrigin.OfTask(call.Code, call.Op.Inputs![0].Producer));
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
            case ("System.Threading.Tasks.Parallel", "For" or "ForEach"):
                // A loop that keeps a state for each thread has a delegate before the body to make it and one after the body to end it.
                bool keepsState = call.Method.Parameters.Any(p => p.ParameterType.Name.StartsWith("Func`", StringComparison.Ordinal));
                Parallel(call, call.ArgumentCount - (keepsState ? 2 : 1), keepsState);
                break;
            case ("System.Threading.CancellationToken", "Register" or "UnsafeRegister"):
                Body(call, 1);
                break;
            case ("System.Threading.CancellationTokenRegistration", "Dispose"):
                Awaiting(call, "a callback", nameof(Hooks.RegistrationDisposing), 0);
                break;
            case ("System.Threading.Timer", "Dispose") when call.ArgumentCount == 2:
                call.Before(Copies.Both, nameof(Hooks.TimerDisposing), -1, 0, 1);
                break;
            case ("System.Threading.Tasks.Parallel", "Invoke") when call.ArgumentType(call.ArgumentCount - 1) is ArrayType:
                int bodies = call.Site(SiteKind.Lock, "Parallel.Invoke");
                call.Op.Always(w =>
                {
                    w.Site(bodies);
                    w.Hook(nameof(Hooks.ParallelActions));
                });
                call.After(Copies.Both, nameof(Hooks.AwaitedDone), -1);
                break;
        }
    }

    private static void TaskWait(Invocation call, WaitCall how)
    {
        Op? producer = call.Op.Inputs![0].Producer;
        string? map = TaskOrigin.OfTask(call.Code, producer);
        int site = call.Site(SiteKind.Lock, "a task");

        if (producer?.Operand is MethodReference) { how |= WaitCall.OnTheSpot; }
        int? time = TimedLocks.Time(call);
        call.Add(Copies.Both, after: false, time is { } limit ? [0, limit] : [0], w =>
        {
            if (time is { } at) { TimedLocks.Milliseconds(w, call, at); }
            if (map is null) { w.Emit(OpCodes.Ldnull); } else { w.Emit(OpCodes.Ldstr, map); }
            w.Constant((int)how);
            w.Site(site);
            w.Hook(time is null ? nameof(Hooks.TaskWaiting) : nameof(Hooks.TaskWaitingFor));
        });
    }

    private static WaitCall Limit(Invocation call) => call.ArgumentCount == 1 ? WaitCall.Forever
        : call.ArgumentType(call.ArgumentCount - 1)?.FullName != "System.Threading.CancellationToken" ? WaitCall.None
        : call.ArgumentCount == 2 ? WaitCall.Cancelable : WaitCall.CancelableIfForever;

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
        int? time = TimedLocks.Time(call);
        call.Add(Copies.Both, after: false, time is { } limit ? [0, limit] : [0], w =>
        {
            if (time is { } at) { TimedLocks.Milliseconds(w, call, at); }
            w.Constant((int)Limit(call));
            w.Site(site);
            w.Hook(time is null ? hook : hook + "For");
        });
    }

    private static void Posted(Invocation call, TypeReference callback)
    {
        // That of the base class, which an override calls, runs the callback right there.
        if (call.Name == "Send")
        {
            if (call.Op.Code != Code.Callvirt) { return; }
            int site = call.Site(SiteKind.Lock, "a synchronization context");
            call.Op.Replace(Copies.Both, w =>
            {
                w.Site(site);
                w.Hook(nameof(Hooks.SendTo));
            });
            return;
        }

        call.Op.Always(w =>
        {
            // The context, the callback, the state.
            VariableDefinition state = w.Spill(w.Types.Object), body = w.Spill(callback), context = w.Spill(call.Method.DeclaringType);
            w.Emit(OpCodes.Ldloc, context);
            w.Emit(OpCodes.Ldloc, context);
            w.Emit(OpCodes.Ldloc, body);
            w.Hook(nameof(Hooks.PostedBody));
            w.Emit(OpCodes.Ldloc, state);
        });
    }

    /// <summary>A wait whose end is told too, since the call does it itself.</summary>
    private static void Awaiting(Invocation call, string what, string hook, int argument)
    {
        if (call.Op.HasPrefix(Code.Tail) || !call.Before(Copies.Both, hook, call.Site(SiteKind.Lock, what), argument)) { return; }
        call.After(Copies.Both, nameof(Hooks.AwaitedDone), -1);
    }

    private static void ThreadJoin(Invocation call, string? map)
    {
        int site = call.Site(SiteKind.Lock, "a thread");
        int? time = TimedLocks.Time(call);
        call.Add(Copies.Both, after: false, time is { } limit ? [0, limit] : [0], w =>
        {
            if (time is { } at) { TimedLocks.Milliseconds(w, call, at); }
            if (map is null) { w.Emit(OpCodes.Ldnull); } else { w.Emit(OpCodes.Ldstr, map); }
            w.Site(site);
            w.Hook(time is null ? nameof(Hooks.ThreadJoining) : nameof(Hooks.ThreadJoiningFor));
        });
    }

    private static void Blocking(Invocation call, string what)
    {
        int site = call.Site(SiteKind.Lock, what);
        if (IsTimedSignalWait(call) && TimedLocks.Time(call) is { } time)
        {
            call.Add(Copies.Both, after: false, [time], w =>
            {
                TimedLocks.Milliseconds(w, call, time);
                w.Emit(OpCodes.Ldstr, what);
                w.Site(site);
                w.Hook(nameof(Hooks.BlockingFor));
            });
            call.After(Copies.Both, nameof(Hooks.AwaitedDone), -1);
            return;
        }

        bool forever = IsSignalWait(call) && !call.Op.HasPrefix(Code.Tail);
        call.Add(Copies.Both, after: false, [], w =>
        {
            w.Emit(OpCodes.Ldstr, what);
            w.Constant(forever ? 1 : 0);
            w.Site(site);
            w.Hook(nameof(Hooks.Blocking));
        });
        if (forever) { call.After(Copies.Both, nameof(Hooks.AwaitedDone), -1); }
    }

    /// <summary>A wait for a signal of somebody, for as long as it takes.</summary>
    private static bool IsSignalWait(Invocation call) => call.Name is "Wait" or "SignalAndWait" or "Take" or "Add"
        && !call.Method.Parameters.Any(p => p.ParameterType.FullName is "System.TimeSpan" or "System.Threading.CancellationToken" || (p.ParameterType.MetadataType == MetadataType.Int32 && call.Name is "Wait" or "SignalAndWait"));

    private static bool IsTimedSignalWait(Invocation call) => call.Name is "Wait" or "SignalAndWait" or "TryTake" or "TryAdd" && !call.Op.HasPrefix(Code.Tail)
        && !call.Method.Parameters.Any(p => p.ParameterType.FullName == "System.Threading.CancellationToken");

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
        Wrap(call, first, wrapper, TaskOrigin.OfBody(function));
    }

    /// <summary>A loop whose calling thread waits for the bodies that others run.</summary>
    private static void Parallel(Invocation call, int index, bool keepsState)
    {
        if (call.Op.HasPrefix(Code.Tail) || call.ArgumentType(index) is not GenericInstanceType body) { return; }
        var function = keepsState ? null : TaskOrigin.Function(call.Code, call.Op);
        string? hook = (body.ElementType.FullName, body.GenericArguments.Count) switch
        {
            ("System.Action`1", _) => nameof(Hooks.ParallelAction),
            ("System.Action`2", _) => nameof(Hooks.ParallelAction2),
            ("System.Action`3", _) => nameof(Hooks.ParallelAction3),
            ("System.Func`4", _) => nameof(Hooks.ParallelFunc3),
            ("System.Func`5", _) => nameof(Hooks.ParallelFunc4),
            _ => null,
        };
        if (hook is null) { return; }
        Wrap(call, index, call.Module.Hooks.Generic(hook, [.. body.GenericArguments]), function is null ? null : TaskOrigin.OfBody(function));
        call.After(Copies.Both, nameof(Hooks.AwaitedDone), -1);
    }

    /// <param name="call">The call.</param>
    /// <param name="first">Which argument is the delegate.</param>
    /// <param name="wrapper">The hook that gives another one for it.</param>
    /// <param name="map">Its map, or null when only the delegate says what it runs.</param>
    private static void Wrap(Invocation call, int first, MethodReference wrapper, string? map)
    {
        int site = call.Site(SiteKind.Lock, "a task");
        int above = call.ArgumentCount - first - 1;
        if (Enumerable.Range(first + 1, above).Any(i => call.ArgumentType(i) is null)) { return; }
        call.Op.Always(w =>
        {
            var spilled = new VariableDefinition[above];
            for (int i = above - 1; i >= 0; i--) { spilled[i] = w.Spill(call.ArgumentType(first + 1 + i)!); }
            if (map is null) { w.Emit(OpCodes.Ldnull); } else { w.Emit(OpCodes.Ldstr, map); }
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
