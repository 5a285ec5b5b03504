// The program's own tasks are looked at; none is started or awaited.
#pragma warning disable RS0030

using Ncsan.Runtime.Locks;

namespace Ncsan.Runtime;

// Awaits of flows of their own, and looks at tasks that say how they are.
public static unsafe partial class Hooks
{
    /// <summary>An async method is about to await a task that was kept, or that was started right there.</summary>
    /// <param name="task">The task.</param>
    /// <param name="map">What it runs, if the code says so; else null.</param>
    /// <param name="site">Where.</param>
    public static void TaskAwaiting(Task? task, string? map, int site)
    {
        if (LockValidation.IsOn && task is not null) { Awaits.Task(task, map, site); }
    }

    /// <summary>Tasks are put together into one.</summary>
    /// <param name="tasks">The tasks.</param>
    /// <param name="waits">That one ends when all have, and is awaited on the spot.</param>
    /// <param name="site">Where.</param>
    public static void TasksAwaiting(Task?[]? tasks, bool waits, int site)
    {
        if (LockValidation.IsOn && tasks is not null) { Awaits.Tasks(tasks, waits, site); }
    }

    /// <inheritdoc cref="TasksAwaiting"/>
    public static void TaskSpanAwaiting<T>(ReadOnlySpan<T> tasks, bool waits, int site)
        where T : Task
    {
        if (LockValidation.IsOn) { foreach (T task in tasks) { Awaits.One(task, waits, site); } }
    }

    /// <summary>The same for a sequence, which is looked at only if that runs no code of the program.</summary>
    public static void TaskSequenceAwaiting(IEnumerable<Task>? tasks, bool waits, int site)
    {
        if (LockValidation.IsOn && tasks is not null) { Awaits.Sequence(tasks, waits, site); }
    }

    /// <summary>The program asks how a task is, or has something done when it ends.</summary>
    public static void TaskLookedAt(Task? task)
    {
        if (LockValidation.IsOn && task is not null) { KnownEnds.Add(task); }
    }

    /// <summary>An async method is about to await the end of a timer, and of its callback.</summary>
    public static void TimerEndAwaiting(object? timer, int site)
    {
        if (LockValidation.IsOn && timer is Timer known) { Callbacks.AwaitingEnd(known, site); }
    }

    /// <summary>An async method is about to await the end of a registration, and of its callback.</summary>
    public static void RegistrationEndAwaiting(ref CancellationTokenRegistration registration, int site)
    {
        if (LockValidation.IsOn) { Callbacks.AwaitingEnd(ref registration, site); }
    }
}
