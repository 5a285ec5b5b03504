// The program's own tasks are looked at; none is started or awaited.
#pragma warning disable RS0030

using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks.Flows;

/// <summary>Locks that an async method took for whoever awaits it, as the acquire of an async lock does: between its end and his resumption they are with its task.</summary>
internal static class HandOns
{
    private static readonly ConditionalWeakTable<object, List<HeldLock>> s_byTask = [];

    /// <summary>A resumed method ends and still has a lock.</summary>
    internal static void Give(object? task, LockInstance? map, HeldLock entry)
    {
        map?.Class.HandsOn = true;
        Interlocked.Increment(ref entry.Lock.HandedOn);
        if (task is not null) { s_byTask.GetValue(task, static _ => []).Add(entry); }
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

    /// <summary>Whether it is worth remembering that this task is awaited.</summary>
    internal static bool MayGive(Task? task) => task is { IsCompleted: false } && Maps.OfTask(task) is { Class.HandsOn: true };

    /// <summary>Whoever awaited a task goes on: what it has for him is his.</summary>
    internal static void Take(HeldLocks thread, Task? task)
    {
        object? giver = (task?.AsyncState as IAsyncBody)?.Inner ?? task;
        if (giver is null || !s_byTask.TryGetValue(giver, out List<HeldLock>? given)) { return; }
        s_byTask.Remove(giver);
        foreach (HeldLock entry in given)
        {
            if (Interlocked.Decrement(ref entry.Lock.HandedOn) < 0) { Interlocked.Increment(ref entry.Lock.HandedOn); continue; }
            thread.Push(entry.Lock, entry.Want, entry.Flags, entry.Site, entry.Object);
        }
    }

    /// <summary>A lock is released by somebody who was not seen to take it. True if it had been handed on, maybe to him.</summary>
    internal static bool IsOwed(LockInstance instance)
    {
        int owed = instance.HandedOn;
        return owed > 0 && Interlocked.CompareExchange(ref instance.HandedOn, owed - 1, owed) == owed;
    }
}
