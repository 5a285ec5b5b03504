using Ncsan.Runtime.Locks;

namespace Ncsan.Runtime;

// Acquires with a time-out, called instead of the real ones: what is given for ever is a wait like any other, whether the code says so or a variable does, and what
// throws has not been got. Each takes the arguments of the call and then what is known about the lock.
public static unsafe partial class Hooks
{
    /// <summary>Instead of <c>Monitor.TryEnter(object, int)</c>.</summary>
    public static bool MonitorTryEnterFor(object lockObject, int milliseconds, object? owner, string origin, int how, int site)
    {
        bool taken = false;
        MonitorTryEnterForTaken(lockObject, milliseconds, ref taken, owner, origin, how, site);
        return taken;
    }

    /// <summary>Instead of <c>Monitor.TryEnter(object, TimeSpan)</c>.</summary>
    public static bool MonitorTryEnterSpan(object lockObject, TimeSpan timeout, object? owner, string origin, int how, int site)
    {
        bool taken = false;
        MonitorTryEnterSpanTaken(lockObject, timeout, ref taken, owner, origin, how, site);
        return taken;
    }

    /// <summary>Instead of <c>Monitor.TryEnter(object, int, ref bool)</c>.</summary>
    public static void MonitorTryEnterForTaken(object lockObject, int milliseconds, ref bool taken, object? owner, string origin, int how, int site)
    {
        if (milliseconds == Timeout.Infinite) { MonitorEnterTaken(lockObject, ref taken, owner, origin, site, null); return; }
        TimedAcquire acquire = new(lockObject, owner, origin, how, site);
        try { Monitor.TryEnter(lockObject, milliseconds, ref taken); }
        catch { acquire.Failed(); throw; }
        acquire.End(taken);
    }

    /// <summary>Instead of <c>Monitor.TryEnter(object, TimeSpan, ref bool)</c>.</summary>
    public static void MonitorTryEnterSpanTaken(object lockObject, TimeSpan timeout, ref bool taken, object? owner, string origin, int how, int site)
    {
        if (Milliseconds(timeout) == Timeout.Infinite) { MonitorEnterTaken(lockObject, ref taken, owner, origin, site, null); return; }
        TimedAcquire acquire = new(lockObject, owner, origin, how, site);
        try { Monitor.TryEnter(lockObject, timeout, ref taken); }
        catch { acquire.Failed(); throw; }
        acquire.End(taken);
    }

    /// <summary>Instead of <c>Lock.TryEnter(int)</c>.</summary>
    public static bool LockTryEnterFor(Lock lockObject, int milliseconds, object? owner, string origin, int how, int site)
    {
        if (milliseconds == Timeout.Infinite) { LockEnter(lockObject, owner, origin, site, null); return true; }
        TimedAcquire acquire = new(AsObject(lockObject), owner, origin, how, site);
        try { return acquire.End(lockObject.TryEnter(milliseconds)); }
        catch { acquire.Failed(); throw; }
    }

    /// <summary>Instead of <c>Lock.TryEnter(TimeSpan)</c>.</summary>
    public static bool LockTryEnterSpan(Lock lockObject, TimeSpan timeout, object? owner, string origin, int how, int site)
    {
        if (Milliseconds(timeout) == Timeout.Infinite) { LockEnter(lockObject, owner, origin, site, null); return true; }
        TimedAcquire acquire = new(AsObject(lockObject), owner, origin, how, site);
        try { return acquire.End(lockObject.TryEnter(timeout)); }
        catch { acquire.Failed(); throw; }
    }

    /// <summary>Instead of <c>TryEnterReadLock</c>, <c>TryEnterWriteLock</c> and <c>TryEnterUpgradeableReadLock</c> of ReaderWriterLockSlim.</summary>
    public static bool ReaderWriterTryEnterFor(ReaderWriterLockSlim lockObject, int milliseconds, object? owner, string origin, int how, int site)
    {
        if (milliseconds == Timeout.Infinite) { ReaderWriterEnter(lockObject, owner, origin, LockCall.Forever(how), site); return true; }
        TimedAcquire acquire = new(lockObject, owner, origin, how, site);
        try
        {
            return acquire.End(LockCall.Mode(how) switch
            {
                WantMode.Exclusive => lockObject.TryEnterWriteLock(milliseconds),
                WantMode.Upgradeable => lockObject.TryEnterUpgradeableReadLock(milliseconds),
                _ => lockObject.TryEnterReadLock(milliseconds),
            });
        }
        catch { acquire.Failed(); throw; }
    }

