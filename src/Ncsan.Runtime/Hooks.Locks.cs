using System.Runtime.CompilerServices;
using Ncsan.Runtime.Locks;

namespace Ncsan.Runtime;

// Locks. The two that matter for speed are called instead of the real thing, everything else is announced before and after it. The origin is where the
// operand was loaded from: the name of a lock class, or '?' and what is known about the site. The owner is the object it is a field of, or null. The thread is what
// the method has from LockThread, or null.
public static unsafe partial class Hooks
{
    /// <summary>What is known of the thread that runs the method, for its acquires and releases to pass on: finding it is the dearest part of an acquire.</summary>
    /// <param name="known">What this gave before in the same call of the method, or null.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static object? LockThread(object? known) => known is null && LockValidation.IsOn ? LockThreads.Current : known;

    /// <summary>Instead of <c>Monitor.Enter(object, ref bool)</c>: what <c>lock</c> compiles to.</summary>
    public static void MonitorEnterTaken(object lockObject, ref bool taken, object? owner, string origin, int site, object? thread)
    {
        if (!LockValidation.IsOn)
        {
            Monitor.Enter(lockObject, ref taken);
            return;
        }

        HeldLocks held = LockThreads.Of(thread);
        if (!taken && WarmLocks.Ready(held, lockObject, site) && Monitor.TryEnter(lockObject))
        {
            taken = true;
            WarmLocks.Push(held);
            return;
        }

        LockEvents.Want(held, lockObject, owner, origin, LockKind.Monitor, WantMode.Exclusive, AcquireFlags.None, site);
        if (taken || lockObject is null || !Monitor.TryEnter(lockObject)) { LockContention.Enter(held, lockObject!, ref taken); }
        taken = true;
        LockEvents.Taken(held);
    }

    /// <summary>Instead of <c>Monitor.Enter(object)</c>.</summary>
    public static void MonitorEnter(object lockObject, object? owner, string origin, int site, object? thread)
    {
        bool taken = false;
        MonitorEnterTaken(lockObject, ref taken, owner, origin, site, thread);
    }

    /// <summary>Instead of <c>Monitor.Exit</c>.</summary>
    public static void MonitorExit(object lockObject, int site, object? thread)
    {
        Releasing(lockObject, LockKind.Monitor, site, thread);
        Monitor.Exit(lockObject);
    }

    /// <summary>Instead of <c>Lock.Enter</c>.</summary>
    public static void LockEnter(Lock lockObject, object? owner, string origin, int site, object? thread)
    {
        if (!LockValidation.IsOn)
        {
            lockObject.Enter();
            return;
        }

        HeldLocks held = LockThreads.Of(thread);
        if (WarmLocks.Ready(held, AsObject(lockObject), site) && lockObject.TryEnter())
        {
            WarmLocks.Push(held);
            return;
        }

        LockEvents.Want(held, AsObject(lockObject), owner, origin, LockKind.Lock, WantMode.Exclusive, AcquireFlags.None, site);
        if (!lockObject.TryEnter()) { LockContention.Enter(held, lockObject); }
        LockEvents.Taken(held);
    }

    /// <summary>Instead of <c>Lock.EnterScope</c>: what <c>lock</c> over a Lock compiles to.</summary>
    public static Lock.Scope LockEnterScope(Lock lockObject, object? owner, string origin, int site, object? thread)
    {
        if (!LockValidation.IsOn) { return lockObject.EnterScope(); }
        HeldLocks held = LockThreads.Of(thread);
        Lock.Scope scope;
        if (WarmLocks.Ready(held, AsObject(lockObject), site) && IsFree(lockObject))
        {
            // Between the look and the acquire somebody else may take it: the hang watch has to know.
            (held.WantedMode, held.WantedFlags, held.WantedSite) = (WantMode.Exclusive, AcquireFlags.None, site);
            held.Tries = true;
            try { scope = lockObject.EnterScope(); }
            finally { held.Tries = false; }
            WarmLocks.Push(held);
            return scope;
        }

        LockEvents.Want(held, AsObject(lockObject), owner, origin, LockKind.Lock, WantMode.Exclusive, AcquireFlags.None, site);
        scope = IsFree(lockObject) ? lockObject.EnterScope() : LockContention.EnterScope(held, lockObject);
        LockEvents.Taken(held);
        return scope;
    }

