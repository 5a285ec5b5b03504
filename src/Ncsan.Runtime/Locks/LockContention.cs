using System.Diagnostics;

namespace Ncsan.Runtime.Locks;

/// <summary>The slow side of an acquire that has to wait: keeps the stack for the hang watch and the time for the listing.</summary>
internal static class LockContention
{
    internal static void Enter(HeldLocks thread, object lockObject, ref bool taken)
    {
        LockInstance? instance = Begin(thread);
        long start = Stopwatch.GetTimestamp();
        Monitor.Enter(lockObject, ref taken);
        End(thread, instance, start);
    }

    internal static void Enter(HeldLocks thread, Lock lockObject)
    {
        LockInstance? instance = Begin(thread);
        long start = Stopwatch.GetTimestamp();
        lockObject.Enter();
        End(thread, instance, start);
    }

    internal static Lock.Scope EnterScope(HeldLocks thread, Lock lockObject)
    {
        LockInstance? instance = Begin(thread);
        long start = Stopwatch.GetTimestamp();
        Lock.Scope scope = lockObject.EnterScope();
        End(thread, instance, start);
        return scope;
    }

    private static LockInstance? Begin(HeldLocks thread)
    {
        thread.WaitStack = new StackTrace(2, fNeedFileInfo: false);
        return thread.Wanted;
    }

    private static void End(HeldLocks thread, LockInstance? instance, long start)
    {
        thread.WaitStack = null;
        if (instance is null) { return; }

        // Racy on purpose: a lost count in a statistic is cheaper than a shared atomic.
        long ticks = Stopwatch.GetTimestamp() - start;
        LockClass lockClass = instance.Class;
        lockClass.Contentions++;
        lockClass.WaitTicks += ticks;
        if (ticks > lockClass.MaxWaitTicks) { lockClass.MaxWaitTicks = ticks; }
    }
}