    /// <inheritdoc cref="ReaderWriterTryEnterFor"/>
    public static bool ReaderWriterTryEnterSpan(ReaderWriterLockSlim lockObject, TimeSpan timeout, object? owner, string origin, int how, int site)
    {
        if (Milliseconds(timeout) == Timeout.Infinite) { ReaderWriterEnter(lockObject, owner, origin, LockCall.Forever(how), site); return true; }
        TimedAcquire acquire = new(lockObject, owner, origin, how, site);
        try
        {
            return acquire.End(LockCall.Mode(how) switch
            {
                WantMode.Exclusive => lockObject.TryEnterWriteLock(timeout),
                WantMode.Upgradeable => lockObject.TryEnterUpgradeableReadLock(timeout),
                _ => lockObject.TryEnterReadLock(timeout),
            });
        }
        catch { acquire.Failed(); throw; }
    }

    /// <summary>Instead of <c>SemaphoreSlim.Wait(int)</c>.</summary>
    public static bool SemaphoreEnterFor(SemaphoreSlim semaphore, int milliseconds, object? owner, string origin, int how, int site)
    {
        if (milliseconds == Timeout.Infinite) { SemaphoreEnter(semaphore, owner, origin, LockCall.Forever(how), site); return true; }
        TimedAcquire acquire = new(semaphore, owner, origin, how, site);
        try { return acquire.End(semaphore.Wait(milliseconds)); }
        catch { acquire.Failed(); throw; }
    }

    /// <summary>Instead of <c>SemaphoreSlim.Wait(TimeSpan)</c>.</summary>
    public static bool SemaphoreEnterSpan(SemaphoreSlim semaphore, TimeSpan timeout, object? owner, string origin, int how, int site)
    {
        if (Milliseconds(timeout) == Timeout.Infinite) { SemaphoreEnter(semaphore, owner, origin, LockCall.Forever(how), site); return true; }
        TimedAcquire acquire = new(semaphore, owner, origin, how, site);
        try { return acquire.End(semaphore.Wait(timeout)); }
        catch { acquire.Failed(); throw; }
    }

    /// <summary>Instead of <c>WaitHandle.WaitOne(int, bool)</c>.</summary>
    public static bool WaitHandleEnterFor(WaitHandle handle, int milliseconds, bool exitContext, object? owner, string origin, int how, int site)
    {
        if (milliseconds == Timeout.Infinite) { return WaitHandleEnter(handle, owner, origin, LockCall.Forever(how), site); }
        TimedAcquire acquire = new(handle, owner, origin, how, site);
        try { return acquire.End(handle.WaitOne(milliseconds, exitContext)); }
        catch (AbandonedMutexException) { acquire.End(true); throw; }
        catch { acquire.Failed(); throw; }
    }

    /// <summary>Instead of <c>WaitHandle.WaitOne(TimeSpan, bool)</c>.</summary>
    public static bool WaitHandleEnterSpan(WaitHandle handle, TimeSpan timeout, bool exitContext, object? owner, string origin, int how, int site)
    {
        if (Milliseconds(timeout) == Timeout.Infinite) { return WaitHandleEnter(handle, owner, origin, LockCall.Forever(how), site); }
        TimedAcquire acquire = new(handle, owner, origin, how, site);
        try { return acquire.End(handle.WaitOne(timeout, exitContext)); }
        catch (AbandonedMutexException) { acquire.End(true); throw; }
        catch { acquire.Failed(); throw; }
    }

    /// <summary>Any other lock is about to be waited for, for some time.</summary>
    public static void LockWantedFor(object? lockObject, int milliseconds, object? owner, string origin, int how, int site) => LockWanted(lockObject, owner, origin, LockCall.WithLimit(how, milliseconds), site);

