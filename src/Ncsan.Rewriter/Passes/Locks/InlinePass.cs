using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>Calls inside of which other code runs: completions with their continuations, cancellations with their callbacks, events with their handlers.</summary>
internal sealed class InlinePass : ICallPass
{
    public void Visit(Invocation call)
    {
        if (call.Op.HasPrefix(Code.Tail) || call.Op.HasPrefix(Code.Constrained) || call.Op.Inputs is not [var receiver, ..]) { return; }
        switch (call.DeclaringType)
        {
            case "System.Threading.Tasks.TaskCompletionSource" when Completion(call) is { } hook:
                Instead(call, $"continuations of {Source(call, receiver)}", w => w.Hook(hook));
                break;
            case "System.Threading.Tasks.TaskCompletionSource`1" when Completion(call) is { } hook:
                TypeReference result = ((GenericInstanceType)call.Method.DeclaringType).GenericArguments[0];
                Instead(call, $"continuations of {Source(call, receiver)}", w => w.Emit(OpCodes.Call, w.Module.Hooks.Generic(hook + "Of", result)));
                break;
            // That of an async iterator is the compiler's, and whoever awaits the next element goes on in it by design.
            case "System.Threading.Tasks.Sources.ManualResetValueTaskSourceCore`1" when call.Name is "SetResult" or "SetException" && !call.Caller.DeclaringType.Name.StartsWith('<'):
                TypeReference value = ((GenericInstanceType)call.Method.DeclaringType).GenericArguments[0];
                Instead(call, $"continuations of {LockOrigin.Of(call.Code, receiver.Producer).Name.TrimStart('?')}", w => w.Emit(OpCodes.Call, w.Module.Hooks.Generic(call.Name == "SetResult" ? nameof(Hooks.CompleteCore) : nameof(Hooks.FailCore), value)));
                break;
            case "System.Threading.CancellationTokenSource" when call.Name == "Cancel":
                Instead(call, $"callbacks of {Source(call, receiver)}", w => w.Hook(call.ArgumentCount == 1 ? nameof(Hooks.CancelSource) : nameof(Hooks.CancelSourceThrowing)));
                break;
            default:
                if (call.Name == "Invoke" && Handlers(call) is { } raise && Event(call, receiver.Producer) is { } origin) { Raise(call, origin, raise); }
                break;
        }
    }

    /// <summary>The hook for a call that completes a task, by its overload.</summary>
    private static string? Completion(Invocation call)
    {
        if (call.ArgumentCount > 2) { return null; }
        string tries = call.Name.StartsWith("Try", StringComparison.Ordinal) ? "Try" : "";
        string? argument = call.ArgumentCount == 2 ? call.ArgumentType(1)?.Name : null;
        return (call.Name[tries.Length..], argument) switch
        {
            ("SetResult", _) => tries + "CompleteSource",
            ("SetException", "IEnumerable`1") => tries + "FailAllSource",
            ("SetException", _) => tries + "FailSource",
            ("SetCanceled", null) => tries + "CancelTaskSource",
            ("SetCanceled", _) => tries + "CancelTaskWithSource",
            ("SetFromTask", _) => tries + "CompleteAsSource",
            _ => null,
        };
    }

    /// <summary>The hook for a call of handlers of one of the usual shapes.</summary>
    private static Action<CodeWriter>? Handlers(Invocation call) => (call.DeclaringType, (call.Method.DeclaringType as GenericInstanceType)?.GenericArguments) switch
    {
        ("System.EventHandler", _) => static w => w.Hook(nameof(Hooks.RaiseEvent)),
        ("System.ComponentModel.PropertyChangedEventHandler", _) => static w => w.Hook(nameof(Hooks.RaisePropertyChanged)),
        ("System.ComponentModel.PropertyChangingEventHandler", _) => static w => w.Hook(nameof(Hooks.RaisePropertyChanging)),
        ("System.Collections.Specialized.NotifyCollectionChangedEventHandler", _) => static w => w.Hook(nameof(Hooks.RaiseCollectionChanged)),
        ("System.EventHandler`1", [var e]) => w => w.Emit(OpCodes.Call, w.Module.Hooks.Generic(nameof(Hooks.RaiseEventOf), e)),
        ("System.Action", _) => static w => w.Hook(nameof(Hooks.RaiseAction)),
        ("System.Action`1", [var one]) => w => w.Emit(OpCodes.Call, w.Module.Hooks.Generic(nameof(Hooks.RaiseAction1), one)),
        ("System.Action`2", [var one, var two]) => w => w.Emit(OpCodes.Call, w.Module.Hooks.Generic(nameof(Hooks.RaiseAction2), one, two)),
        _ => null,
    };

    /// <summary>Where an event's handlers are kept, when that is what is called: a private field with the event's own name.</summary>
    private static LockOrigin? Event(Invocation call, Op? producer)
    {
        for (int step = 0; producer is not null && step < 8; step++)
        {
            if (producer.Code is Code.Ldfld or Code.Ldsfld && producer.Operand is FieldReference field)
            {
                if (call.Module.Resolve(field) is not { DeclaringType: { HasEvents: true } type } || !type.Events.Any(e => e.Name == field.Name)) { return null; }

                // Of an object that is not known here, nobody could tell one event from another's.
                LockOrigin origin = LockOrigin.Of(call.Code, producer);
                return origin.OwnerIsThis || producer.Code == Code.Ldsfld ? origin : null;
            }

            producer = Locals.IsLoad(producer.Code) ? LockOrigin.LastStore(call.Code, producer) : producer is { Code: Code.Dup, Inputs: [var inner] } ? inner.Producer : null;
        }

        return null;
    }

    private static void Raise(Invocation call, LockOrigin origin, Action<CodeWriter> emit)
    {
        string name = $"handlers of {origin.Name.TrimStart('?')}";
        int site = call.Site(SiteKind.Lock, name);
        call.Op.Replace(Copies.Both, w =>
        {
            w.Emit(origin.OwnerIsThis ? OpCodes.Ldarg_0 : OpCodes.Ldnull);
            w.Emit(OpCodes.Ldstr, name);
            w.Site(site);
            emit(w);
        });
    }

    private static string Source(Invocation call, StackEntry receiver)
        => LockOrigin.Of(call.Code, receiver.Producer).Name.TrimStart('?') is var name && name.StartsWith("lock ", StringComparison.Ordinal) ? "a source" + name[4..] : name;

    private static void Instead(Invocation call, string name, Action<CodeWriter> emit)
    {
        int site = call.Site(SiteKind.Lock, name);
        call.Op.Replace(Copies.Both, w =>
        {
            w.Emit(OpCodes.Ldstr, name);
            w.Site(site);
            emit(w);
        });
    }
}
