using System.Runtime.CompilerServices;
using Ncsan.Runtime.Races;

namespace Ncsan.Runtime;

/// <summary>
/// The whole contract between rewritten code and the runtime: everything that the rewriter may emit is a member of this class.
/// </summary>
/// <remarks>
/// Rewritten code reads <see cref="State"/> once a basic block and takes its checked copy when it is not zero. Each access of the
/// checked copy is preceded by one call here. A location is always passed as a managed reference, never as an address: the
/// detector computes the address only after it has loaded a watchpoint slot (architecture.md, GC-safe watchpoints).
/// A <c>site</c> is the module's site base, which <see cref="ModuleLoaded"/> returned, plus the constant id of the site within its
/// module. Nothing here throws; nothing here takes a lock that user code can hold.
/// </remarks>
[System.Diagnostics.StackTraceHidden]
public static unsafe partial class Hooks
{
    /// <summary>The version that rewritten modules must have been made for.</summary>
    public const int AbiVersion = 4;

    /// <summary>Zero while the program runs its clean copies. The class has no static constructor, so this is one load.</summary>
    public static int State;

    /// <summary>Called by the module initializer of every rewritten module, before any other code of it runs.</summary>
    /// <param name="anchor">A type of the module, from which the module and its site table are found.</param>
    /// <param name="abiVersion">The <see cref="AbiVersion"/> that the module was rewritten for.</param>
    /// <param name="siteCount">How many sites the module has.</param>
    /// <returns>The module's site base: its sites are numbered from it.</returns>
    public static int ModuleLoaded(RuntimeTypeHandle anchor, int abiVersion, int siteCount) => Sites.Modules.Register(anchor, abiVersion, siteCount);

    /// <summary>Called once after <see cref="ModuleLoaded"/> by a module that deals with locks: from here on those of an instrumented framework count, too.</summary>
    public static void ModuleLocks() => Framework.FrameworkLink.PublishLocks();

    // Plain accesses of 1, 2, 4 and 8 bytes that hold no reference.

    /// <summary>A plain read of 1 byte is about to happen.</summary>
    public static void Read1(ref byte location, int site) => Detector.Check(ref location, 1, AccessKind.Read, site);

    /// <summary>A plain read of 2 bytes is about to happen.</summary>
    public static void Read2(ref byte location, int site) => Detector.Check(ref location, 2, AccessKind.Read, site);

    /// <summary>A plain read of 4 bytes is about to happen.</summary>
    public static void Read4(ref byte location, int site) => Detector.Check(ref location, 4, AccessKind.Read, site);

    /// <summary>A plain read of 8 bytes is about to happen.</summary>
    public static void Read8(ref byte location, int site) => Detector.Check(ref location, 8, AccessKind.Read, site);

    /// <summary>A plain read of an object reference is about to happen. References are compared by identity.</summary>
    public static void ReadRef(ref byte location, int site) => Detector.Check(ref location, sizeof(nint), AccessKind.Read | AccessKind.Reference, site);

    /// <summary>A plain write of 1 byte is about to happen.</summary>
    public static void Write1(ref byte location, int site) => Detector.Check(ref location, 1, AccessKind.Write, site);

    /// <summary>A plain write of 2 bytes is about to happen.</summary>
    public static void Write2(ref byte location, int site) => Detector.Check(ref location, 2, AccessKind.Write, site);

    /// <summary>A plain write of 4 bytes is about to happen.</summary>
    public static void Write4(ref byte location, int site) => Detector.Check(ref location, 4, AccessKind.Write, site);

    /// <summary>A plain write of 8 bytes is about to happen.</summary>
    public static void Write8(ref byte location, int site) => Detector.Check(ref location, 8, AccessKind.Write, site);

    /// <summary>A plain write of an object reference is about to happen. References are compared by identity.</summary>
    public static void WriteRef(ref byte location, int site) => Detector.Check(ref location, sizeof(nint), AccessKind.Write | AccessKind.Reference, site);

    // Plain accesses of any other type: structs, and generic parameters that may be anything.

    /// <summary>A plain read of a whole <typeparamref name="T"/> is about to happen.</summary>
    public static void ReadValue<T>(ref T location, int site) => Detector.CheckValue(ref location, AccessKind.Read, site);

    /// <summary>A plain write of a whole <typeparamref name="T"/> is about to happen.</summary>
    public static void WriteValue<T>(ref T location, int site) => Detector.CheckValue(ref location, AccessKind.Write, site);

    // Ranges of bytes that hold no reference: cpblk, initblk and the like.

    /// <summary>A plain read of <paramref name="size"/> bytes is about to happen.</summary>
    public static void ReadRange(ref byte location, nuint size, int site) => Detector.CheckRange(ref location, size, AccessKind.Read, site);

    /// <summary>A plain write of <paramref name="size"/> bytes is about to happen.</summary>
    public static void WriteRange(ref byte location, nuint size, int site) => Detector.CheckRange(ref location, size, AccessKind.Write, site);