    /// <summary>Instead of <c>Lock.Exit</c>.</summary>
    public static void LockExit(Lock lockObject, int site, object? thread)
    {
        Releasing(AsObject(lockObject), LockKind.Lock, site, thread);
        lockObject.Exit();
    }

    /// <summary>Instead of <c>Lock.Scope.Dispose</c>.</summary>
    public static void LockScopeDispose(ref Lock.Scope scope, int site, object? thread)
    {
        Releasing(AsObject(ScopeLock(ref scope)), LockKind.Lock, site, thread);
        scope.Dispose();
    }

    /// <summary>Instead of <c>EnterReadLock</c>, <c>EnterWriteLock</c> and <c>EnterUpgradeableReadLock</c> of ReaderWriterLockSlim.</summary>
    /// <param name="lockObject">The lock.</param>
    /// <param name="owner">What it is a field of, or null.</param>
    /// <param name="origin">Where it was loaded from.</param>
    /// <param name="how">A <see cref="LockCall"/>.</param>
    /// <param name="site">Where.</param>
    public static void ReaderWriterEnter(ReaderWriterLockSlim lockObject, object? owner, string origin, int how, int site)
    {
        HeldLocks thread = LockThreads.Current;
        if (LockValidation.IsOn) { LockCall.Wanted(lockObject, owner, origin, how, site); }
        LockContention.Enter(thread, lockObject, LockCall.Mode(how));
        if (LockValidation.IsOn) { LockCall.Taken(thread); }
    }

    /// <summary>Instead of <c>AcquireReaderLock</c> and <c>AcquireWriterLock</c> of ReaderWriterLock.</summary>
    public static void OldReaderWriterEnter(ReaderWriterLock lockObject, int milliseconds, object? owner, string origin, int how, int site)
    {
        HeldLocks thread = LockThreads.Current;
        if (LockValidation.IsOn) { LockCall.Wanted(lockObject, owner, origin, LockCall.WithTimeout(how, milliseconds), site); }
        LockContention.Enter(thread, lockObject, milliseconds, LockCall.Mode(how));
        if (LockValidation.IsOn) { LockCall.Taken(thread); }
    }

    /// <summary>Instead of <c>SemaphoreSlim.Wait</c>.</summary>
    public static void SemaphoreEnter(SemaphoreSlim semaphore, object? owner, string origin, int how, int site)
    {
        HeldLocks thread = LockThreads.Current;
        if (LockValidation.IsOn) { LockCall.Wanted(semaphore, owner, origin, how, site); }
        LockContention.Enter(thread, semaphore);
        if (LockValidation.IsOn) { LockCall.Taken(thread); }
    }

    /// <summary>Instead of <c>WaitHandle.WaitOne</c>: a mutex, a semaphore, or no lock at all.</summary>
    public static bool WaitHandleEnter(WaitHandle handle, object? owner, string origin, int how, int site)
    {
        HeldLocks thread = LockThreads.Current;
        if (LockValidation.IsOn) { LockCall.Wanted(handle, owner, origin, how, site); }
        bool taken = LockContention.Enter(thread, handle);
        if (LockValidation.IsOn) { LockCall.Taken(thread); }
        return taken;
    }

