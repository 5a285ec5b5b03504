// The program's own tasks are looked at; none is started or awaited.
#pragma warning disable RS0030

using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks.Flows;

/// <summary>Tasks of which the program has asked how they are: once it was told that one has ended, nobody who goes by that waits for it any more. And tasks and threads that were waited for:
/// whoever does it again, once they have ended, will not have to.</summary>
internal static class KnownEnds
{
    private static readonly ConditionalWeakTable<Task, object> s_known = [];
    private static readonly ConditionalWeakTable<object, object> s_waited = [];

    internal static void Add(Task task)
    {
        if (!Is(task) && Maps.OfTask(task) is not null) { s_known.TryAdd(task, s_known); }
    }

    internal static bool Is(Task task) => s_known.TryGetValue(task, out _);

    /// <summary>A thread is about to be waited for.</summary>
    /// <returns>Whether it was before, and has ended.</returns>
    internal static bool Wait(Thread thread) => !s_waited.TryAdd(thread, s_waited) && !thread.IsAlive;

    /// <summary>A task is about to be waited for. One that has ended no longer says what it ran, but the code may.</summary>
    /// <returns>Whether it was before, and has ended.</returns>
    internal static bool Wait(Task task, string? map) => (map is not null || Maps.OfTask(task) is not null) && !s_waited.TryAdd(task, s_waited) && task.IsCompleted;
}
