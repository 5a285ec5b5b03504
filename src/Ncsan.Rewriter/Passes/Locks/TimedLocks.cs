using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>Acquires and waits with a time-out, which may turn out to be for ever.</summary>
internal static class TimedLocks
{
    /// <summary>Calls an acquire through the runtime, with its time-out. False where there is no hook for it.</summary>
    internal static bool Visit(Invocation call, LockCalls.Take take)
    {
        if (Time(call) is not { } time || call.Op.HasPrefix(Code.Constrained) || call.Op.HasPrefix(Code.Tail)) { return false; }
        int after = call.ArgumentCount - time - 1;
        string? hook = (call.DeclaringType, call.Name, after) switch
        {
            ("System.Threading.Monitor", "TryEnter", 0) => "MonitorTryEnter",
            ("System.Threading.Monitor", "TryEnter", 1) => "MonitorTryEnter*Taken",
            ("System.Threading.Lock", "TryEnter", 0) => "LockTryEnter",
            ("System.Threading.ReaderWriterLockSlim", "TryEnterReadLock" or "TryEnterWriteLock" or "TryEnterUpgradeableReadLock", 0) => "ReaderWriterTryEnter",
            ("System.Threading.SemaphoreSlim", "Wait", 0) => "SemaphoreEnter",
            ("System.Threading.WaitHandle" or "System.Threading.Mutex" or "System.Threading.Semaphore", "WaitOne", _) => "WaitHandleEnter",
            _ => null,
        };
        if (hook is null) { return false; }
        LockOrigin origin = LockPass.Origin(call);
        int site = LockPass.Site(call, origin), how = LockPass.How(call, take, origin);
        Action<CodeWriter> owner = origin.Owner(call.Code);
        string kind = IsSpan(call, time) ? "Span" : "For";
        call.Op.Replace(Copies.Both, w =>
        {
            if (hook == "WaitHandleEnter" && after == 0) { w.Constant(0); }
            owner(w);
            w.Emit(OpCodes.Ldstr, origin.Name);
            w.Constant(how);
            w.Site(site);
            w.Hook(hook.Contains('*') ? hook.Replace("*", kind, StringComparison.Ordinal) : hook + kind);
        });
        return true;
    }

    /// <summary>Which argument of a call is its time-out, or null.</summary>
    internal static int? Time(Invocation call)
    {
        int first = call.Method.HasThis ? 1 : 0;
        for (int i = 0; i < call.Method.Parameters.Count; i++)
        {
            if (call.Method.Parameters[i].ParameterType.FullName is "System.Int32" or "System.TimeSpan") { return first + i; }
        }

        return null;
    }

    /// <summary>Turns the time-out on the stack into a number.</summary>
    internal static void Milliseconds(CodeWriter w, Invocation call, int time)
    {
        if (IsSpan(call, time)) { w.Hook(nameof(Hooks.Milliseconds)); }
    }

    private static bool IsSpan(Invocation call, int time) => call.ArgumentType(time)?.FullName == "System.TimeSpan";
}
