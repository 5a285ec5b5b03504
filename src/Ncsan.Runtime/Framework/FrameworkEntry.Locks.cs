using System.Runtime.CompilerServices;
using Ncsan.Runtime.Locks;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Framework;

// The locks of the framework, as its hooks announce them. All of it under the guard: the validator keeps tables that the framework provides. What the
// framework does wrong with a lock is not for the user to mend, so these only order; they never complain about a release.
internal static unsafe partial class FrameworkEntry
{
    internal static void LockWanted(object? lockObject, string origin, int how, int site)
    {
        if (lockObject is null || SanitizedThread.OutsideOrNull is not { } thread) { return; }
        thread.Guard++;
        try { WantedUnderGuard(lockObject, origin, how, site); }
        finally { thread.Guard--; }
    }

    internal static void LockTaken(object? lockObject, bool isTaken)
    {
        if (lockObject is null || SanitizedThread.OutsideOrNull is not { } thread) { return; }
        thread.Guard++;
        try { TakenUnderGuard(lockObject, isTaken); }
        finally { thread.Guard--; }
    }

    internal static void LockReleasing(object? lockObject, int how)
    {
        if (lockObject is null || SanitizedThread.OutsideOrNull is not { } thread) { return; }
        thread.Guard++;
        try { ReleasingUnderGuard(lockObject, how); }
        finally { thread.Guard--; }
    }

    internal static void ScopeReleasing(ref Lock.Scope scope)
    {
        if (SanitizedThread.OutsideOrNull is not { } thread) { return; }
        thread.Guard++;
        try { ScopeUnderGuard(ref scope); }
        finally { thread.Guard--; }
    }

    internal static void MonitorWaiting(object? lockObject, string origin, int site)
    {
        if (lockObject is null || SanitizedThread.OutsideOrNull is not { } thread) { return; }
        thread.Guard++;
        try { WaitingUnderGuard(lockObject, origin, site); }
        finally { thread.Guard--; }
    }

    internal static void MonitorWaited()
    {
        if (SanitizedThread.OutsideOrNull is not { } thread) { return; }
        thread.Guard++;
        try { WaitedUnderGuard(); }
        finally { thread.Guard--; }
    }

    internal static void InitializerEnter(RuntimeTypeHandle type, string name, int site)
    {
        if (SanitizedThread.OutsideOrNull is not { } thread) { return; }
        thread.Guard++;
        try { EnterUnderGuard(type, name, site); }
        finally { thread.Guard--; }
    }

    internal static void InitializerLeave(RuntimeTypeHandle type)
    {
        if (SanitizedThread.OutsideOrNull is not { } thread) { return; }
        thread.Guard++;
        try { LeaveUnderGuard(type); }
        finally { thread.Guard--; }
    }

    internal static void TypeTouched(ref int state, RuntimeTypeHandle type, int site)
    {
        if (SanitizedThread.OutsideOrNull is not { } thread) { return; }
        thread.Guard++;
        try { TouchUnderGuard(ref state, type, site); }
        finally { thread.Guard--; }
    }

    [UnderGuard]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void EnterUnderGuard(RuntimeTypeHandle type, string name, int site) => Hooks.TypeInitializerEnter(type, name, site);

    [UnderGuard]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LeaveUnderGuard(RuntimeTypeHandle type) => Hooks.TypeInitializerLeave(type, 0);

    [UnderGuard]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void TouchUnderGuard(ref int state, RuntimeTypeHandle type, int site) => Hooks.TypeTouched(ref state, type, site);

    /// <remarks>While the program's own acquire is under way, the framework's are steps of it.</remarks>
    [UnderGuard]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WantedUnderGuard(object lockObject, string origin, int how, int site)
    {
        if (!LockValidation.IsOn) { return; }
        HeldLocks held = LockThreads.Current;
        if (held.Inside != 0 || (held.Wanted is not null && !FrameworkLink.IsFrameworkSite(held.WantedSite))) { return; }
        LockCall.Wanted(lockObject, null, origin, how, site);
    }

    [UnderGuard]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void TakenUnderGuard(object lockObject, bool isTaken)
    {
        if (LockThreads.CurrentOrNull is not { Inside: 0, Wanted: not null } held || !ReferenceEquals(held.WantedObject, lockObject)) { return; }
        if (!isTaken) { LockEvents.NotTaken(held); return; }
        if (held.Wanted.Class.Kind.IsOneShot()) { held.OneShots++; }
        LockEvents.Taken(held);
    }

    [UnderGuard]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReleasingUnderGuard(object lockObject, int how) => Release(lockObject, LockCall.HoldModeOf(how));

    [UnderGuard]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ScopeUnderGuard(ref Lock.Scope scope) => Release(Hooks.ObjectOf(ref scope), null);

    [UnderGuard]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WaitingUnderGuard(object lockObject, string origin, int site)
    {
        if (LockValidation.IsOn && LockThreads.CurrentOrNull is { Inside: 0 } held && held.FindObject(lockObject) >= 0) { LockCall.MonitorWaiting(lockObject, null, origin, site); }
    }

    [UnderGuard]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WaitedUnderGuard()
    {
        if (LockThreads.CurrentOrNull is { } held) { held.Lent = null; }
    }

    [UnderGuard]
    private static void Release(object? lockObject, HoldMode? mode)
    {
        // A scope that was left already has no lock.
        if (lockObject is null || LockThreads.CurrentOrNull is not { Inside: 0 } held) { return; }
        int index = mode is { } exactly ? held.FindObject(lockObject, exactly) : held.FindObject(lockObject);
        if (index < 0) { return; }
        if (held.Entries[index].Count > 1) { held.Entries[index].Count--; return; }
        if (held.Entries[index].Class.Kind.IsOneShot()) { OneShots.Ran(held, index); }
        held.RemoveAt(index);
    }
}
