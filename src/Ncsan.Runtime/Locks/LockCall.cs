using System.Reflection;

namespace Ncsan.Runtime.Locks;

/// <summary>How a call takes or releases a lock, packed into the int that the rewriter passes: kind, then mode, then flags.</summary>
public static class LockCall
{
    private static readonly FieldInfo? s_maximum = typeof(SemaphoreSlim).GetField("m_maxCount", BindingFlags.Instance | BindingFlags.NonPublic);

    private const int ModeShift = 8, TryBit = 1 << 16, CancelableBit = 1 << 17, ReleasedBit = 1 << 18, CountedBit = 1 << 19, ForwardedBit = 1 << 20;

    /// <summary>The value for a call that takes a lock.</summary>
    /// <param name="kind">The name of a lock kind; <c>WaitHandle</c> when only the object knows.</param>
    /// <param name="mode">The name of a mode it is wanted in.</param>
    /// <param name="isTry">The call can come back without the lock.</param>
    /// <param name="isCancelable">The call can be given up from outside.</param>
    /// <param name="isReleased">The same method releases it further down.</param>
    /// <param name="isCounted">Only the first of several takes it, by a counter.</param>
    public static int Take(string kind, string mode, bool isTry, bool isCancelable, bool isReleased, bool isCounted = false)
        => Kind(kind) | (int)Enum.Parse<WantMode>(mode) << ModeShift | (isTry ? TryBit : 0) | (isCancelable ? CancelableBit : 0) | (isReleased ? ReleasedBit : 0) | (isCounted ? CountedBit : 0);

    /// <summary>The same call in a method that does nothing else, so that whoever awaits that one awaits the call.</summary>
    public static int Forwarded(int how) => how | ForwardedBit;

    /// <summary>The value for a call that releases a lock.</summary>
    public static int Release(string kind, string? mode) => Kind(kind) | (mode is null ? 0xFF : (int)Enum.Parse<HoldMode>(mode)) << ModeShift;

    private static int Kind(string kind) => kind == "WaitHandle" ? 0xFF : (int)Enum.Parse<LockKind>(kind);

    /// <summary>How it is wanted. Who takes a semaphore for several is a reader: those that come after the first do not even ask for it.</summary>
    internal static WantMode Mode(int how) => IsCounted(how) ? WantMode.RecursiveShared : (WantMode)(how >> ModeShift & 0xFF);

    internal static AcquireFlags Flags(int how) => ((how & TryBit) != 0 ? AcquireFlags.Try : AcquireFlags.None) | ((how & CancelableBit) != 0 ? AcquireFlags.Cancelable : AcquireFlags.None);

    /// <summary>The mode that a release names, or null for whichever it is held in.</summary>
    internal static HoldMode? HoldModeOf(int how) => (how >> ModeShift & 0xFF) is var mode and not 0xFF ? (HoldMode)mode : null;

    internal static bool IsReleased(int how) => (how & ReleasedBit) != 0;

    internal static bool IsCounted(int how) => (how & CountedBit) != 0;

    internal static bool IsForwarded(int how) => (how & ForwardedBit) != 0;

    /// <summary>The same call, with a time after which it gives up.</summary>
    internal static int WithTimeout(int how, int milliseconds) => milliseconds == Timeout.Infinite ? how : how | CancelableBit;

    /// <summary>The same call, for as long as it takes.</summary>
    internal static int Forever(int how) => how & ~TryBit;

    /// <summary>The same call that comes back without the lock after a time, unless that is for ever.</summary>
    internal static int WithLimit(int how, int milliseconds) => milliseconds == Timeout.Infinite ? Forever(how) : how;

