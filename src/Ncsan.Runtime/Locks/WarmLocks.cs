using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks;

/// <summary>The fast path of Monitor and Lock: a lock that the thread took before over the same stack. There is nothing left to validate.</summary>
/// <remarks>
/// Such a lock is tried before anything is written down; only one that has to wait is announced to the hang watch. Its entry stays behind above the stack when it is
/// popped, so that the next push of it writes no more than the site. What is left behind keeps no lock object alive.
/// </remarks>
internal static class WarmLocks
{
    /// <summary>Grows when something changes that is not looked at again here; what was left behind before is worth nothing then. Never 0.</summary>
    private static int s_age = 1;

    /// <summary>What is known of some lock has changed.</summary>
    internal static void Cool() => Interlocked.Increment(ref s_age);

    /// <summary>Whether a lock can be tried right away. If so its entry lies ready above the stack.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Ready(HeldLocks thread, object? lockObject, int site)
    {
        HeldLock[] entries = thread.Entries;
        int depth = thread.Depth;
        if ((uint)depth < (uint)entries.Length && !Races.Sampler.IsDirected(site))
        {
            ref HeldLock entry = ref entries[depth];
            if (entry.WarmAt == s_age && entry.IsWarmFor(lockObject) && entry.KeyBelow == (depth == 0 ? ChainKey.Empty : entries[depth - 1].Key) && thread.Inside == 0)
            {
                entry.Site = site;
                return true;
            }
        }

        return Prepare(thread, lockObject, site);
    }

    /// <summary>The lock was got.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Push(HeldLocks thread) => thread.Depth++;

    /// <summary>A lock is about to be released.</summary>
    /// <returns>False when it is not the one that was pushed last, and by <see cref="Push"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Pop(HeldLocks thread, object? lockObject)
    {
        HeldLock[] entries = thread.Entries;
        int top = thread.Depth - 1;
        if ((uint)top >= (uint)entries.Length) { return false; }
        ref HeldLock entry = ref entries[top];
        if (entry.WarmAt == 0 || entry.Count != 1 || !entry.IsWarmFor(lockObject) || thread.Inside != 0) { return false; }
        thread.Depth = top;
        return true;
    }

    /// <summary>Makes the entry of a lock that its site met before, if there is nothing to validate.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Prepare(HeldLocks thread, object? lockObject, int site)
    {
        if (thread.Recent[site & (HeldLocks.RecentSize - 1)] is not { } instance || !instance.Is(lockObject) || (thread.Inside | thread.Spinning) != 0 || instance.Counts is not null
            || instance.Class.WaitType == WaitType.Spin || Races.Sampler.IsDirected(site)) { return false; }
        if (thread.Depth > 0 && (ReferenceEquals(thread.NestChild, instance) || thread.Find(instance) >= 0 || !LockValidation.Validator.Knows(thread, instance, WantMode.Exclusive))) { return false; }
        thread.Push(instance, WantMode.Exclusive, AcquireFlags.None, site);
        thread.Entries[--thread.Depth].Warm(s_age);
        return true;
    }
}