    /// <summary>Instead of <c>ReaderWriterLock.UpgradeToWriterLock</c>, which gives the reader's lock back before it waits.</summary>
    public static LockCookie OldReaderWriterUpgrade(ReaderWriterLock lockObject, int milliseconds, object? owner, string origin, int how, int site)
    {
        HeldLocks thread = LockThreads.Current;
        if (LockValidation.IsOn)
        {
            LockCall.ReleaseAll(lockObject);
            LockCall.Wanted(lockObject, owner, origin, LockCall.WithTimeout(how, milliseconds), site);
        }

        LockCookie cookie;
        try { cookie = lockObject.UpgradeToWriterLock(milliseconds); }
        catch
        {
            LockEvents.NotTaken(thread);
            throw;
        }

        if (LockValidation.IsOn) { LockCall.Taken(thread); }
        return cookie;
    }

    /// <summary>A legacy reader-writer lock is about to be downgraded, which only its writer may do.</summary>
    public static void OldReaderWriterDowngrading(ReaderWriterLock? lockObject, int site)
    {
        if (lockObject is { IsWriterLockHeld: false }) { LockReleases.Failed(lockObject, LockKind.ReaderWriterLock, "the thread does not hold it as a writer", site); }
    }

    /// <summary>A legacy reader-writer lock is held as its state says: after a downgrade, a release of all levels, a restore.</summary>
    public static void OldReaderWriterChanged(ReaderWriterLock? lockObject, object? owner, string origin, int site)
    {
        if (LockValidation.IsOn) { LockCall.TakeAsHeld(lockObject, owner, origin, site); }
    }

    /// <summary>A time-out as a number, below -1 if it is none that a wait accepts.</summary>
    public static int Milliseconds(TimeSpan timeout) => (int)Math.Clamp((long)timeout.TotalMilliseconds, -2, int.MaxValue);

    /// <summary>The thread is about to wait for handles: mutexes and semaphores among them are locks.</summary>
    /// <param name="handles">The handles.</param>
    /// <param name="origin">Where they are waited for.</param>
    /// <param name="all">The call waits for all of them; else for the first.</param>
    /// <param name="site">Where.</param>
    public static void HandlesWanted(WaitHandle[]? handles, string origin, bool all, int site)
    {
        if (LockValidation.IsOn && handles is not null) { LockCall.HandlesWanted(handles, origin, all, site); }
    }

    /// <summary>The wait for all of them has ended.</summary>
    public static void HandlesTaken(WaitHandle[]? handles, bool taken, string origin, int site)
    {
        if (LockValidation.IsOn && taken && handles is not null) { foreach (WaitHandle handle in handles) { LockCall.HandleTaken(handle, null, origin, site); } }
    }

    /// <summary>The wait for one of them has ended.</summary>
    public static void HandleTaken(WaitHandle[]? handles, int index, string origin, int site)
    {
        if (LockValidation.IsOn && handles is not null && (uint)index < (uint)handles.Length) { LockCall.HandleTaken(handles[index], null, origin, site); }
    }

    /// <summary>Instead of <c>WaitHandle.SignalAndWait</c>.</summary>
    public static bool HandleExchange(WaitHandle toSignal, WaitHandle toWaitOn, string origin, int how, int releasing, int site)
    {
        if (!LockValidation.IsOn) { return WaitHandle.SignalAndWait(toSignal, toWaitOn); }
        HeldLocks thread = LockThreads.Current;
        LockCall.Releasing(toSignal, releasing, site);
        LockCall.Wanted(toWaitOn, null, origin, how, site);
        bool taken;
        try { taken = WaitHandle.SignalAndWait(toSignal, toWaitOn); }
        catch
        {
            LockEvents.NotTaken(thread);
            throw;
        }

        if (taken) { LockCall.Taken(thread); } else { LockEvents.NotTaken(thread); }
        return taken;
    }

    /// <summary>A lock is about to be disposed of.</summary>
    public static void LockDisposing(object? lockObject, int site)
    {
        if (LockValidation.IsOn) { LockCall.Disposing(lockObject, site); }
    }

    /// <summary>A delegate is made that takes or gives back a lock: from here on it is known where that lives.</summary>
    public static void LockMet(object? lockObject, object? owner, string origin, int how, int site)
    {
        if (LockValidation.IsOn) { LockCall.Met(lockObject, owner, origin, how, site); }
    }

