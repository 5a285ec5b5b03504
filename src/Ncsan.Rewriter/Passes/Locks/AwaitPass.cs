using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>
/// Awaits of flows of their own: of a task that was kept, that was started right there, or of several; of a timer's or a registration's end. What an async method holds
/// meanwhile those flows must do without. A method that is awaited on the spot is no flow of its own: what it does is done by its caller.
/// </summary>
internal sealed class AwaitPass : ICallPass
{
    public void Visit(Invocation call)
    {
        switch (call.DeclaringType, call.Name)
        {
            case ("System.Threading.Tasks.Task" or "System.Threading.Tasks.Task`1", "GetAwaiter" or "ConfigureAwait") when call.Caller.Name == "MoveNext" && AwaitedCallPass.IsAwait(call):
                Await(call);
                break;
            case ("System.Threading.Tasks.Task", "WhenAll" or "WhenAny"):
                Several(call);
                break;
            case ("System.Threading.Tasks.Task" or "System.Threading.Tasks.Task`1", "ContinueWith"):
            case ("System.Threading.Tasks.Task", "get_IsCompleted" or "get_IsCompletedSuccessfully" or "get_IsFaulted" or "get_IsCanceled" or "get_Status"):
                call.Before(Copies.Both, nameof(Hooks.TaskLookedAt), -1, 0);
                break;
            case ("System.Threading.Timer" or "System.Threading.CancellationTokenRegistration" or "System.IAsyncDisposable", "DisposeAsync") when AwaitedCallPass.IsAwaited(call):
                Disposal(call);
                break;
        }
    }

    private static void Await(Invocation call)
    {
        if (call.Op.Inputs![0].Producer is not { } producer) { return; }

        // What another call gives is awaited on the spot, whatever it is, but for work that is started there.
        Op? maker = Locals.IsLoad(producer.Code) ? LockOrigin.LastStore(call.Code, producer) : producer;
        string? map = maker?.Operand is MethodReference { DeclaringType.Namespace: "System.Threading.Tasks" } ? TaskOrigin.OfTask(call.Code, producer) : null;
        if (producer.Operand is MethodReference made && map is null && call.Module.Originals.Getter(made) is null) { return; }
        int site = call.Site(SiteKind.Lock, "a task");
        call.Add(Copies.Both, after: false, [0], w =>
        {
            if (map is null) { w.Emit(OpCodes.Ldnull); } else { w.Emit(OpCodes.Ldstr, map); }
            w.Site(site);
            w.Hook(nameof(Hooks.TaskAwaiting));
        });
    }

    private static void Several(Invocation call)
    {
        if (call.ArgumentType(0) is not { } type) { return; }
        if (call.ArgumentCount == 2)
        {
            call.Before(Copies.Both, nameof(Hooks.TaskLookedAt), -1, 0);
            call.Before(Copies.Both, nameof(Hooks.TaskLookedAt), -1, 1);
            return;
        }

        bool waits = call.Name == "WhenAll" && AwaitedCallPass.IsAwaited(call);
        int site = call.Site(SiteKind.Lock, "Task." + call.Name);
        Action<CodeWriter>? hook = type switch
        {
            ArrayType => static w => w.Hook(nameof(Hooks.TasksAwaiting)),
            GenericInstanceType { ElementType.Name: "ReadOnlySpan`1", GenericArguments: [var task] } => w => w.Emit(OpCodes.Call, w.Module.Hooks.Generic(nameof(Hooks.TaskSpanAwaiting), task)),
            GenericInstanceType { ElementType.Name: "IEnumerable`1" } => static w => w.Hook(nameof(Hooks.TaskSequenceAwaiting)),
            _ => null,
        };
        if (hook is null) { return; }
        call.Add(Copies.Both, after: false, [0], w =>
        {
            w.Constant(waits ? 1 : 0);
            w.Site(site);
            hook(w);
        });
    }

    private static void Disposal(Invocation call)
    {
        string? type = (call.Op.Inputs![0].Type is ByReferenceType { ElementType: var element } ? element : call.Op.Inputs[0].Type)?.FullName;
        string? hook = call.ArgumentType(0) is ByReferenceType { ElementType: var receiver } ? receiver.FullName == "System.Threading.CancellationTokenRegistration" ? nameof(Hooks.RegistrationEndAwaiting) : null
            : call.DeclaringType == "System.Threading.CancellationTokenRegistration" ? nameof(Hooks.RegistrationEndAwaiting)
            : type == "System.Threading.Timer" || call.DeclaringType == "System.Threading.Timer" ? nameof(Hooks.TimerEndAwaiting) : null;
        if (hook is not null) { call.Before(Copies.Both, hook, call.Site(SiteKind.Lock, "a callback"), 0); }
    }
}
