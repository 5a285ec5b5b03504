using Ncsan.Runtime.Locks;

namespace Ncsan.Runtime;

// Spin locks, called instead of the real ones. Each takes the arguments of the call, then the object that the lock lies in or null, the element of an array or -1, the fields
// that lead to it or nothing, and its origin.
public static unsafe partial class Hooks
{
    /// <summary>Instead of <c>SpinLock.Enter</c>.</summary>
    public static void SpinLockEnter(ref SpinLock spinLock, ref bool taken, object? owner, int index, string place, string origin, int site)
    {
        HeldLocks? thread = Wanting(ref spinLock, owner, index, place, origin, AcquireFlags.None, site);
        try { spinLock.Enter(ref taken); }
        finally { Wanted(thread, taken); }
    }

    /// <summary>Instead of <c>SpinLock.TryEnter</c>.</summary>
    public static void SpinLockTryEnter(ref SpinLock spinLock, ref bool taken, object? owner, int index, string place, string origin, int site)
    {
        HeldLocks? thread = Wanting(ref spinLock, owner, index, place, origin, AcquireFlags.Try, site);
        try { spinLock.TryEnter(ref taken); }
        finally { Wanted(thread, taken); }
    }

    /// <summary>Instead of <c>SpinLock.TryEnter(int)</c>.</summary>
    public static void SpinLockTryEnterFor(ref SpinLock spinLock, int milliseconds, ref bool taken, object? owner, int index, string place, string origin, int site)
    {
        HeldLocks? thread = Wanting(ref spinLock, owner, index, place, origin, milliseconds == Timeout.Infinite ? AcquireFlags.None : AcquireFlags.Try, site);
        try { spinLock.TryEnter(milliseconds, ref taken); }
        finally { Wanted(thread, taken); }
    }

    /// <summary>Instead of <c>SpinLock.TryEnter(TimeSpan)</c>.</summary>
    public static void SpinLockTryEnterSpan(ref SpinLock spinLock, TimeSpan timeout, ref bool taken, object? owner, int index, string place, string origin, int site)
    {
        HeldLocks? thread = Wanting(ref spinLock, owner, index, place, origin, Milliseconds(timeout) == Timeout.Infinite ? AcquireFlags.None : AcquireFlags.Try, site);
        try { spinLock.TryEnter(timeout, ref taken); }
        finally { Wanted(thread, taken); }
    }

    /// <summary>Instead of <c>SpinLock.Exit</c>.</summary>
    public static void SpinLockExit(ref SpinLock spinLock, object? owner, int index, string place, string origin, int site)
    {
        if (LockValidation.IsOn) { SpinLocks.Releasing(LockThreads.Current, ref spinLock, owner, index, place, origin, site); }
        spinLock.Exit();
    }

    /// <summary>Instead of <c>SpinLock.Exit(bool)</c>.</summary>
    public static void SpinLockExitWith(ref SpinLock spinLock, bool useMemoryBarrier, object? owner, int index, string place, string origin, int site)
    {
        if (LockValidation.IsOn) { SpinLocks.Releasing(LockThreads.Current, ref spinLock, owner, index, place, origin, site); }
        spinLock.Exit(useMemoryBarrier);
    }

    private static HeldLocks? Wanting(ref SpinLock spinLock, object? owner, int index, string place, string origin, AcquireFlags flags, int site)
    {
        if (!LockValidation.IsOn) { return null; }
        HeldLocks thread = LockThreads.Current;
        SpinLocks.Want(thread, ref spinLock, owner, index, place, origin, flags, site);
        return thread;
    }

    private static void Wanted(HeldLocks? thread, bool taken)
    {
        if (thread is null) { return; }
        if (taken) { LockEvents.Taken(thread); } else { LockEvents.NotTaken(thread); }
    }
}
