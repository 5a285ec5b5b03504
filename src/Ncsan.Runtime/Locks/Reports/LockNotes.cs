namespace Ncsan.Runtime.Locks.Reports;

/// <summary>What the program says about its locks through Ncsan.Annotations.LockOrder.</summary>
internal static class LockNotes
{
    internal static void AssertHeld(object? lockObject, object? owner, string origin, bool held, int site) => With(lockObject, owner, origin, site, (validator, thread, instance) =>
    {
        if (held) { validator.AssertHeld(thread, instance, null, site); } else { validator.AssertNotHeld(thread, instance, site); }
    });

    internal static void Pin(object? lockObject, object? owner, string origin, bool pin, int site) => With(lockObject, owner, origin, site, (validator, thread, instance) =>
        _ = pin ? validator.Pin(thread, instance, site) : validator.Unpin(thread, instance, site));

    internal static void Spinning(object? lockObject, object? owner, string origin, int site) => With(lockObject, owner, origin, site, static (_, _, instance) =>
    {
        instance.Class.WaitType = WaitType.Spin;
        WarmLocks.Cool();
    });

    internal static void NoValidate(object? lockObject, object? owner, string origin, int site) => With(lockObject, owner, origin, site, static (validator, _, instance) => validator.Unorder(instance.Class, "an annotation says so"));

    internal static void Class(object? lockObject, object? owner, string name, int subclass, int site)
    {
        if (lockObject is not null && name is { Length: > 0 }) { LockBinding.Name(lockObject, owner?.GetType(), name.TrimStart(LockBinding.Weak), KindOf(lockObject), Math.Clamp(subclass, 0, 7)); }
    }

    internal static void NestUnder(object? child, object? parent, object? owner, string origin, int site)
    {
        if (parent is null || LockBinding.Known(parent) is not { } known) { return; }
        With(child, owner, origin, site, (_, thread, instance) => (thread.NestChild, thread.NestParent) = (instance, known));
        WarmLocks.Cool();
    }

    internal static void Run(string map, int site) => With(map, site, static (validator, thread, instance, at) => validator.Enter(thread, instance, at));

    internal static void Leave()
    {
        HeldLocks thread = LockThreads.Current;
        for (int i = thread.Depth - 1; i >= 0; i--)
        {
            if ((thread.Entries[i].Flags & AcquireFlags.Mark) == 0) { continue; }
            thread.RemoveAt(i);
            return;
        }
    }

    internal static void WaitFor(string map, int site) => With(map, site, static (validator, thread, instance, at) => validator.Wait(thread, instance, AcquireFlags.None, at));

    private static void With(string map, int site, Action<Validator, HeldLocks, LockInstance, int> act)
    {
        if (map is not null) { Guarded(thread => act(LockValidation.Validator, thread, Maps.ByKey("user:" + map, map), site)); }
    }

    private static void With(object? lockObject, object? owner, string origin, int site, Action<Validator, HeldLocks, LockInstance> act)
    {
        if (lockObject is not null) { Guarded(thread => act(LockValidation.Validator, thread, LockBinding.Of(thread, NamedHandles.Of(lockObject), owner, origin, KindOf(lockObject), site))); }
    }

    private static void Guarded(Action<HeldLocks> act)
    {
        HeldLocks thread = LockThreads.Current;
        if (thread.Inside != 0) { return; }
        thread.Inside++;
        try { act(thread); }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
    }

    private static LockKind KindOf(object lockObject) => lockObject switch
    {
        Lock => LockKind.Lock,
        ReaderWriterLockSlim => LockKind.ReaderWriterLockSlim,
        ReaderWriterLock => LockKind.ReaderWriterLock,
        SemaphoreSlim => LockKind.SemaphoreSlim,
        Semaphore => LockKind.Semaphore,
        Mutex => LockKind.Mutex,
        _ => LockKind.Monitor,
    };
}
