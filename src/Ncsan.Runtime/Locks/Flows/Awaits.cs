// The program's own tasks are looked at; none is started or awaited.
#pragma warning disable RS0030

namespace Ncsan.Runtime.Locks.Flows;

/// <summary>Awaits of tasks that are flows of their own: what the awaiting flow holds, they must not need. Only what belongs to the flow counts, since no thread is kept.</summary>
internal static class Awaits
{
    /// <summary>A task is about to be awaited. One that has ended is waited for as well, as long as nobody has looked at it: another time it will not have.</summary>
    internal static void Task(Task task, string? map, int site)
    {
        HeldLocks? thread = LockThreads.CurrentOrNull;
        bool isKnown = KnownEnds.Wait(task, map);
        if (thread is { Depth: > 0, Inside: 0 })
        {
            if (!isKnown && (!task.IsCompleted || !KnownEnds.Is(task))) { Waits.Map(thread, map is not null ? Maps.Of(map, site) : Maps.OfTask(task), site, AcquireFlags.Async, task); }
            if (HandOns.AnyGiven && task.IsCompleted) { HandOns.Take(thread, task); }
        }

        KnownEnds.Add(task);
    }

    internal static void Tasks(Task?[] tasks, bool waits, int site)
    {
        foreach (Task? task in tasks) { One(task, waits, site); }
    }

    /// <summary>One of several. What they have for whoever awaits them is given to nobody by this.</summary>
    internal static void One(Task? task, bool waits, int site)
    {
        if (task is null) { return; }
        if (waits && LockThreads.CurrentOrNull is { Depth: > 0, Inside: 0 } thread && (!task.IsCompleted || !KnownEnds.Is(task))) { Waits.Map(thread, Maps.OfTask(task), site, AcquireFlags.Async, task); }
        KnownEnds.Add(task);
    }

    /// <summary>Only of the framework's own collections is it known what enumerating them does.</summary>
    internal static void Sequence(IEnumerable<Task> tasks, bool waits, int site)
    {
        if (tasks is Task[] array) { Tasks(array, waits, site); }
        else if (tasks.GetType() is { Namespace: "System.Collections.Generic" or "System.Collections.Concurrent" } type && (type.Assembly == typeof(List<>).Assembly || type.Assembly.GetName().Name!.StartsWith("System.Collections", StringComparison.Ordinal)))
        {
            // Another thread may be changing it, of which the program's own call is to make what it makes.
            var copy = new List<Task>();
            try { foreach (Task task in tasks) { copy.Add(task); } }
            catch (InvalidOperationException) { return; }
            Tasks([.. copy], waits, site);
        }
    }
}
