using Ncsan.Runtime.Locks;

namespace Ncsan.Locks.Tests.SelfTest;

/// <summary>A lock type and the way of taking it that a table is run with.</summary>
/// <param name="Name">As shown in the test's name.</param>
/// <param name="Kind">The kind of its classes.</param>
/// <param name="Want">How it is taken.</param>
/// <param name="Reentrant">Overrides the kind's own answer.</param>
/// <param name="Writers">A writer is taken once before, so that readers can wait behind one.</param>
public sealed record Flavor(string Name, int Kind, int Want, bool? Reentrant = null, bool Writers = false)
{
    internal LockKind LockKind => (LockKind)Kind;

    internal WantMode WantMode => (WantMode)Want;

    internal bool IsReentrant => Reentrant ?? LockKind.IsReentrant();

    /// <summary>Every lock type; a reader of a lock that has writers waits like anyone else.</summary>
    public static IReadOnlyList<Flavor> All { get; } =
    [
        new("Monitor", (int)LockKind.Monitor, (int)WantMode.Exclusive),
        new("Lock", (int)LockKind.Lock, (int)WantMode.Exclusive),
        new("RWLS write", (int)LockKind.ReaderWriterLockSlim, (int)WantMode.Exclusive),
        new("RWLS upgradeable", (int)LockKind.ReaderWriterLockSlim, (int)WantMode.Upgradeable),
        new("RWLS read behind writers", (int)LockKind.ReaderWriterLockSlim, (int)WantMode.Shared, Writers: true),
        new("recursive RWLS write", (int)LockKind.ReaderWriterLockSlim, (int)WantMode.Exclusive, Reentrant: true),
        new("RWL write", (int)LockKind.ReaderWriterLock, (int)WantMode.Exclusive),
        new("RWL read behind writers", (int)LockKind.ReaderWriterLock, (int)WantMode.Shared, Writers: true),
        new("Mutex", (int)LockKind.Mutex, (int)WantMode.Exclusive),
        new("SemaphoreSlim", (int)LockKind.SemaphoreSlim, (int)WantMode.Exclusive),
        new("Semaphore", (int)LockKind.Semaphore, (int)WantMode.Exclusive),
        new("SpinLock", (int)LockKind.SpinLock, (int)WantMode.Exclusive),
    ];

    /// <summary>Readers that nothing makes wait for each other.</summary>
    public static IReadOnlyList<Flavor> Readers { get; } =
    [
        new("RWLS read without writers", (int)LockKind.ReaderWriterLockSlim, (int)WantMode.Shared),
        new("RWL read without writers", (int)LockKind.ReaderWriterLock, (int)WantMode.Shared),
        new("recursive reader", (int)LockKind.ReaderWriterLockSlim, (int)WantMode.RecursiveShared, Writers: true),
    ];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
