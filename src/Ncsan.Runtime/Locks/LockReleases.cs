using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Locks;

/// <summary>Releases of what was never seen taken: wrong only where the lock itself says so.</summary>
internal static class LockReleases
{
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

    /// <summary>Stands for a lock that was never taken. Not bound to the class: what it is a field of is not known here.</summary>
    internal static LockInstance Stand(LockKind kind, int site)
        => LockValidation.Validator.AddInstance(LockBinding.Class(Modules.Find(site)?.Member is { Length: > 0 } member ? member : "a lock", null, kind, 0));

    private static void Report(HeldLocks thread, LockInstance? instance, LockKind kind, string why, int site)
    {
        if (thread.Inside != 0) { return; }
        thread.Inside++;
        try
        {
            LockValidation.Validator.WrongRelease(thread, instance ?? Stand(kind, site), site, why);
        }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
    }
}