    /// <summary>Any other lock is about to be waited for.</summary>
    /// <param name="lockObject">The lock.</param>
    /// <param name="owner">What it is a field of, or null.</param>
    /// <param name="origin">Where it was loaded from.</param>
    /// <param name="how">A <see cref="LockCall"/>.</param>
    /// <param name="site">Where.</param>
    public static void LockWanted(object? lockObject, object? owner, string origin, int how, int site)
    {
        if (LockValidation.IsOn) { LockCall.Wanted(lockObject, owner, origin, how, site); }
    }

    /// <summary>The lock that was wanted last is held now.</summary>
    public static void LockTaken()
    {
        if (LockValidation.IsOn) { LockCall.Taken(LockThreads.Current); }
    }

    /// <summary>The lock that was wanted last is held now if the call said so.</summary>
    public static void LockTakenIf(bool taken)
    {
        if (!LockValidation.IsOn) { return; }
        if (taken) { LockCall.Taken(LockThreads.Current); } else { LockEvents.NotTaken(LockThreads.Current); }
    }

    /// <summary>The lock that was wanted last is held now if the call set its flag.</summary>
    public static void LockTakenByRef(ref bool taken) => LockTakenIf(taken);

    /// <summary>A lock is about to be released.</summary>
    public static void LockReleasing(object? lockObject, int how, int site)
    {
        if (LockValidation.IsOn) { LockCall.Releasing(lockObject, how, site); }
    }

    /// <summary>Instead of <c>Monitor.Wait</c> for as long as it takes: who will pulse is not known.</summary>
    public static bool MonitorWait(object lockObject, object? owner, string origin, int site)
    {
        if (!LockValidation.IsOn) { return Monitor.Wait(lockObject); }
        LockCall.MonitorWaiting(lockObject, owner, origin, site);
        HeldLocks thread = LockThreads.Current;
        if (thread.Inside == 0) { Waits.ForSignal(thread, "Monitor.Pulse", site); }
        try { return Monitor.Wait(lockObject); }
        finally
        {
            thread.Awaited = null;
            thread.Lent = null;
        }
    }

    /// <summary>Monitor.Wait is about to let go of the lock and to take it back later, whatever else is held.</summary>
    public static void MonitorWaiting(object? lockObject, object? owner, string origin, int site)
    {
        if (LockValidation.IsOn) { LockCall.MonitorWaiting(lockObject, owner, origin, site); }
    }

    /// <summary>Monitor.Pulse or PulseAll is about to be called.</summary>
    public static void MonitorPulsing(object? lockObject, object? owner, string origin, int site)
    {
        if (LockValidation.IsOn && lockObject is not null && !Monitor.IsEntered(lockObject)) { LockCall.MonitorWaiting(lockObject, owner, origin, site); }
    }

    /// <summary>Monitor.Wait has the lock back.</summary>
    public static void MonitorWaited()
    {
        if (LockValidation.IsOn) { LockThreads.Current.Lent = null; }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Releasing(object? lockObject, LockKind kind, int site, object? thread)
    {
        if (LockValidation.IsOn && LockThreads.Of(thread) is var held && !WarmLocks.Pop(held, lockObject)) { LockEvents.Releasing(held, lockObject, kind, null, site); }
    }

    /// <summary>The lock of a scope, as a key.</summary>
    internal static object ObjectOf(ref Lock.Scope scope) => AsObject(ScopeLock(ref scope));

    // The compiler warns of a Lock that becomes an object; here it is only a key.
    private static object AsObject(Lock lockObject) => Unsafe.As<Lock, object>(ref lockObject);

    // The lowest bit says whether somebody holds the lock: an acquire that will wait is worth its stack.
    private static bool IsFree(Lock lockObject) => (StateOf(lockObject) & 1) == 0;

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_state")]
    private static extern ref uint StateOf(Lock lockObject);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_lockObj")]
    private static extern ref Lock ScopeLock(ref Lock.Scope scope);
}