    // Marked accesses: volatile., Volatile.*, Interlocked.*. Checked, never watched.

    /// <summary>A marked read of <paramref name="size"/> bytes is about to happen.</summary>
    public static void ReadMarked(ref byte location, int size, int site) => Detector.Check(ref location, size, AccessKind.Read | AccessKind.Marked, site);

    /// <summary>A marked write of <paramref name="size"/> bytes is about to happen.</summary>
    public static void WriteMarked(ref byte location, int size, int site) => Detector.Check(ref location, size, AccessKind.Write | AccessKind.Marked, site);

    /// <summary>A marked read-modify-write of <paramref name="size"/> bytes is about to happen. A failed compare-exchange counts as a write.</summary>
    public static void ReadWriteMarked(ref byte location, int size, int site) => Detector.Check(ref location, size, AccessKind.Write | AccessKind.Compound | AccessKind.Marked, site);

    /// <summary>A memory barrier is about to be executed. It clears the access that weak memory holds back, if it orders it.</summary>
    /// <param name="kind">A <see cref="BarrierKind"/>.</param>
    public static void Barrier(int kind) => Detector.Barrier((BarrierKind)kind);

    /// <summary>A method is about to be left in good order, or its last checked copy is. What weak memory holds back of it is checked once more, since
    /// its last store may have published it, and then no longer.</summary>
    /// <param name="site">The first site of the method.</param>
    /// <param name="count">How many sites it has.</param>
    public static void MethodExit(int site, int count) => Detector.MethodExit(site, count);

    // Calls into collections that are not thread-safe are accesses to the collection.

    /// <summary>A member that reads <paramref name="collection"/> is about to be called. Ignored unless its real type is a thread-unsafe collection.</summary>
    public static void CollectionRead(object? collection, int site) => Detector.CheckCollection(collection, AccessKind.Read | AccessKind.Collection, site);

    /// <summary>A member that writes <paramref name="collection"/> is about to be called. Ignored unless its real type is a thread-unsafe collection.</summary>
    public static void CollectionWrite(object? collection, int site) => Detector.CheckCollection(collection, AccessKind.Write | AccessKind.Collection, site);

    // Threads and tests.

    /// <summary><paramref name="thread"/> is about to be started: remembers where, for the creation chain.</summary>
    public static void ThreadStarting(Thread? thread, int site) => Threads.Creation.Starting(thread, site);

    /// <summary>Work is about to be given to the thread pool: remembers where, for the creation chain of what it touches.</summary>
    public static void WorkQueued(int site) => _ = Threads.Actors.Forking(site);

    /// <summary>The call that <see cref="ThreadStarting"/> or <see cref="WorkQueued"/> announced has returned.</summary>
    public static void WorkGiven() => Threads.Actors.Forked();

    /// <summary>The call that <see cref="WorkQueued"/> announced has returned, and all that it gave to others is done.</summary>
    public static void WorkDone() => Threads.Actors.Finished();

    // Async methods, in both copies: who is who must be right when State rises.

    /// <summary>A step of an async method begins.</summary>
    /// <param name="flow">The field of the state machine that says who it is; empty until it is suspended for the first time.</param>
    public static void AsyncFlowEntered(object? flow) => Threads.Actors.Entered(flow);

    /// <summary>An async method is about to be suspended.</summary>
    /// <param name="flow">The field.</param>
    /// <param name="awaits">An <see cref="Threads.AwaitedWork"/>: what is awaited, as far as the code says so.</param>
    /// <param name="site">Where.</param>
    public static void AsyncFlowSuspending(ref object? flow, int awaits, int site) => Threads.Actors.Suspending(ref flow, (Threads.AwaitedWork)awaits, site);

    /// <summary>An async method has asked whether it need be suspended for what it awaits.</summary>
    /// <param name="done">The answer: what it awaits is done.</param>
    /// <param name="awaits">As of <see cref="AsyncFlowSuspending"/>.</param>
    public static void AsyncFlowAsked(bool done, int awaits)
    {
        if (done) { Threads.Actors.WasDone((Threads.AwaitedWork)awaits); }
    }

    /// <summary>A step of an async method ends. Pairs with <see cref="AsyncFlowEntered"/>.</summary>
    public static void AsyncFlowLeft(ref object? flow) => Threads.Actors.Left(ref flow);

    /// <summary>A test method begins on this flow. Findings name it.</summary>
    public static void TestEntered(string name)
    {
        Threads.CurrentTest.Enter(name);
        if (Locks.LockValidation.IsOn && Locks.LockThreads.CurrentOrNull is { } thread) { thread.TestFrom = thread.Depth; }
    }

    /// <summary>The test method that began last on this flow ends.</summary>
    public static void TestLeft()
    {
        if (Locks.LockValidation.IsOn && Locks.LockThreads.CurrentOrNull is { } thread) { Locks.SemaphoreLeaks.TestEnds(thread); }
        Threads.CurrentTest.Leave();
    }
}