    internal static void Wanted(object? lockObject, object? owner, string origin, int how, int site)
    {
        HeldLocks thread = LockThreads.Current;
        if (lockObject is null || KindOf(lockObject, how) is not { } kind)
        {
            if (thread.Spinning > 0) { Waits.Blocking(thread, "an event", site); }
            thread.AwaitedSite = site;
            if (Callbacks.AnyTold && lockObject is WaitHandle handle && (Flags(how) & AcquireFlags.Try) == 0) { Callbacks.Awaiting(thread, handle, site); }
            return;
        }

        lockObject = NamedHandles.Of(lockObject);
        WantMode want = Mode(how);
        if (want == WantMode.Shared && lockObject is ReaderWriterLockSlim { RecursionPolicy: LockRecursionPolicy.SupportsRecursion } slim && thread.FindObject(slim) >= 0) { want = WantMode.RecursiveShared; }
        thread.WantsAgain = false;
        if (lockObject is SemaphoreSlim { CurrentCount: > 1 and var room } several) { Throttle(thread, several, room, owner, origin, site); }
        LockEvents.Want(thread, lockObject, owner, origin, kind, want, Flags(how), site);
        if (thread.Wanted is not { } wanted) { return; }
        if (IsReleased(how) && !wanted.Class.LooksBalanced) { wanted.Class.LooksBalanced = true; }
        if (IsCounted(how)) { FlowHolds.Counted(thread, wanted); }
    }

    internal static void Met(object? lockObject, object? owner, string origin, int how, int site)
    {
        HeldLocks thread = LockThreads.Current;
        if (thread.Inside == 0 && lockObject is not null && KindOf(lockObject, how) is { } kind) { LockBinding.Of(thread, NamedHandles.Of(lockObject), owner, origin, kind, site); }
    }

    internal static void Releasing(object? lockObject, int how, int site)
    {
        if (lockObject is null || KindOf(lockObject, how) is not { } kind) { return; }
        int mode = how >> ModeShift & 0xFF;
        LockEvents.Releasing(LockThreads.Current, NamedHandles.Of(lockObject), kind, mode == 0xFF ? null : (HoldMode)mode, site);
    }

    /// <summary>What was wanted last is held now. A semaphore that still has room after that lets several in: it is a throttle, and no lock.</summary>
    internal static void Taken(HeldLocks thread)
    {
        int depth = thread.Depth;
        LockEvents.Taken(thread);
        if (thread.Depth <= depth || !thread.Entries[depth].Class.Kind.IsSemaphore()) { return; }
        if (thread.WantsAgain) { LockValidation.Validator.GotAgain(thread.Entries[depth].Lock, thread.Entries[depth].Site); }
        TakenSemaphore(thread, depth);
    }

    internal static void TakenSemaphore(HeldLocks thread, int index)
    {
        ref HeldLock entry = ref thread.Entries[index];
        if (ReferenceEquals(thread.Missed, entry.Lock)) { thread.Missed = null; }
        if (index > 0 && !entry.Class.Unordered && FlowHolds.IsHeldBelow(thread, index)) { LockValidation.Validator.Unorder(entry.Class, "it is released where nobody looks"); }

        // Who waits for signals takes one after another, and gives none back.
        if (entry.Class.IsNoLock)
        {
            thread.RemoveAt(index);
            return;
        }

        if (entry.Object is SemaphoreSlim { CurrentCount: > 0 and var left } semaphore) { Throttle(entry.Lock, semaphore, left + 1); }
    }

    /// <summary>A semaphore has room for several before it is taken. Afterwards others may have taken what was left.</summary>
    internal static void Throttle(HeldLocks thread, SemaphoreSlim semaphore, int room, object? owner, string origin, int site)
    {
        if (thread.Inside == 0) { Throttle(LockBinding.Of(thread, semaphore, owner, origin, LockKind.SemaphoreSlim, site), semaphore, room); }
    }

    private static void Throttle(LockInstance throttle, SemaphoreSlim semaphore, int room)
    {
        LockValidation.Validator.Unorder(throttle.Class, "it lets several in at once, so it is a throttle", isThrottle: true);

        // Without a maximum of its own the most that were ever seen to have room is what is known.
        throttle.Room = throttle.Room == 0 && s_maximum?.GetValue(semaphore) is int most and < int.MaxValue ? most : Math.Max(throttle.Room, room);
    }

    /// <summary>Every level of a lock is given back at once.</summary>
    internal static void ReleaseAll(object lockObject)
    {
        HeldLocks thread = LockThreads.Current;
        if (thread.Inside != 0) { return; }
        for (int index = thread.FindObject(lockObject); index >= 0; index = thread.FindObject(lockObject)) { thread.RemoveAt(index); }
    }

