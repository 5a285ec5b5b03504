using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime;
using Ncsan.Runtime.Locks;
using Ncsan.Runtime.Locks.Graph;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>Everything that takes or releases a lock. In both copies: held locks must balance whatever State is.</summary>
/// <remarks>Monitor.Enter, Lock and their exits are called through the runtime, which is cheaper than an announcement before and after; the rest is announced.</remarks>
internal sealed class LockPass : ICallPass
{
    public void Visit(Invocation call)
    {
        if (!call.DeclaringType.StartsWith("System.Threading.", StringComparison.Ordinal))
        {
            if (call is { DeclaringType: "System.IDisposable", Name: "Dispose" }) { OddLocks.Visit(call); }
            if (call is { DeclaringType: "System.Lazy`1", Name: "get_Value" }) { Lazy(call); }
            return;
        }

        if (Instead(call)) { return; }
        if (LockCalls.Taking(call.DeclaringType, call.Name, call.Method) is { } taking)
        {
            if (!Whole(call, taking) && !TimedLocks.Visit(call, taking)) { Announce(call, taking); }
        }
        else if (LockCalls.Releasing(call.DeclaringType, call.Name) is { } releasing) { AnnounceRelease(call, releasing); }
        else if (call is { DeclaringType: "System.Threading.Monitor", Name: "Wait" or "Pulse" or "PulseAll" })
        {
            LockOrigin origin = Origin(call);
            int site = Site(call, origin);
            Action<CodeWriter> owner = origin.Owner(call.Code);
            call.Add(Copies.Both, after: false, [0], w =>
            {
                owner(w);
                w.Emit(OpCodes.Ldstr, origin.Name);
                w.Site(site);
                w.Hook(call.Name == "Wait" ? nameof(Hooks.MonitorWaiting) : nameof(Hooks.MonitorPulsing));
            });
            if (call.Name == "Wait") { call.After(Copies.Both, nameof(Hooks.MonitorWaited), -1); }
        }
        else
        {
            OddLocks.Visit(call);
        }
    }

    private static bool Instead(Invocation call)
    {
        string? hook = (call.DeclaringType, call.Name, call.ArgumentCount) switch
        {
            ("System.Threading.Monitor", "Enter", 2) => nameof(Hooks.MonitorEnterTaken),
            ("System.Threading.Monitor", "Enter", 1) => nameof(Hooks.MonitorEnter),
            ("System.Threading.Monitor", "Exit", 1) => nameof(Hooks.MonitorExit),
            ("System.Threading.Monitor", "Wait", 1) => nameof(Hooks.MonitorWait),
            ("System.Threading.Lock", "Enter", 1) => nameof(Hooks.LockEnter),
            ("System.Threading.Lock", "EnterScope", 1) => nameof(Hooks.LockEnterScope),
            ("System.Threading.Lock", "Exit", 1) => nameof(Hooks.LockExit),
            ("System.Threading.Lock/Scope", "Dispose", 1) => nameof(Hooks.LockScopeDispose),
            _ => null,
        };
        if (hook is null || call.Op.HasPrefix(Code.Constrained) || call.Op.HasPrefix(Code.Tail)) { return false; }
        bool names = hook == nameof(Hooks.MonitorWait) || hook.Contains("Enter", StringComparison.Ordinal);
        LockOrigin origin = Origin(call);
        int site = Site(call, origin);
        Action<CodeWriter>? owner = names ? origin.Owner(call.Code) : null;
        VariableDefinition? thread = hook == nameof(Hooks.MonitorWait) ? null : call.Code.LockThread;
        call.Op.Replace(Copies.Both, w =>
        {
            if (owner is not null)
            {
                owner(w);
                w.Emit(OpCodes.Ldstr, origin.Name);
            }

            w.Site(site);
            if (thread is not null) { Thread(w, thread, learns: names); }
            w.Hook(hook);
        });
        return true;
    }

    /// <summary>An acquire that waits for as long as it takes is called through the runtime too: then it is known whether it waits.</summary>
    private static bool Whole(Invocation call, LockCalls.Take take)
    {
        string? hook = (call.DeclaringType, call.Name, call.ArgumentCount) switch
        {
            ("System.Threading.ReaderWriterLockSlim", "EnterReadLock" or "EnterWriteLock" or "EnterUpgradeableReadLock", 1) => nameof(Hooks.ReaderWriterEnter),
            ("System.Threading.ReaderWriterLock", "AcquireReaderLock" or "AcquireWriterLock", 2) => nameof(Hooks.OldReaderWriterEnter),
            ("System.Threading.SemaphoreSlim", "Wait", 1) => nameof(Hooks.SemaphoreEnter),
            ("System.Threading.WaitHandle" or "System.Threading.Mutex" or "System.Threading.Semaphore", "WaitOne", 1) => nameof(Hooks.WaitHandleEnter),
            _ => null,
        };
        if (hook is null || call.Op.HasPrefix(Code.Constrained) || call.Op.HasPrefix(Code.Tail)) { return false; }
        LockOrigin origin = Origin(call);
        int site = Site(call, origin), how = How(call, take, origin);
        bool span = call.ArgumentCount == 2 && call.ArgumentType(1)?.MetadataType != MetadataType.Int32;
        Action<CodeWriter> owner = origin.Owner(call.Code);
        call.Op.Replace(Copies.Both, w =>
        {
            if (span) { w.Hook(nameof(Hooks.Milliseconds)); }
            owner(w);
            w.Emit(OpCodes.Ldstr, origin.Name);
            w.Constant(how);
            w.Site(site);
            w.Hook(hook);
        });
        return true;
    }

