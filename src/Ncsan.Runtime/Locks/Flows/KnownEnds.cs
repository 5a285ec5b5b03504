// The program's own tasks are looked at; none is started or awaited.
#pragma warning disable RS0030

using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks.Flows;

/// <summary>Tasks of which the program has asked how they are: once it was told that one has ended, nobody who goes by that waits for it any more.</summary>
internal static class KnownEnds
{
    private static readonly ConditionalWeakTable<Task, object> s_known = [];

    internal static void Add(Task task)
    {
        if (!Is(task) && Maps.OfTask(task) is not null) { s_known.TryAdd(task, s_known); }
    }

    internal static bool Is(Task task) => s_known.TryGetValue(task, out _);
}
