using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Bodies;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes;

/// <summary>Waits that are not locks, the bodies that are waited for, and completions whose continuations run inside of the call.</summary>
internal sealed class WaitPass : ICallPass
{
    public void Visit(Invocation call)
    {
        if (!call.DeclaringType.StartsWith("System.Threading.", StringComparison.Ordinal) && call.DeclaringType != "System.Collections.Concurrent.BlockingCollection`1") { return; }
        switch (call.DeclaringType, call.Name)
        {
            case ("System.Threading.Tasks.Task" or "System.Threading.Tasks.Task`1", "Wait"):
                TaskWait(call, asksResult: false);
                break;
            case ("System.Threading.Tasks.Task`1", "get_Result"):
            case ("System.Threading.Tasks.Task" or "System.Threading.Tasks.Task`1", "GetAwaiter" or "ConfigureAwait") when AsksResult(call):
                TaskWait(call, asksResult: true);
                break;
            case ("System.Threading.Tasks.Task", "WaitAll") when call.ArgumentType(0) is ArrayType:
                call.Before(Copies.Both, nameof(Hooks.TasksWaiting), call.Site(SiteKind.Lock, "Task.WaitAll"), 0);
                break;
            case ("System.Threading.Thread", "Join"):
                Blocking(call, "a thread");
                if (call.Method.Parameters.Count == 0 && TaskOrigin.OfTask(call.Code, call.Op.Inputs![0].Producer) is { } joined) { ThreadJoin(call, joined); }
                break;
            case ("System.Threading.Thread", "Sleep"):
                Blocking(call, "time to pass");
                break;
            case ("System.Threading.ManualResetEventSlim" or "System.Threading.CountdownEvent", "Wait"):
            case ("System.Threading.Barrier", "SignalAndWait"):
            case ("System.Collections.Concurrent.BlockingCollection`1", "Take" or "Add"):
                Blocking(call, $"a {call.DeclaringType[(call.DeclaringType.LastIndexOf('.') + 1)..].TrimEnd('`', '1')}");
                break;
            case ("System.Threading.Tasks.Task", "Run"):
            case ("System.Threading.Tasks.TaskFactory", "StartNew"):
            case ("System.Threading.Thread" or "System.Threading.Tasks.Task", ".ctor"):
            case ("System.Threading.ThreadPool", "QueueUserWorkItem" or "UnsafeQueueUserWorkItem"):
                Body(call);
                break;
            case ("System.Threading.Tasks.TaskCompletionSource", "SetResult"):
                Inline(call, w => w.Hook(nameof(Hooks.CompleteSource)));
                break;
            case ("System.Threading.Tasks.TaskCompletionSource", "TrySetResult"):
                Inline(call, w => w.Hook(nameof(Hooks.TryCompleteSource)));
                break;
            case ("System.Threading.Tasks.TaskCompletionSource`1", "SetResult"):
                Inline(call, w => w.Emit(OpCodes.Call, w.Module.Hooks.Generic(nameof(Hooks.CompleteSourceOf), Argument(call))));
                break;
            case ("System.Threading.Tasks.TaskCompletionSource`1", "TrySetResult"):
                Inline(call, w => w.Emit(OpCodes.Call, w.Module.Hooks.Generic(nameof(Hooks.TryCompleteSourceOf), Argument(call))));
                break;
            case ("System.Threading.CancellationTokenSource", "Cancel") when call.ArgumentCount == 1:
                Inline(call, w => w.Hook(nameof(Hooks.CancelSource)));
                break;
        }
    }

    private static void TaskWait(Invocation call, bool asksResult)
    {
        string? map = TaskOrigin.OfTask(call.Code, call.Op.Inputs![0].Producer);
        int site = call.Site(SiteKind.Lock, "a task");
        call.Add(Copies.Both, after: false, [0], w =>
        {
            if (map is null) { w.Emit(OpCodes.Ldnull); } else { w.Emit(OpCodes.Ldstr, map); }
            w.Constant(asksResult ? 1 : 0);
            w.Site(site);
            w.Hook(nameof(Hooks.TaskWaiting));
        });
    }

    private static void ThreadJoin(Invocation call, string map)
    {
        int site = call.Site(SiteKind.Lock, "a thread");
        call.Add(Copies.Both, after: false, [], w =>
        {
            w.Emit(OpCodes.Ldstr, map);
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
    private static void Body(Invocation call)
    {
        var function = TaskOrigin.Function(call.Code, call.Op);
        if (function is null || TaskOrigin.OfAsync(function) is not null || call.Method.Parameters.Count == 0 || call.Op.HasPrefix(Code.Tail)) { return; }
        int first = call.Method.HasThis && !call.IsConstructor ? 1 : 0;
        var type = call.ArgumentType(first);
        if (type is null || Wrapper(call.Module, type) is not { } wrapper) { return; }
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

    private static MethodReference? Wrapper(ModuleContext module, TypeReference type) => type.FullName switch
    {
        "System.Action" => module.Hooks[nameof(Hooks.MapAction)],
        "System.Threading.ThreadStart" => module.Hooks[nameof(Hooks.MapThreadStart)],
        "System.Threading.WaitCallback" => module.Hooks[nameof(Hooks.MapWaitCallback)],
        _ => type is GenericInstanceType { ElementType.FullName: "System.Func`1", GenericArguments: [var result] } ? module.Hooks.Generic(nameof(Hooks.MapFunc), result) : null,
    };

    private static TypeReference Argument(Invocation call) => ((GenericInstanceType)call.Method.DeclaringType).GenericArguments[0];

    private static void Inline(Invocation call, Action<CodeWriter> emit)
    {
        if (call.Op.HasPrefix(Code.Tail) || call.Op.HasPrefix(Code.Constrained)) { return; }
        LockOrigin origin = LockOrigin.Of(call.Code, call.Op.Inputs![0].Producer);
        string name = $"{(call.Name == "Cancel" ? "callbacks of" : "continuations of")} {origin.Name.TrimStart('?')}";
        int site = call.Site(SiteKind.Lock, name);
        call.Op.Replace(Copies.Both, w =>
        {
            w.Emit(OpCodes.Ldstr, name);
            w.Site(site);
            emit(w);
        });
    }
}