    private static void Lazy(Invocation call)
    {
        if (call.Op.HasPrefix(Code.Constrained) || call.Op.HasPrefix(Code.Tail) || call.Method.DeclaringType is not GenericInstanceType { GenericArguments: [var value] }) { return; }
        LockOrigin origin = Origin(call);
        int site = Site(call, origin);
        Action<CodeWriter> owner = origin.Owner(call.Code);
        call.Op.Replace(Copies.Both, w =>
        {
            owner(w);
            w.Emit(OpCodes.Ldstr, origin.Name);
            w.Site(site);
            w.Emit(OpCodes.Call, w.Module.Hooks.Generic(nameof(Hooks.LazyValue), value));
        });
    }

    /// <summary>The call as the runtime wants to know it.</summary>
    internal static int How(Invocation call, LockCalls.Take take, LockOrigin origin)
    {
        bool released = take.Kind is "SemaphoreSlim" or "WaitHandle" && call.Code.Ops.Skip(call.Op.Index + 1).Any(op => op is { Code: Code.Call or Code.Callvirt, Operand: MethodReference { Name: "Release" } release, Inputs: [var semaphore, ..] }
            && release.DeclaringType.FullName is "System.Threading.SemaphoreSlim" or "System.Threading.Semaphore" && LockOrigin.Of(call.Code, semaphore.Producer).Name == origin.Name);
        return LockCall.Take(take.Kind, take.Mode, take.IsTry, call.Method.Parameters.Any(p => p.ParameterType.FullName == "System.Threading.CancellationToken"), released,
            take.Kind is "SemaphoreSlim" or "WaitHandle" && CountedAcquire.Is(call.Code, call.Op));
    }

    private static void Announce(Invocation call, LockCalls.Take take)
    {
        LockOrigin origin = Origin(call);
        int site = Site(call, origin), how = How(call, take, origin);
        int? time = TimedLocks.Time(call);
        Action<CodeWriter> owner = origin.Owner(call.Code);
        bool announced = call.Add(Copies.Both, after: false, time is { } limit ? [0, limit] : [0], w =>
        {
            if (time is { } at) { TimedLocks.Milliseconds(w, call, at); }
            owner(w);
            w.Emit(OpCodes.Ldstr, origin.Name);
            w.Constant(how);
            w.Site(site);
            w.Hook(time is null ? nameof(Hooks.LockWanted) : nameof(Hooks.LockWantedFor));
        });
        if (!announced) { return; }
        switch (take.Answer)
        {
            case LockCalls.Answer.Always: call.After(Copies.Both, nameof(Hooks.LockTaken), -1); break;
            case LockCalls.Answer.Result: call.After(Copies.Both, nameof(Hooks.LockTakenIf), -1, CallPlan.Result); break;
            case LockCalls.Answer.Reference: call.After(Copies.Both, nameof(Hooks.LockTakenByRef), -1, call.ArgumentCount - 1); break;
        }
    }

    /// <summary>A release that may fail is called through the runtime, the rest is announced.</summary>
    private static void AnnounceRelease(Invocation call, LockCalls.Give give)
    {
        LockOrigin origin = Origin(call);
        int site = Site(call, origin), how = LockCall.Release(give.Kind, give.Mode);
        string? hook = give.Kind switch
        {
            "Mutex" => nameof(Hooks.MutexRelease),
            "SemaphoreSlim" => nameof(Hooks.SemaphoreRelease),
            "Semaphore" => nameof(Hooks.OldSemaphoreRelease),
            _ => null,
        };
        if (hook is not null && !call.Op.HasPrefix(Code.Constrained) && !call.Op.HasPrefix(Code.Tail))
        {
            bool isMutex = give.Kind == "Mutex";
            VariableDefinition? thread = isMutex ? null : call.Code.LockThread;
            call.Op.Replace(Copies.Both, w =>
            {
                if (!isMutex && call.ArgumentCount == 1) { w.Constant(1); }
                if (isMutex) { w.Constant(how); }
                w.Site(site);
                if (thread is not null) { Thread(w, thread); }
                w.Hook(hook);
            });
            return;
        }

        call.Add(Copies.Both, after: false, [0], w =>
        {
            w.Constant(how);
            w.Site(site);
            w.Hook(nameof(Hooks.LockReleasing));
        });
    }

    /// <summary>Pushes what the method knows of its thread. Who takes a lock finds it out for whoever comes after him.</summary>
    internal static void Thread(CodeWriter w, VariableDefinition known, bool learns = false)
    {
        w.Emit(OpCodes.Ldloc, known);
        if (!learns) { return; }
        w.Hook(nameof(Hooks.LockThread));
        w.Emit(OpCodes.Dup);
        w.Emit(OpCodes.Stloc, known);
    }

    internal static LockOrigin Origin(Invocation call) => LockOrigin.Of(call.Code, call.Op.Inputs is [var first, ..] ? first.Producer : null);

    internal static int Site(Invocation call, LockOrigin origin)
        => call.Site(SiteKind.Lock, origin.Name is null ? call.Name : origin.Name.TrimStart('?'));
}
