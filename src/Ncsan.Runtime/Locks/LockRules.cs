namespace Ncsan.Runtime.Locks;

/// <summary>The rule ids of lock reports and the fix direction of each. docs/ids.md has the same rows.</summary>
internal static class LockRules
{
    internal static (string Id, string Kind, string Remedy) Of(LockReportKind kind) => kind switch
    {
        LockReportKind.CircularDependency => ("NCS0101", "possible deadlock", "Take the locks in one order everywhere, or put both parts under one outer lock, or let go of the first before taking the second."),
        LockReportKind.RecursiveLocking => ("NCS0102", "recursive locking", "Do not call code that takes the lock from code that holds it; split a part out that expects the lock to be held."),
        LockReportKind.InstanceInversion => ("NCS0103", "inversion between instances", "Order the locks by something that never changes, such as an id, and take the lower one first."),
        LockReportKind.InconsistentContext => ("NCS0104", "inconsistent context use", "Leave the lock before you complete, cancel or raise, or have the continuation run elsewhere (RunContinuationsAsynchronously)."),
        LockReportKind.ContextInversion => ("NCS0105", "context inversion", "Leave the lock before you complete, cancel or raise, or have the continuation run elsewhere (RunContinuationsAsynchronously)."),
        LockReportKind.WaitUnderLock => ("NCS0106", "wait on a task under its lock", "Leave the lock before you wait, or let the task do without it."),
        LockReportKind.SyncOverAsync => ("NCS0107", "sync over async", "Await instead of blocking, or use ConfigureAwait(false) all the way down."),
        LockReportKind.InvalidWait => ("NCS0108", "invalid wait", "Nothing may block under a lock whose waiters spin: take the other lock first, or use a lock that sleeps."),
        LockReportKind.BadUnlock => ("NCS0109", "bad unlock", "Release a lock once, on the thread that took it, in the mode it was taken in; a using or try/finally does it."),
        LockReportKind.HeldAtEnd => ("NCS0110", "held at end", "Release the lock on every way out, exceptions included: lock, using or try/finally."),
        LockReportKind.AssertionFailed => ("NCS0111", "lock assertion", "Take the lock before calling this code, or mend the assertion."),
        _ => ("NCS0112", "deadlock", "Take the locks in one order everywhere, or put both parts under one outer lock."),
    };
}
