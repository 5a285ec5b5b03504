using System.Runtime.CompilerServices;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Locks;

/// <summary>Releases of what was never seen taken: wrong only where the lock itself says so.</summary>
internal static class LockReleases
{
    // Semaphores that were released before anybody took them.
    private static readonly ConditionalWeakTable<object, object> s_signals = [];

    /// <summary>Whether a semaphore that the thread does not hold may be a lock all the same: nobody was seen to release it who did not take it.</summary>
    internal static bool IsLock(object? semaphore) => semaphore is not null && LockValidation.IsOn && LockThreads.Current.FindObject(NamedHandles.Of(semaphore)) < 0
        && LockBinding.Known(NamedHandles.Of(semaphore)) is not { Class.Unordered: true } && !s_signals.TryGetValue(semaphore, out _);

    /// <summary>Such a semaphore was released, and had room for it.</summary>
    internal static void Succeeded(object semaphore) => s_signals.AddOrUpdate(semaphore, semaphore);

    /// <summary>A release has thrown. Always false, so that nobody's stack is unwound for it.</summary>
    internal static bool Failed(object lockObject, LockKind kind, string why, int site)
    {
        if (LockValidation.IsOn) { Report(LockThreads.Current, LockBinding.Known(NamedHandles.Of(lockObject)), kind, why, site); }
        return false;
    }

    /// <summary>A lock is released that nobody was ever seen to take.</summary>
    internal static void Unknown(HeldLocks thread, LockKind kind, int site) => Report(thread, null, kind, "the thread does not hold it", site);

    /// <summary>A release that the lock itself will refuse, or that does harm.</summary>
    internal static void Wrong(HeldLocks thread, LockInstance instance, string why, int site) => Report(thread, instance, instance.Class.Kind, why, site);

    private static void Report(HeldLocks thread, LockInstance? instance, LockKind kind, string why, int site)
    {
        if (thread.Inside != 0) { return; }
        thread.Inside++;
        try
        {
            // Not bound to this class: what it is a field of is not known here.
            instance ??= LockValidation.Validator.AddInstance(LockBinding.Class(Modules.Find(site)?.Member is { Length: > 0 } member ? member : "a lock", null, kind, 0));
            LockValidation.Validator.WrongRelease(thread, instance, site, why);
        }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
    }
}
