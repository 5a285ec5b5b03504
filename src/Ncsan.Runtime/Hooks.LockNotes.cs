using Ncsan.Runtime.Locks;

namespace Ncsan.Runtime;

// Calls to Ncsan.Annotations.LockOrder.
public static unsafe partial class Hooks
{
    /// <summary>The lock must be held here, or must not.</summary>
    public static void LockAssert(object? lockObject, object? owner, string origin, bool held, int site)
    {
        if (LockValidation.IsOn) { LockNotes.AssertHeld(lockObject, owner, origin, held, site); }
    }

    /// <summary>The lock is pinned or unpinned.</summary>
    public static void LockPin(object? lockObject, object? owner, string origin, bool pin, int site)
    {
        if (LockValidation.IsOn) { LockNotes.Pin(lockObject, owner, origin, pin, site); }
    }

    /// <summary>The lock belongs to a class of this name.</summary>
    public static void LockClass(object? lockObject, string name, int site)
    {
        if (LockValidation.IsOn) { LockNotes.Class(lockObject, null, name, 0, site); }
    }

    /// <summary>The lock has this nesting level within its class.</summary>
    public static void LockSubclass(object? lockObject, int level, object? owner, string origin, int site)
    {
        if (LockValidation.IsOn) { LockNotes.Class(lockObject, owner, origin, level, site); }
    }

    /// <summary>The next acquire of a lock is nested under another.</summary>
    public static void LockNestUnder(object? child, object? parent, object? owner, string origin, int site)
    {
        if (LockValidation.IsOn) { LockNotes.NestUnder(child, parent, owner, origin, site); }
    }

    /// <summary>The waiters of such locks spin.</summary>
    public static void LockSpinning(object? lockObject, object? owner, string origin, int site)
    {
        if (LockValidation.IsOn) { LockNotes.Spinning(lockObject, owner, origin, site); }
    }

    /// <summary>Locks of this class are not ordered.</summary>
    public static void LockNoValidate(object? lockObject, object? owner, string origin, int site)
    {
        if (LockValidation.IsOn) { LockNotes.NoValidate(lockObject, owner, origin, site); }
    }

    /// <summary>Code of a map of the program's own begins.</summary>
    public static void LockMapRun(string map, int site)
    {
        if (LockValidation.IsOn) { LockNotes.Run(map, site); }
    }

    /// <summary>The code that began last ends.</summary>
    public static void LockMapLeave()
    {
        if (LockValidation.IsOn) { LockNotes.Leave(); }
    }

    /// <summary>The thread waits for code of a map of the program's own.</summary>
    public static void LockMapWait(string map, int site)
    {
        if (LockValidation.IsOn) { LockNotes.WaitFor(map, site); }
    }
}