    /// <summary>SemaphoreSlim.WaitAsync is about to be called with a time-out.</summary>
    public static void AsyncLockWantedFor(object? semaphore, int milliseconds, object? owner, string origin, bool awaitedHere, int how, int site, object? thread)
        => AsyncLockWanted(semaphore, owner, origin, awaitedHere, LockCall.WithLimit(how, milliseconds), site, thread);

    /// <summary>The thread is about to block until a task has ended, for some time.</summary>
    public static void TaskWaitingFor(Task? task, int milliseconds, string? map, int how, int site) => TaskWaiting(task, map, WithLimit(how, milliseconds), site);

    /// <summary>The thread is about to block until all of some tasks have ended, for some time.</summary>
    public static void TasksWaitingFor(Task?[]? tasks, int milliseconds, int how, int site) => TasksWaiting(tasks, WithLimit(how, milliseconds), site);

    /// <summary>The thread is about to block until another has ended, for some time.</summary>
    public static void ThreadJoiningFor(Thread? thread, int milliseconds, string? map, int site)
    {
        if (milliseconds == Timeout.Infinite) { ThreadJoining(thread, map, site); }
    }

    /// <summary>The thread is about to block for something that no lock stands for, for some time; <see cref="AwaitedDone"/> follows.</summary>
    public static void BlockingFor(int milliseconds, string what, int site) => Blocking(what, milliseconds == Timeout.Infinite, site);

    /// <summary>The thread is about to wait for handles, for some time.</summary>
    public static void HandlesWantedFor(WaitHandle[]? handles, int milliseconds, string origin, bool all, int site)
    {
        if (milliseconds == Timeout.Infinite) { HandlesWanted(handles, origin, all, site); }
    }

    /// <summary>Instead of <c>WaitHandle.SignalAndWait</c> with a time-out.</summary>
    public static bool HandleExchangeFor(WaitHandle toSignal, WaitHandle toWaitOn, int milliseconds, bool exitContext, string origin, int how, int releasing, int site)
    {
        if (milliseconds == Timeout.Infinite) { return HandleExchange(toSignal, toWaitOn, origin, LockCall.Forever(how), releasing, site); }
        if (LockValidation.IsOn) { LockCall.Releasing(toSignal, releasing, site); }
        TimedAcquire acquire = new(toWaitOn, null, origin, how, site);
        try { return acquire.End(WaitHandle.SignalAndWait(toSignal, toWaitOn, milliseconds, exitContext)); }
        catch (AbandonedMutexException) { acquire.End(true); throw; }
        catch { acquire.Failed(); throw; }
    }

    /// <inheritdoc cref="HandleExchangeFor"/>
    public static bool HandleExchangeSpan(WaitHandle toSignal, WaitHandle toWaitOn, TimeSpan timeout, bool exitContext, string origin, int how, int releasing, int site)
    {
        if (Milliseconds(timeout) == Timeout.Infinite) { return HandleExchange(toSignal, toWaitOn, origin, LockCall.Forever(how), releasing, site); }
        if (LockValidation.IsOn) { LockCall.Releasing(toSignal, releasing, site); }
        TimedAcquire acquire = new(toWaitOn, null, origin, how, site);
        try { return acquire.End(WaitHandle.SignalAndWait(toSignal, toWaitOn, timeout, exitContext)); }
        catch (AbandonedMutexException) { acquire.End(true); throw; }
        catch { acquire.Failed(); throw; }
    }

    private static int WithLimit(int how, int milliseconds) => milliseconds != Timeout.Infinite ? how
        : how | (int)((how & (int)WaitCall.CancelableIfForever) == 0 ? WaitCall.Forever : WaitCall.Cancelable);

    /// <summary>One acquire that may come back without the lock.</summary>
    private readonly ref struct TimedAcquire
    {
        private readonly HeldLocks? _thread;

        internal TimedAcquire(object? lockObject, object? owner, string origin, int how, int site)
        {
            if (!LockValidation.IsOn) { return; }
            _thread = LockThreads.Current;
            LockCall.Wanted(lockObject, owner, origin, how, site);
        }

        internal void Failed() { if (_thread is not null) { LockEvents.NotTaken(_thread); } }

        internal bool End(bool taken)
        {
            if (_thread is not null) { if (taken) { LockCall.Taken(_thread); } else { LockEvents.NotTaken(_thread); } }
            return taken;
        }
    }
}
