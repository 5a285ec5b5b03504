namespace Ncsan.Reporting;

// The rules of the lock validator.
public sealed partial record Rule
{
    private static IEnumerable<Rule> Locks() =>
    [
        new("NCS0101", "possible deadlock", "Locks were taken in orders that close a circle: threads that meet at the wrong moment wait for each other for ever.",
            "Take the locks in one order everywhere, or put both parts under one outer lock, or let go of the first before taking the second."),
        new("NCS0102", "recursive locking", "A flow takes a lock that it already holds and that is not re-entrant.",
            "Do not call code that takes the lock from code that holds it; split a part out that expects the lock to be held."),
        new("NCS0103", "inversion between instances", "Locks of one class were taken under each other in orders that close a circle.",
            "Order the locks by something that never changes, such as an id, and take the lower one first."),
        new("NCS0104", "inconsistent context use", "A lock is taken by code that can be entered inline, and held where that code may be entered.",
            "Leave the lock before you complete, cancel or raise, or have the continuation run elsewhere (RunContinuationsAsynchronously)."),
        new("NCS0105", "context inversion", "A lock that code takes which can be entered inline leads to a lock that is held where that code may be entered.",
            "Leave the lock before you complete, cancel or raise, or have the continuation run elsewhere (RunContinuationsAsynchronously)."),
        new("NCS0106", "wait on a task under its lock", "A thread waits for a task while it holds a lock that the task takes, or that leads to one.",
            "Leave the lock before you wait, or let the task do without it."),
        new("NCS0107", "sync over async", "The thread of a synchronization context blocks for a task that needs the context to go on.",
            "Await instead of blocking, or use ConfigureAwait(false) all the way down."),
        new("NCS0108", "invalid wait", "Something that can block is done under a lock whose waiters spin.",
            "Nothing may block under a lock whose waiters spin: take the other lock first, or use a lock that sleeps."),
        new("NCS0109", "bad unlock", "A lock is released by a thread that does not hold it, twice, in another mode, while pinned, or disposed of while held.",
            "Release a lock once, on the thread that took it, in the mode it was taken in; a using or try/finally does it."),
        new("NCS0110", "held at end", "A thread ends, or an await gives it back, while it holds a lock that belongs to the thread.",
            "Release the lock on every way out, exceptions included: lock, using or try/finally."),
        new("NCS0111", "lock assertion", "An assertion of the program about held locks does not hold.",
            "Take the lock before calling this code, or mend the assertion."),
        new("NCS0112", "deadlock", "Threads wait for each other now; the program was ended with 67.",
            "Take the locks in one order everywhere, or put both parts under one outer lock."),
    ];
}
