namespace Ncsan.Runtime.Locks.Graph;

/// <summary>What a lock class is made of.</summary>
internal enum LockKind : byte
{
    /// <summary><c>lock</c> and System.Threading.Monitor.</summary>
    Monitor,

    /// <summary>System.Threading.Lock.</summary>
    Lock,

    /// <summary>System.Threading.ReaderWriterLockSlim.</summary>
    ReaderWriterLockSlim,

    /// <summary>System.Threading.ReaderWriterLock.</summary>
    ReaderWriterLock,

    /// <summary>System.Threading.Mutex.</summary>
    Mutex,

    /// <summary>System.Threading.SemaphoreSlim used as a lock.</summary>
    SemaphoreSlim,

    /// <summary>System.Threading.Semaphore used as a lock.</summary>
    Semaphore,

    /// <summary>System.Threading.SpinLock.</summary>
    SpinLock,

    /// <summary>What System.Lazy holds while its factory runs. Once.</summary>
    Lazy,

    /// <summary>What the runtime holds while a type initialiser runs. Once.</summary>
    TypeInitializer,

    /// <summary>A SynchronizationContext that runs one callback at a time: its code holds it, a callback posted to it wants it.</summary>
    SynchronizationContext,

    /// <summary>Something that is run by one flow and waited for by another: a task, a thread, a method (lockdep's map).</summary>
    Map,

    /// <summary>Code that can be entered while a lock is held (the counterpart of an interrupt).</summary>
    Context,
}

/// <summary>The facts that follow from a <see cref="LockKind"/>.</summary>
internal static class LockKindExtensions
{
    /// <summary>Its holder may take it again: the second acquire never blocks.</summary>
    internal static bool IsReentrant(this LockKind kind) => kind is LockKind.Monitor or LockKind.Lock or LockKind.Mutex or LockKind.ReaderWriterLock or LockKind.SynchronizationContext || kind.IsOneShot();

    /// <summary>Only the thread that took it may release it.</summary>
    internal static bool IsThreadBound(this LockKind kind) => kind <= LockKind.SpinLock && !kind.IsSemaphore();

    /// <summary>Whether somebody else may release it, so that it can turn out to be a signal and no lock at all.</summary>
    internal static bool IsSemaphore(this LockKind kind) => kind is LockKind.SemaphoreSlim or LockKind.Semaphore;

    /// <summary>A lock proper, which one holds; not a wait for other code.</summary>
    internal static bool IsLock(this LockKind kind) => kind is not (LockKind.Map or LockKind.Context);

    /// <summary>It is held once in its life, by whoever comes first, and never keeps anybody waiting again.</summary>
    internal static bool IsOneShot(this LockKind kind) => kind is LockKind.Lazy or LockKind.TypeInitializer;

    /// <summary>Two of its class tell something about a third: what each of them was taken under can happen to any of them.</summary>
    internal static bool IsOrderedByClass(this LockKind kind) => kind.IsLock() && !kind.IsOneShot();

    internal static WaitType WaitType(this LockKind kind) => kind is LockKind.SpinLock ? Graph.WaitType.Spin : Graph.WaitType.Sleep;
}

/// <summary>How one waits for a lock of a class; a lock may not be waited for under one whose holders must be quicker.</summary>
internal enum WaitType : byte
{
    /// <summary>Not checked.</summary>
    None,

    /// <summary>Its waiters spin: nothing may block under it.</summary>
    Spin,

    /// <summary>Its waiters may sleep.</summary>
    Sleep,
}
