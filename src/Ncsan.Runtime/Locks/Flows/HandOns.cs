// The program's own tasks are looked at; none is started or awaited.
#pragma warning disable RS0030

using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks.Flows;

/// <summary>
/// Locks that an async method took for whoever awaits it, as the acquire of an async lock does, or that an iterator holds while it gives an element: between its end and
/// his resumption they are with its task, or with the iterator.
/// </summary>
internal static class HandOns
{
    private static readonly ConditionalWeakTable<object, List<HeldLock>> s_byGiver = [];

    /// <summary>Whether anything was ever handed on.</summary>
    internal static volatile bool AnyGiven;

    /// <summary>A resumed method ends and still has a lock: for whoever awaits its task.</summary>
    internal static void Give(object giver, LockInstance? map, HeldLock entry)
    {
        map?.Class.HandsOn = true;
        if (entry.IsOver) { return; }
        Interlocked.Increment(ref entry.Lock.HandedOn);
        AnyGiven = true;
        List<HeldLock> given = s_byGiver.GetValue(giver, static _ => []);
        given.RemoveAll(static known => known.IsOver);
        given.Add(entry);
    }

    /// <summary>Somebody ends who still has a lock, and nobody gets it from a task: he has failed, or has none. It may still be released.</summary>
    internal static void Lose(HeldLocks thread, int index, string who)
    {
        HeldLock entry = thread.Entries[index];
        thread.RemoveAt(index);
        if (entry.IsOver) { return; }
        Interlocked.Increment(ref entry.Lock.HandedOn);
        SemaphoreLeaks.Add(thread, entry, who, forGood: true);
    }

    /// <summary>What nobody has taken who awaited a task.</summary>
    internal static List<HeldLock> Untaken()
    {
        var untaken = new List<HeldLock>();
        foreach ((_, List<HeldLock> given) in s_byGiver) { untaken.AddRange(given.FindAll(static entry => !entry.IsOver)); }
        return untaken;
    }

    /// <summary>A method that was run for somebody else has come back: what it took and did not give back is for whoever awaits its task, not for this thread.</summary>
    internal static void Give(HeldLocks thread, int depth, Task? task)
    {
        for (int i = thread.Depth - 1; i >= depth && task is not null && thread.Inside == 0; i--)
        {
            if ((thread.Entries[i].Flags & AcquireFlags.Async) == 0) { continue; }
            Give(task, Maps.OfTask(task), thread.Entries[i]);
            thread.RemoveAt(i);
        }
    }

    /// <summary>An async method takes a lock that it does not release further down: it may be for whoever awaits it, who had better remember that he does.</summary>
    internal static void Expect(HeldLocks thread)
    {
        if (thread.TopMark() is var mark and >= 0 && thread.Entries[mark].Class is { Kind: LockKind.Map, HandsOn: false } method) { method.HandsOn = true; }
    }

    /// <summary>Whether it is worth remembering that this task or iterator is awaited.</summary>
    internal static bool MayGive(object? source) => source switch
    {
        Task task => !task.IsCompleted && Maps.OfTask(task) is { Class.HandsOn: true },
        IAsyncStateMachine iterator => Maps.OfIterator(iterator) is { Class.HandsOn: true },
        _ => false,
    };

    /// <summary>Whoever awaited something goes on: what it has for him is his.</summary>
    internal static void Take(HeldLocks thread, object? source)
    {
        object? giver = ((source as Task)?.AsyncState as IAsyncBody)?.Inner ?? source;
        if (giver is null || !s_byGiver.TryGetValue(giver, out List<HeldLock>? given)) { return; }
        s_byGiver.Remove(giver);
        foreach (HeldLock entry in given)
        {
            if (Interlocked.Decrement(ref entry.Lock.HandedOn) < 0) { Interlocked.Increment(ref entry.Lock.HandedOn); continue; }
            thread.PushAgain(entry);
        }
    }

    /// <summary>A lock is released by somebody who was not seen to take it. True if it had been handed on, maybe to him.</summary>
    internal static bool IsOwed(LockInstance instance)
    {
        int owed = instance.HandedOn;
        return owed > 0 && Interlocked.CompareExchange(ref instance.HandedOn, owed - 1, owed) == owed;
    }
}