    /// <summary>What the thread holds of a legacy lock is what the lock says. It depends on nothing: whether it waited is not known.</summary>
    internal static void TakeAsHeld(ReaderWriterLock? lockObject, object? owner, string origin, int site)
    {
        if (lockObject is null) { return; }
        ReleaseAll(lockObject);
        if (!lockObject.IsWriterLockHeld && !lockObject.IsReaderLockHeld) { return; }
        HeldLocks thread = LockThreads.Current;
        LockEvents.Want(thread, lockObject, owner, origin, LockKind.ReaderWriterLock, lockObject.IsWriterLockHeld ? WantMode.Exclusive : WantMode.Shared, AcquireFlags.Try, site);
        LockEvents.Taken(thread);
    }

    internal static void HandlesWanted(WaitHandle[] handles, string origin, bool all, int site)
    {
        // Of several any other may come first.
        if (!all && handles.Length != 1) { return; }
        HeldLocks thread = LockThreads.Current;
        foreach (WaitHandle handle in handles)
        {
            if (handle is null || KindOf(handle, 0xFF) is not { } kind) { continue; }
            LockEvents.Want(thread, NamedHandles.Of(handle), null, origin, kind, WantMode.Exclusive, AcquireFlags.None, site);
            LockEvents.NotTaken(thread);
        }
    }

    /// <summary>A handle was made or opened by a name.</summary>
    internal static void Named(WaitHandle handle, string name, NamedWaitHandleOptions? options)
    {
        HeldLocks thread = LockThreads.Current;
        if (thread.Inside != 0) { return; }
        thread.Inside++;
        try { NamedHandles.Add(handle, name, options); }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
    }

    /// <summary>A handle is held now, without a wait that anybody saw.</summary>
    internal static void HandleTaken(WaitHandle? handle, object? owner, string origin, int site)
    {
        if (handle is null || KindOf(handle, 0xFF) is not { } kind) { return; }
        HeldLocks thread = LockThreads.Current;
        LockEvents.Want(thread, NamedHandles.Of(handle), owner, origin, kind, WantMode.Exclusive, AcquireFlags.Try, site);
        LockEvents.Taken(thread);
    }

    internal static void Disposing(object? lockObject, int site)
    {
        HeldLocks thread = LockThreads.Current;
        if (lockObject is null || thread.Inside != 0 || NamedHandles.IsShared(lockObject)) { return; }
        lockObject = NamedHandles.Of(lockObject);
        int index = thread.FindObject(lockObject);
        if (index < 0) { return; }
        ref HeldLock entry = ref thread.Entries[index];
        bool isLock = !entry.Class.Kind.IsSemaphore() || entry.Class.SeenBalanced || entry.Class.LooksBalanced;
        if (!isLock) { entry.Lock.DisposedBy = thread; }
        else if ((entry.Flags & AcquireFlags.Pending) == 0)
        {
            thread.Inside++;
            try { LockValidation.Validator.Disposed(thread, entry.Lock, site); }
            catch (Exception fault) { LockValidation.Fault(fault); }
            finally { thread.Inside--; }
        }

        ReleaseAll(lockObject);
    }

    internal static void MonitorWaiting(object? lockObject, object? owner, string origin, int site)
    {
        HeldLocks thread = LockThreads.Current;
        if (lockObject is null || thread.Inside != 0) { return; }
        int index = thread.FindObject(lockObject);
        if (index < 0)
        {
            if (Monitor.IsEntered(lockObject)) { return; }
            LockInstance unheld = LockBinding.Of(thread, lockObject, owner, origin, LockKind.Monitor, site);
            thread.Inside++;
            try { LockValidation.Validator.WaitWithout(thread, unheld, site); }
            catch (Exception fault) { LockValidation.Fault(fault); }
            finally { thread.Inside--; }
            return;
        }

        LockInstance instance = thread.Entries[index].Lock;
        thread.Inside++;
        try { LockValidation.Validator.Reacquire(thread, instance, site); }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
        thread.Lent = instance;
    }

    private static LockKind? KindOf(object lockObject, int how) => (how & 0xFF) != 0xFF ? (LockKind)(how & 0xFF) : lockObject switch
    {
        Mutex => LockKind.Mutex,
        Semaphore => LockKind.Semaphore,
        _ => null,
    };
}
