using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks;

/// <summary>
/// What the hooks do: an acquire is <see cref="Want"/> before and <see cref="Taken"/> after the real one, a release is <see cref="Releasing"/> before it.
/// </summary>
/// <remarks>
/// Fast: all of them for a lock that the thread met at this site before, on a warm chain. Nothing here throws, and what fails turns the validator off.
/// Between Want and Taken the thread's stack says what is wanted, which is all that the hang watch needs.
/// </remarks>
internal static class LockEvents
{
    /// <summary>A lock is about to be waited for.</summary>
    internal static void Want(HeldLocks thread, object? lockObject, object? owner, string origin, LockKind kind, WantMode want, AcquireFlags flags, int site)
    {
        if (Validate(thread, lockObject, owner, origin, kind, ref want, flags, site) is not { } instance) { return; }
        thread.WantedObject = lockObject;
        thread.WantedMode = want;
        thread.WantedFlags = flags;
        thread.WantedSite = site;
        thread.Waits++;
        thread.Wanted = instance;
    }

    /// <summary>What there is to say about a lock before it is waited for.</summary>
    /// <returns>The lock, or null when there is nothing to wait for, since the thread takes it again, or nothing to be known.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static LockInstance? Validate(HeldLocks thread, object? lockObject, object? owner, string origin, LockKind kind, ref WantMode want, AcquireFlags flags, int site)
    {
        if (lockObject is null || thread.Inside != 0) { return null; }
        if (Races.Sampler.IsDirected(site)) { DirectedWatch.GiveWay(site); }
        int depth = thread.Depth;
        if (depth > 0 && kind.IsReentrant() && TakeAgain(thread, lockObject, want, site)) { return null; }
        LockInstance instance = LockBinding.Of(thread, lockObject, owner, origin, kind, site);
        return (depth == 0 && instance.Class.HasWriters) || WantSlow(thread, instance, ref want, flags, site) ? instance : null;
    }

    /// <summary>What was wanted last is held now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Taken(HeldLocks thread)
    {
        if (thread.Wanted is not { } instance || thread.Inside != 0) { return; }
        thread.Wanted = null;
        thread.Push(instance, thread.WantedMode, thread.WantedFlags, thread.WantedSite, thread.WantedObject);
        thread.WantedObject = null;
    }

    /// <summary>What was wanted last was not got.</summary>
    internal static void NotTaken(HeldLocks thread)
    {
        if (thread.Inside != 0) { return; }
        thread.Missed = thread.Wanted;
        thread.Wanted = null;
        thread.WantedObject = null;
    }

    /// <summary>A lock is about to be released.</summary>
    internal static void Releasing(HeldLocks thread, object? lockObject, LockKind kind, HoldMode? mode, int site)
    {
        if (lockObject is null || thread.Inside != 0) { return; }

        // A lock that was taken where nobody looked (code that is not rewritten, or before the validator began) is nobody's mistake.
        int index = thread.FindObject(lockObject);
        LockInstance? instance = index >= 0 ? thread.Entries[index].Lock : LockBinding.Known(lockObject);
        if (index < 0 && kind.IsThreadBound() && LockProbe.MayBeHeldByCurrentThread(lockObject, kind, mode)) { return; }
        if (instance is null)
        {
            if (kind.IsThreadBound()) { LockReleases.Unknown(thread, kind, site); }
            return;
        }

        thread.Inside++;
        try { LockValidation.Validator.Release(thread, instance, mode, site); }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
    }

    /// <summary>Plain re-entry of a lock that counts: no more than a number goes up.</summary>
    private static bool TakeAgain(HeldLocks thread, object lockObject, WantMode want, int site)
    {
        int index = thread.FindObject(lockObject);
        if (index < 0 || want != WantMode.Exclusive || thread.Entries[index].Want != WantMode.Exclusive) { return false; }
        thread.Entries[index].Count++;
        if (index < thread.Depth - 1) { Reentered(thread, index, site); }
        if (thread.OneShots > 0) { OneShots.Again(thread, index, site); }
        thread.Wanted = null;
        return true;
    }

    private static void Reentered(HeldLocks thread, int index, int site)
    {
        thread.Inside++;
        try { LockValidation.Validator.CheckReentry(thread, index, site); }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
    }

    private static bool WantSlow(HeldLocks thread, LockInstance instance, ref WantMode want, AcquireFlags flags, int site)
    {
        thread.Inside++;
        try
        {
            if (ReferenceEquals(thread.NestChild, instance))
            {
                thread.NestChild = null;
                LockValidation.Validator.CheckNested(thread, instance, thread.NestParent!, site);
                return true;
            }

            return LockValidation.Validator.Want(thread, instance, ref want, flags, site);
        }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
        return true;
    }
}
