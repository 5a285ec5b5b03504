namespace Ncsan.Runtime.Framework;

// The framework's own locks. Its acquires and releases are announced and left where they are: an acquire that the hook made itself would have to be
// proved like the rest of the hook, and most of CoreLib stands behind one that waits.
public static unsafe partial class HookHome
{
    /// <summary>Zero while nobody wants to know of locks. Tested before each of these hooks.</summary>
    public static int Locks;

    private static nint s_lockWanted, s_lockTaken, s_lockReleasing, s_scopeReleasing, s_monitorWaiting, s_monitorWaited, s_initializerEnter, s_initializerLeave, s_typeTouched;

    /// <summary>Connects the framework's locks with the lock validator.</summary>
    public static void PublishLocks(nint wanted, nint taken, nint releasing, nint scopeReleasing, nint waiting, nint waited, nint enter, nint leave, nint touched)
    {
        s_lockWanted = wanted;
        s_lockTaken = taken;
        s_lockReleasing = releasing;
        s_scopeReleasing = scopeReleasing;
        s_monitorWaiting = waiting;
        s_monitorWaited = waited;
        s_initializerEnter = enter;
        s_initializerLeave = leave;
        s_typeTouched = touched;
        Locks = 1;
    }

    /// <summary>A lock is about to be waited for.</summary>
    /// <param name="lockObject">The lock.</param>
    /// <param name="origin">Where it was loaded from.</param>
    /// <param name="how">A <see cref="Ncsan.Runtime.Locks.LockCall"/>.</param>
    /// <param name="site">Where.</param>
    public static void OwnLockWanted(object? lockObject, string origin, int how, int site)
    {
        nint wanted = s_lockWanted;
        if (wanted != 0) { ((delegate*<object?, string, int, int, void>)wanted)(lockObject, origin, how, site); }
    }

    /// <summary>It is held now.</summary>
    public static void OwnLockTaken(object? lockObject) => OwnLockTakenIf(lockObject, true);

    /// <summary>It is held now, or was not got.</summary>
    public static void OwnLockTakenIf(object? lockObject, bool isTaken)
    {
        nint taken = s_lockTaken;
        if (taken != 0) { ((delegate*<object?, bool, void>)taken)(lockObject, isTaken); }
    }

    /// <summary>It is held now if the call set its flag.</summary>
    public static void OwnLockTakenByRef(object? lockObject, ref bool isTaken) => OwnLockTakenIf(lockObject, isTaken);

    /// <summary>A lock is about to be released.</summary>
    public static void OwnLockReleasing(object? lockObject, int how)
    {
        nint releasing = s_lockReleasing;
        if (releasing != 0) { ((delegate*<object?, int, void>)releasing)(lockObject, how); }
    }

    /// <summary>The lock of a scope is about to be released.</summary>
    public static void OwnScopeReleasing(ref Lock.Scope scope)
    {
        nint releasing = s_scopeReleasing;
        if (releasing != 0) { ((delegate*<ref Lock.Scope, void>)releasing)(ref scope); }
    }

    /// <summary>Monitor.Wait is about to let go of the lock and to take it back later, whatever else is held.</summary>
    public static void OwnMonitorWaiting(object? lockObject, string origin, int site)
    {
        nint waiting = s_monitorWaiting;
        if (waiting != 0) { ((delegate*<object?, string, int, void>)waiting)(lockObject, origin, site); }
    }

    /// <summary>Monitor.Wait has it back.</summary>
    public static void OwnMonitorWaited()
    {
        nint waited = s_monitorWaited;
        if (waited != 0) { ((delegate*<void>)waited)(); }
    }

    /// <summary>A type initialiser that can run code of a user's begins. Others wait until it ends.</summary>
    public static void OwnInitializerEnter(RuntimeTypeHandle type, string name, int site)
    {
        nint enter = s_initializerEnter;
        if (enter != 0) { ((delegate*<RuntimeTypeHandle, string, int, void>)enter)(type, name, site); }
    }

    /// <summary>It ends.</summary>
    public static void OwnInitializerLeave(RuntimeTypeHandle type)
    {
        nint leave = s_initializerLeave;
        if (leave != 0) { ((delegate*<RuntimeTypeHandle, void>)leave)(type); }
    }

    /// <summary>Such a type is about to be used.</summary>
    /// <param name="state">A static for this type: greater than zero when there is nothing more to tell.</param>
    /// <param name="type">The type.</param>
    /// <param name="site">Where.</param>
    public static void OwnTypeTouched(ref int state, RuntimeTypeHandle type, int site)
    {
        nint touched = s_typeTouched;
        if (touched != 0) { ((delegate*<ref int, RuntimeTypeHandle, int, void>)touched)(ref state, type, site); }
    }
}
