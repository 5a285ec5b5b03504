namespace Ncsan.Runtime.Locks.Flows;

/// <summary>What of a semaphore that is a lock is still held, and by the flow that asks.</summary>
/// <remarks>
/// A hold has copies: a method that is awaited on the spot takes along what its caller holds, and the caller keeps his own while he is suspended. Any of them may
/// release it, and the others go on inside of that very call, so the lock counts its releases and an entry counts for as long as none has come.
/// </remarks>
internal static class FlowHolds
{
    /// <summary>The entry that an acquire would wait for for ever, or -1. An awaited one keeps no thread waiting: what its thread holds for other flows is let go of in time.</summary>
    internal static int Find(HeldLocks thread, LockInstance instance, AcquireFlags flags)
    {
        for (int i = thread.Depth - 1; i >= 0; i--)
        {
            ref HeldLock entry = ref thread.Entries[i];
            if (ReferenceEquals(entry.Lock, instance) && (entry.Flags & AcquireFlags.Pending) == 0 && !entry.IsOver) { return i; }
            if ((flags & AcquireFlags.Async) != 0 && (entry.Flags & (AcquireFlags.Mark | AcquireFlags.Awaited)) == AcquireFlags.Mark) { return -1; }
        }

        return -1;
    }

    /// <summary>Whether the flow that runs has asked for a semaphore and not got it: its await was given up.</summary>
    internal static bool IsPending(HeldLocks thread, LockInstance instance)
    {
        for (int i = thread.Depth - 1; i >= 0 && (thread.Entries[i].Flags & AcquireFlags.Mark) == 0; i--)
        {
            if (ReferenceEquals(thread.Entries[i].Lock, instance) && (thread.Entries[i].Flags & AcquireFlags.Pending) != 0) { return true; }
        }

        return false;
    }

    /// <summary>Whether the flow that has just taken a semaphore has it already, which it cannot.</summary>
    internal static bool IsHeldBelow(HeldLocks thread, int index)
    {
        LockInstance instance = thread.Entries[index].Lock;
        for (int i = index - 1; i >= 0 && (thread.Entries[i].Flags & (AcquireFlags.Mark | AcquireFlags.Awaited)) != AcquireFlags.Mark; i--)
        {
            if (ReferenceEquals(thread.Entries[i].Lock, instance) && (thread.Entries[i].Flags & AcquireFlags.Pending) == 0 && !thread.Entries[i].IsOver) { return true; }
        }

        return false;
    }

    /// <summary>The thread waits for the task of a method that has come back already: what that took for it was not held before.</summary>
    internal static void WaitBefore(HeldLocks thread, LockInstance map, object run, int site)
    {
        HeldLock[] taken = ReferenceEquals(thread.LeftMap, map) && thread.Depth > thread.LeftDepth ? thread.Entries[thread.LeftDepth..thread.Depth] : [];
        for (int i = 0; i < taken.Length; i++) { thread.RemoveAt(thread.Depth - 1); }
        Waits.Map(thread, map, site, run: run);
        foreach (HeldLock entry in taken) { thread.PushAgain(entry); }
    }

    /// <summary>A delegate has ended on a thread of the pool, which goes on with work of others: semaphores that it still has are not theirs, and what belongs to the thread nobody releases any more.</summary>
    internal static void Ended(HeldLocks thread, LockInstance map)
    {
        for (int i = thread.Depth - 1; i >= 0 && !ReferenceEquals(thread.Entries[i].Lock, map); i--)
        {
            if (thread.Entries[i].Class.Kind.IsThreadBound()) { LeftOnThread(thread, i, map.Class.Name); }
            if (!thread.Entries[i].Class.Kind.IsSemaphore()) { continue; }
            SemaphoreLeaks.Add(thread, thread.Entries[i], map.Class.Name, forGood: false);
            thread.RemoveAt(i);
        }
    }

    /// <summary>Code has ended on a thread of others with a lock that belongs to the thread.</summary>
    internal static void LeftOnThread(HeldLocks thread, int index, string who)
    {
        if (thread.Inside != 0) { return; }
        thread.Inside++;
        try { LockValidation.Validator.LeftOnThread(thread, index, who); }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
    }

    /// <summary>The semaphore that is wanted is taken by the first of several, whose counter is under the lock that was taken last.</summary>
    internal static void Counted(HeldLocks thread, LockInstance counted)
    {
        if (counted.CountedUnder is not null) { return; }
        for (int i = thread.Depth - 1; i >= 0 && (thread.Entries[i].Flags & AcquireFlags.Mark) == 0; i--)
        {
            ref HeldLock guard = ref thread.Entries[i];
            if (!guard.Class.Kind.IsLock() || (guard.Flags & AcquireFlags.Pending) != 0) { continue; }
            counted.CountedUnder = guard.Lock;
            guard.Lock.Counts = counted;
            WarmLocks.Cool();
            return;
        }
    }

    /// <summary>Whoever took a semaphore for several is about to leave them. From now on it is held by those who are left, or is about to be released by him.</summary>
    internal static void Leaves(HeldLocks thread, LockInstance counted)
    {
        int index = Find(thread, counted, AcquireFlags.None);
        if (index < 0 || (thread.Entries[index].Flags & AcquireFlags.Inherited) != 0) { return; }
        Interlocked.Increment(ref counted.HandedOn);
        thread.RemoveAt(index);
    }

    /// <summary>A semaphore is about to be released: every hold of it is over, and what is left of it on this thread goes.</summary>
    internal static void Released(HeldLocks thread, LockInstance instance)
    {
        // Of two at once either will do: what counts is that it is not what it was.
        instance.Releases++;
        for (int i = thread.Depth - 1; i >= 0; i--)
        {
            if (ReferenceEquals(thread.Entries[i].Lock, instance) && thread.Entries[i].IsOver) { thread.RemoveAt(i); }
        }
    }
}
