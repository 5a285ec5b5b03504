namespace Ncsan.Runtime.Locks;

/// <summary>Asks a lock itself about its state, where it can tell.</summary>
internal static class LockProbe
{
    /// <summary>Whether the current thread really holds the lock, or nobody can say.</summary>
    internal static bool MayBeHeldByCurrentThread(object lockObject, LockKind kind, HoldMode? mode) => lockObject switch
    {
        Lock held => held.IsHeldByCurrentThread,
        ReaderWriterLockSlim slim => mode switch
        {
            HoldMode.Shared => slim.IsReadLockHeld,
            HoldMode.Upgradeable => slim.IsUpgradeableReadLockHeld,
            _ => slim.IsWriteLockHeld,
        },
        ReaderWriterLock old => mode == HoldMode.Shared ? old.IsReaderLockHeld || old.IsWriterLockHeld : old.IsWriterLockHeld,
        _ => kind != LockKind.Monitor || Monitor.IsEntered(lockObject),
    };
}
