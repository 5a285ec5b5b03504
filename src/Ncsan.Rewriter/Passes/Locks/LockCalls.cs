using Mono.Cecil;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>The table of calls that take or release a lock and are announced: every overload, since one that is missed makes a lock look like a signal.</summary>
internal static class LockCalls
{
    /// <summary>How a call says whether it got the lock.</summary>
    internal enum Answer
    {
        /// <summary>It comes back with it or not at all.</summary>
        Always,

        /// <summary>By its result.</summary>
        Result,

        /// <summary>By the flag that is its last argument.</summary>
        Reference,
    }

    /// <summary>A call that takes a lock.</summary>
    /// <param name="Kind">The kind of lock; <c>WaitHandle</c> when only the object knows.</param>
    /// <param name="Mode">How it is wanted.</param>
    /// <param name="IsTry">It can come back without.</param>
    /// <param name="Answer">How it says so.</param>
    internal sealed record Take(string Kind, string Mode, bool IsTry, Answer Answer);

    /// <summary>A call that releases a lock.</summary>
    internal sealed record Give(string Kind, string? Mode);

    internal static Take? Taking(string type, string name, MethodReference method)
    {
        // With a time-out the wait ends by itself, unless it is -1: that is for the hook to see.
        bool timed = method.Parameters.Any(p => p.ParameterType.FullName is "System.Int32" or "System.TimeSpan" or "System.Threading.CancellationToken");
        Answer answer = method.ReturnType.FullName == "System.Boolean" ? Answer.Result : method.Parameters is [.., { ParameterType.IsByReference: true }] ? Answer.Reference : Answer.Always;
        return (type, name) switch
        {
            ("System.Threading.Monitor", "TryEnter") => new("Monitor", "Exclusive", true, answer),
            ("System.Threading.Lock", "TryEnter") => new("Lock", "Exclusive", true, answer),
            ("System.Threading.ReaderWriterLockSlim", "EnterReadLock") => new("ReaderWriterLockSlim", "Shared", false, answer),
            ("System.Threading.ReaderWriterLockSlim", "EnterWriteLock") => new("ReaderWriterLockSlim", "Exclusive", false, answer),
            ("System.Threading.ReaderWriterLockSlim", "EnterUpgradeableReadLock") => new("ReaderWriterLockSlim", "Upgradeable", false, answer),
            ("System.Threading.ReaderWriterLockSlim", "TryEnterReadLock") => new("ReaderWriterLockSlim", "Shared", true, answer),
            ("System.Threading.ReaderWriterLockSlim", "TryEnterWriteLock") => new("ReaderWriterLockSlim", "Exclusive", true, answer),
            ("System.Threading.ReaderWriterLockSlim", "TryEnterUpgradeableReadLock") => new("ReaderWriterLockSlim", "Upgradeable", true, answer),

            // These throw when their time is over, and are usually given for ever.
            ("System.Threading.ReaderWriterLock", "AcquireReaderLock") => new("ReaderWriterLock", "Shared", false, answer),
            ("System.Threading.ReaderWriterLock", "AcquireWriterLock") => new("ReaderWriterLock", "Exclusive", false, answer),
            ("System.Threading.SemaphoreSlim", "Wait") => new("SemaphoreSlim", "Exclusive", timed && answer == Answer.Result, answer),
            ("System.Threading.WaitHandle" or "System.Threading.Mutex" or "System.Threading.Semaphore", "WaitOne") => new("WaitHandle", "Exclusive", timed, answer),
            _ => null,
        };
    }

    internal static Give? Releasing(string type, string name) => (type, name) switch
    {
        ("System.Threading.ReaderWriterLockSlim", "ExitReadLock") => new("ReaderWriterLockSlim", "Shared"),
        ("System.Threading.ReaderWriterLockSlim", "ExitWriteLock") => new("ReaderWriterLockSlim", "Exclusive"),
        ("System.Threading.ReaderWriterLockSlim", "ExitUpgradeableReadLock") => new("ReaderWriterLockSlim", "Upgradeable"),
        ("System.Threading.ReaderWriterLock", "ReleaseReaderLock") => new("ReaderWriterLock", "Shared"),
        ("System.Threading.ReaderWriterLock", "ReleaseWriterLock") => new("ReaderWriterLock", "Exclusive"),
        ("System.Threading.SemaphoreSlim", "Release") => new("SemaphoreSlim", null),
        ("System.Threading.Semaphore", "Release") => new("Semaphore", null),
        ("System.Threading.Mutex", "ReleaseMutex") => new("Mutex", null),
        _ => null,
    };

    /// <summary>The kind of lock that a method is one of, or null.</summary>
    internal static string? KindOf(MethodReference method) => method.DeclaringType.FullName == "System.Threading.Lock" ? "Lock"
        : Taking(method.DeclaringType.FullName, method.Name, method)?.Kind ?? Releasing(method.DeclaringType.FullName, method.Name)?.Kind;
}
