namespace Ncsan.Locks.Subjects;

/// <summary>Every kind of lock under every other, in both orders, on threads that never overlap. Two readers of locks that have no writer are no deadlock.</summary>
public static class Mixes
{
    private static readonly object s_aMonitor = new();
    private static readonly Lock s_aLock = new();
    private static readonly ReaderWriterLockSlim s_aWriter = new();
    private static readonly ReaderWriterLockSlim s_aReader = new();
    private static readonly ReaderWriterLockSlim s_aUpgradeable = new();
    private static readonly ReaderWriterLock s_aOldWriter = new();
    private static readonly ReaderWriterLock s_aOldReader = new();
    private static readonly Mutex s_aMutex = new();
    private static readonly SemaphoreSlim s_aSlim = new(1, 1);
    private static readonly Semaphore s_aSemaphore = new(1, 1);
    private static readonly object s_bMonitor = new();
    private static readonly Lock s_bLock = new();
    private static readonly ReaderWriterLockSlim s_bWriter = new();
    private static readonly ReaderWriterLockSlim s_bReader = new();
    private static readonly ReaderWriterLockSlim s_bUpgradeable = new();
    private static readonly ReaderWriterLock s_bOldWriter = new();
    private static readonly ReaderWriterLock s_bOldReader = new();
    private static readonly Mutex s_bMutex = new();
    private static readonly SemaphoreSlim s_bSlim = new(1, 1);
    private static readonly Semaphore s_bSemaphore = new(1, 1);

    private static readonly (Action Take, Action Give)[] s_first =
    [
        (() => Monitor.Enter(s_aMonitor), () => Monitor.Exit(s_aMonitor)),
        (() => s_aLock.Enter(), () => s_aLock.Exit()),
        (() => s_aWriter.EnterWriteLock(), () => s_aWriter.ExitWriteLock()),
        (() => s_aReader.EnterReadLock(), () => s_aReader.ExitReadLock()),
        (() => s_aUpgradeable.EnterUpgradeableReadLock(), () => s_aUpgradeable.ExitUpgradeableReadLock()),
        (() => s_aOldWriter.AcquireWriterLock(-1), () => s_aOldWriter.ReleaseWriterLock()),
        (() => s_aOldReader.AcquireReaderLock(-1), () => s_aOldReader.ReleaseReaderLock()),
        (() => s_aMutex.WaitOne(), () => s_aMutex.ReleaseMutex()),
        (() => s_aSlim.Wait(), () => s_aSlim.Release()),
        (() => s_aSemaphore.WaitOne(), () => s_aSemaphore.Release()),
    ];

    private static readonly (Action Take, Action Give)[] s_second =
    [
        (() => Monitor.Enter(s_bMonitor), () => Monitor.Exit(s_bMonitor)),
        (() => s_bLock.Enter(), () => s_bLock.Exit()),
        (() => s_bWriter.EnterWriteLock(), () => s_bWriter.ExitWriteLock()),
        (() => s_bReader.EnterReadLock(), () => s_bReader.ExitReadLock()),
        (() => s_bUpgradeable.EnterUpgradeableReadLock(), () => s_bUpgradeable.ExitUpgradeableReadLock()),
        (() => s_bOldWriter.AcquireWriterLock(-1), () => s_bOldWriter.ReleaseWriterLock()),
        (() => s_bOldReader.AcquireReaderLock(-1), () => s_bOldReader.ReleaseReaderLock()),
        (() => s_bMutex.WaitOne(), () => s_bMutex.ReleaseMutex()),
        (() => s_bSlim.Wait(), () => s_bSlim.Release()),
        (() => s_bSemaphore.WaitOne(), () => s_bSemaphore.Release()),
    ];

    [Case] public static void Mixed_in_both_orders()
    {
        foreach (var one in s_first)
        {
            foreach (var other in s_second) { Case.InTurn(() => Nest(one, other), () => Nest(other, one)); }
        }
    }

    [Case] public static void Silent_mixed_in_one_order()
    {
        foreach (var one in s_first)
        {
            foreach (var other in s_second) { Case.InTurn(() => Nest(one, other), () => Nest(one, other)); }
        }
    }

    private static void Nest((Action Take, Action Give) outer, (Action Take, Action Give) inner)
    {
        outer.Take();
        try
        {
            inner.Take();
            inner.Give();
        }
        finally { outer.Give(); }
    }
}
