// The program's own tasks are looked at; none is started or awaited.
#pragma warning disable RS0030

using Ncsan.Runtime.Findings;

namespace Ncsan.Runtime.Locks.Hangs;

/// <summary>Puts a hang into words: what each in the circle holds, what it waits for, and where it stands.</summary>
internal static class HangFindings
{
    private const int MostOthers = 32;

    internal static (string Id, JsonLine Line) Line(List<object> circle, HeldLocks[] others)
    {
        var (rule, kind, _) = LockRules.Of(LockReportKind.Deadlock);

        // A task is only how one waits for another: what runs it has a section of its own.
        List<object> waiters = circle.FindAll(static node => node is not Task);
        string[] wants = [.. waiters.ConvertAll(static node => Wanted(node))];
        string member = string.Join(" -> ", wants);
        string id = LockFindings.Id(rule, [.. wants]);
        JsonLine line = LockFindings.Begin(rule, kind, id, $"{kind}: {member}", "error", member, "observed", null);
        foreach (object node in waiters)
        {
            if (node is HeldLocks thread) { Thread(line, thread, $"{Name(thread)} hangs"); } else { Flow(line, (SuspendedFlow)node); }
        }

        foreach (HeldLocks thread in others.AsSpan(0, Math.Min(MostOthers, others.Length))) { Thread(line, thread, $"{Name(thread)} waits too, outside of the circle"); }
        if (others.Length > MostOthers) { LockFindings.Section(line, $"{others.Length - MostOthers} more threads wait", [], null, 0); }
        LockFindings.Section(line, "What to do", [LockRules.Of(Cause(waiters)).Remedy], null, 0);
        return (id, Lines.Recipe(line.CloseList()).Close());
    }

    /// <summary>What brought it about: only where all wait for locks is it their order.</summary>
    private static LockReportKind Cause(List<object> waiters) => waiters switch
    {
        [var first, ..] when WaitGraph.WantsLeftBehind(first) => LockReportKind.HeldAtEnd,
        _ when waiters.Exists(static node => node is SuspendedFlow { Pump: not null } && WaitGraph.Wanted(node) is null) => LockReportKind.SyncOverAsync,
        _ when waiters.TrueForAll(static node => node is SuspendedFlow) && waiters.FindAll(static node => WaitGraph.Wanted(node) is not null).Count == 1 => LockReportKind.RecursiveLocking,
        _ when waiters.Exists(static node => WaitGraph.Wanted(node) is null) => LockReportKind.WaitUnderLock,
        [_] => LockReportKind.RecursiveLocking,
        _ => LockReportKind.Deadlock,
    };

    private static void Thread(JsonLine line, HeldLocks thread, string title)
    {
        List<string> lines = Held(thread.Entries.AsSpan(0, thread.Depth));
        lines.Add($"waits for {Wanted(thread)}{(WaitGraph.Wanted(thread) is { } wanted ? $" #{wanted.Id}{LockWords.As(wanted, thread.WantedMode.Held())}" : "")}{(WaitGraph.WantsLeftBehind(thread) ? ", which a thread left held that has ended" : "")}");
        LockFindings.Section(line, title, lines, thread.WaitStack, WaitGraph.Wanted(thread) is null ? thread.AwaitedSite : thread.WantedSite);
    }

    private static void Flow(JsonLine line, SuspendedFlow flow)
    {
        List<string> lines = Held(flow.Entries.AsSpan());
        lines.Add($"waits for {Wanted(flow)}{(WaitGraph.Wanted(flow) is { } wanted ? $" #{wanted.Id}" : "")}");
        LockFindings.Section(line, $"{flow.Map.Class.Name} is suspended and hangs", lines, null, flow.Pending is var at and >= 0 ? flow.Entries[at].Site : flow.Site);
    }

    private static List<string> Held(ReadOnlySpan<HeldLock> entries)
    {
        var lines = new List<string>();
        foreach (HeldLock entry in entries)
        {
            if (entry.Lock is not { } held || (entry.Flags & (AcquireFlags.Pending | AcquireFlags.Inherited)) != 0) { continue; }
            if (held.Class.Kind is LockKind.Map or LockKind.Context) { lines.Add($"runs {held.Class.Name}"); }
            else { lines.Add($"holds {held.Class.Name} #{held.Id}{LockWords.As(held, entry.Mode)}, taken at {LockFindings.Where(entry.Site)}"); }
        }

        return lines;
    }

    private static string Name(HeldLocks thread)
    {
        string name = thread.Thread.ToString();
        return char.ToUpperInvariant(name[0]) + name[1..];
    }

    private static string Wanted(object node) => WaitGraph.Wanted(node)?.Class.Name ?? node switch
    {
        HeldLocks thread when WaitGraph.SendsTo(thread) is { } pump => $"its turn on {pump.Lock.Class.Name} (thread {pump.Thread})",
        HeldLocks { Awaited: LockInstance map } => $"{map.Class.Name} to end",
        HeldLocks { Awaited: string signal } => $"{signal}, and nobody is left who could signal it",
        HeldLocks { Awaited: Thread joined } => joined.Name is { } name ? $"thread {joined.ManagedThreadId} '{name}' to end" : $"thread {joined.ManagedThreadId} to end",
        HeldLocks { Awaited: Task task } => TaskName(task),
        HeldLocks { Awaited: MapBody[] bodies } => Names(Array.ConvertAll(bodies, static body => body.Map.Class.Name)),
        HeldLocks { Awaited: Task[] tasks } => $"{tasks.Length} tasks, {Names(Array.ConvertAll(Array.FindAll(tasks, static task => task is { IsCompleted: false }), TaskName))} among them",
        SuspendedFlow { Awaited: { IsCompleted: false } awaited } => TaskName(awaited),
        SuspendedFlow { Awaited: null, Pump: null } => "what it awaits, and nobody is left who could complete it",
        SuspendedFlow { Pump: { } pump } => $"its turn on {pump.Lock.Class.Name} (thread {pump.Thread})",
        _ => "?",
    };

    private static string Names(string[] names) => string.Join(", ", new HashSet<string>(names, StringComparer.Ordinal));

    private static string TaskName(Task task) => (Maps.OfTask(task) is { } map ? $"the task of {map.Class.Name}" : $"a task ({task.Status})") + (WaitGraph.IsQueued(task) ? ", which has not begun" : "");
}
