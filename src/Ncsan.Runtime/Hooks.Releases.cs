using Ncsan.Runtime.Locks;

namespace Ncsan.Runtime;

// Releases that can fail in a way that says what is wrong: they are called instead of the real ones.
public static unsafe partial class Hooks
{
    /// <summary>Instead of <c>Mutex.ReleaseMutex</c>.</summary>
    public static void MutexRelease(Mutex mutex, int how, int site)
    {
        if (LockValidation.IsOn) { LockCall.Releasing(mutex, how, site); }
        try { mutex.ReleaseMutex(); }
        catch (ApplicationException) when (LockReleases.Failed(mutex, LockKind.Mutex, "the thread does not hold it", site)) { throw; }
    }

    /// <summary>Instead of <c>SemaphoreSlim.Release</c>.</summary>
    public static int SemaphoreRelease(SemaphoreSlim semaphore, int count, int how, int site)
    {
        bool isLock = LockReleases.IsLock(semaphore);
        if (LockValidation.IsOn) { LockCall.Releasing(semaphore, how, site); }
        try
        {
            int before = semaphore.Release(count);
            if (isLock) { LockReleases.Succeeded(semaphore); }
            return before;
        }
        catch (SemaphoreFullException) when (isLock && LockReleases.Failed(semaphore, LockKind.SemaphoreSlim, "it is released more often than it was taken", site)) { throw; }
    }

    /// <summary>Instead of <c>Semaphore.Release</c>.</summary>
    public static int OldSemaphoreRelease(Semaphore semaphore, int count, int how, int site)
    {
        bool isLock = LockReleases.IsLock(semaphore);
        if (LockValidation.IsOn) { LockCall.Releasing(semaphore, how, site); }
        try
        {
            int before = semaphore.Release(count);
            if (isLock) { LockReleases.Succeeded(semaphore); }
            return before;
        }
        catch (SemaphoreFullException) when (isLock && LockReleases.Failed(semaphore, LockKind.Semaphore, "it is released more often than it was taken", site)) { throw; }
    }
}
