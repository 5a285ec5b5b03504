using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime;
using Ncsan.Runtime.Locks;
using Ncsan.Runtime.Locks.Graph;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>The seldom ones: changes of the mode in which a legacy lock is held, waits for several handles at once, and the end of a lock.</summary>
internal static class OddLocks
{
    private static readonly HashSet<string> s_disposable = new(StringComparer.Ordinal)
    {
        "System.Threading.ReaderWriterLockSlim", "System.Threading.SemaphoreSlim", "System.Threading.Mutex", "System.Threading.Semaphore",
    };

    internal static void Visit(Invocation call)
    {
        switch (call.DeclaringType, call.Name)
        {
            case ("System.Threading.ReaderWriterLock", "UpgradeToWriterLock"):
                Upgrade(call);
                break;
            case ("System.Threading.ReaderWriterLock", "DowngradeFromWriterLock" or "ReleaseLock" or "RestoreLock"):
                LockOrigin changed = LockPass.Origin(call);
                int at = LockPass.Site(call, changed);
                Action<CodeWriter> owner = changed.Owner(call.Code);
                if (call.Name == "DowngradeFromWriterLock") { call.Before(Copies.Both, nameof(Hooks.OldReaderWriterDowngrading), at, 0); }
                call.Add(Copies.Both, after: true, [0], w =>
                {
                    owner(w);
                    w.Emit(OpCodes.Ldstr, changed.Name);
                    w.Site(at);
                    w.Hook(nameof(Hooks.OldReaderWriterChanged));
                });
                break;
            case ("System.Threading.WaitHandle", "WaitAll" or "WaitAny"):
                Handles(call);
                break;
            case ("System.Threading.WaitHandle", "SignalAndWait") when !call.Op.HasPrefix(Code.Tail):
                Exchange(call);
                break;
            case (_, "Dispose" or "Close") when call.ArgumentCount == 1 && IsLock(call):
                call.Before(Copies.Both, nameof(Hooks.LockDisposing), call.Site(SiteKind.Lock, LockPass.Origin(call).Name.TrimStart('?')), 0);
                break;
        }
    }

    private static bool IsLock(Invocation call) => s_disposable.Contains(call.DeclaringType) || call.Op.Inputs is [{ Type: { } type }] && s_disposable.Contains(type.FullName);

    private static void Upgrade(Invocation call)
    {
        if (call.Op.HasPrefix(Code.Tail)) { return; }
        LockOrigin origin = LockPass.Origin(call);
        int site = LockPass.Site(call, origin), how = LockCall.Take("ReaderWriterLock", "Exclusive", isTry: false, isCancelable: false, isReleased: false);
        bool span = call.ArgumentType(1)?.MetadataType != MetadataType.Int32;
        Action<CodeWriter> owner = origin.Owner(call.Code);
        call.Op.Replace(Copies.Both, w =>
        {
            if (span) { w.Hook(nameof(Hooks.Milliseconds)); }
            owner(w);
            w.Emit(OpCodes.Ldstr, origin.Name);
            w.Constant(how);
            w.Site(site);
            w.Hook(nameof(Hooks.OldReaderWriterUpgrade));
        });
    }

    private static void Handles(Invocation call)
    {
        bool all = call.Name == "WaitAll";
        string origin = LockPass.Origin(call).Name;
        int site = call.Site(SiteKind.Lock, "WaitHandle." + call.Name);
        int? time = TimedLocks.Time(call);
        call.Add(Copies.Both, after: false, time is { } limit ? [0, limit] : [0], w =>
        {
            if (time is { } at) { TimedLocks.Milliseconds(w, call, at); }
            w.Emit(OpCodes.Ldstr, origin);
            w.Constant(all ? 1 : 0);
            w.Site(site);
            w.Hook(time is null ? nameof(Hooks.HandlesWanted) : nameof(Hooks.HandlesWantedFor));
        });
        call.Add(Copies.Both, after: true, [0, CallPlan.Result], w =>
        {
            w.Emit(OpCodes.Ldstr, origin);
            w.Site(site);
            w.Hook(all ? nameof(Hooks.HandlesTaken) : nameof(Hooks.HandleTaken));
        });
    }

    private static void Exchange(Invocation call)
    {
        string origin = LockOrigin.Of(call.Code, call.Op.Inputs![1].Producer).Name;
        int site = call.Site(SiteKind.Lock, origin.TrimStart('?'));
        int how = LockCall.Take("WaitHandle", "Exclusive", isTry: call.ArgumentCount > 2, isCancelable: false, isReleased: false), releasing = LockCall.Release("WaitHandle", null);
        string hook = TimedLocks.Time(call) is not { } time ? nameof(Hooks.HandleExchange) : call.ArgumentType(time)?.FullName == "System.TimeSpan" ? nameof(Hooks.HandleExchangeSpan) : nameof(Hooks.HandleExchangeFor);
        call.Op.Replace(Copies.Both, w =>
        {
            w.Emit(OpCodes.Ldstr, origin);
            w.Constant(how);
            w.Constant(releasing);
            w.Site(site);
            w.Hook(hook);
        });
    }
}
