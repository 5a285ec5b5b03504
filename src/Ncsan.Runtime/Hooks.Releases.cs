using Ncsan.Runtime.Locks;

namespace Ncsan.Runtime;

// Releases that can fail in a way that says what is wrong: they are called instead of the real ones. And the end, after which nobody releases anything.
public static unsafe partial class Hooks
{
    /// <summary>Instead of <c>Mutex.ReleaseMutex</c>.</summary>
    public static void MutexRelease(Mutex mutex, int how, int site)
    {
        if (LockValidation.IsOn) { LockCall.Releasing(mutex, how, site); }
        try { mutex.ReleaseMutex(); }
        catch (ApplicationException) when (LockReleases.Failed(mutex, LockKind.Mutex, "the thread does not hold it", site)) { throw; }
    }

    /// <summary>The program's entry is about to return.</summary>
    public static void ProgramEnding()
    {
        if (LockValidation.IsOn) { SemaphoreLeaks.ProgramEnds(LockThreads.Current); }
    }

    /// <summary>Instead of <c>SemaphoreSlim.Release</c>.</summary>
    public static int SemaphoreRelease(SemaphoreSlim semaphore, int count, int site, object? thread) => LockValidation.IsOn ? SemaphoreReleases.Release(LockThreads.Of(thread), semaphore, count, site) : semaphore.Release(count);

    /// <summary>Instead of <c>Semaphore.Release</c>.</summary>
    public static int OldSemaphoreRelease(Semaphore semaphore, int count, int site, object? thread) => LockValidation.IsOn ? SemaphoreReleases.Release(LockThreads.Of(thread), semaphore, count, site) : semaphore.Release(count);
}
