using System.Diagnostics;

namespace Ncsan.Runtime.Locks.Reports;

/// <summary>
/// Acquires that may have to wait: tried first, and only the one that has to wait is worth its stack, for the hang watch, and its time, for the listing.
/// </summary>
[System.Diagnostics.StackTraceHidden]
internal static class LockContention
{
    internal static void Enter(HeldLocks thread, object lockObject, ref bool taken)
    {
        var wait = new Waiting(thread);
        try { Monitor.Enter(lockObject, ref taken); }
        catch { wait.Failed(); throw; }
        wait.End();
    }

    internal static void Enter(HeldLocks thread, Lock lockObject)
    {
        var wait = new Waiting(thread);
        try { lockObject.Enter(); }
        catch { wait.Failed(); throw; }
        wait.End();
    }

    internal static Lock.Scope EnterScope(HeldLocks thread, Lock lockObject)
    {
        Enter(thread, lockObject);
        Lock.Scope scope = lockObject.EnterScope();
        lockObject.Exit();
        return scope;
    }

    internal static void Enter(HeldLocks thread, ReaderWriterLockSlim lockObject, WantMode mode)
    {
        try
        {
            if (mode switch { WantMode.Exclusive => lockObject.TryEnterWriteLock(0), WantMode.Upgradeable => lockObject.TryEnterUpgradeableReadLock(0), _ => lockObject.TryEnterReadLock(0) }) { return; }
        }
        catch { LockEvents.NotTaken(thread); throw; }

        var wait = new Waiting(thread);
        try
        {
            switch (mode)
            {
                case WantMode.Exclusive: lockObject.EnterWriteLock(); break;
                case WantMode.Upgradeable: lockObject.EnterUpgradeableReadLock(); break;
                default: lockObject.EnterReadLock(); break;
            }
        }
        catch { wait.Failed(); throw; }
        wait.End();
    }

    /// <summary>Legacy locks say by an exception that their time is over, so they are not tried first.</summary>
    internal static void Enter(HeldLocks thread, ReaderWriterLock lockObject, int milliseconds, WantMode mode)
    {
        var wait = new Waiting(thread);
        try { if (mode == WantMode.Exclusive) { lockObject.AcquireWriterLock(milliseconds); } else { lockObject.AcquireReaderLock(milliseconds); } }
        catch { wait.Failed(); throw; }
        wait.End(isContention: false);
    }

    internal static void Enter(HeldLocks thread, SemaphoreSlim semaphore)
    {
        try { if (semaphore.Wait(0)) { return; } }
        catch { LockEvents.NotTaken(thread); throw; }

        var wait = new Waiting(thread);
        try { semaphore.Wait(); }
        catch { wait.Failed(); throw; }
        wait.End();
    }

    internal static bool Enter(HeldLocks thread, WaitHandle handle)
    {
        try { if (handle.WaitOne(0)) { return true; } }
        catch (Exception fault)
        {
            // An abandoned mutex is held all the same.
            if (fault is AbandonedMutexException) { LockEvents.Taken(thread); } else { LockEvents.NotTaken(thread); }
            throw;
        }

        var wait = new Waiting(thread);
        if (thread.Wanted is null) { Waits.ForSignal(thread, "a WaitHandle", thread.AwaitedSite); }
        bool taken;
        try { taken = handle.WaitOne(); }
        catch (Exception fault)
        {
            if (fault is AbandonedMutexException) { LockEvents.Taken(thread); }
            wait.Failed();
            throw;
        }

        wait.End();
        return taken;
    }

    /// <summary>One wait under way.</summary>
    private readonly ref struct Waiting
    {
        private readonly HeldLocks _thread;
        private readonly LockInstance? _instance;
        private readonly long _start;

        internal Waiting(HeldLocks thread)
        {
            _thread = thread;
            _instance = thread.Wanted;
            thread.WaitStack = new StackTrace(2, fNeedFileInfo: false);
            _start = Stopwatch.GetTimestamp();
        }

        internal void Failed()
        {
            _thread.Awaited = null;
            _thread.WaitStack = null;
            LockEvents.NotTaken(_thread);
        }

        internal void End(bool isContention = true)
        {
            _thread.Awaited = null;
            _thread.WaitStack = null;
            if (_instance is null || !isContention) { return; }

            // Racy on purpose: a lost count in a statistic is cheaper than a shared atomic.
            long ticks = Stopwatch.GetTimestamp() - _start;
            LockClass lockClass = _instance.Class;
            lockClass.Contentions++;
            lockClass.WaitTicks += ticks;
            if (ticks > lockClass.MaxWaitTicks) { lockClass.MaxWaitTicks = ticks; }
        }
    }
}
