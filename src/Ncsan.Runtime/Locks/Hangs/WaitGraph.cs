// The program's own tasks are looked at; none is started or awaited.
#pragma warning disable RS0030

using System.Collections.Concurrent;
using System.Reflection;

namespace Ncsan.Runtime.Locks.Hangs;

/// <summary>
/// Who waits for whom at one moment: threads, suspended async flows and tasks. Each of them goes on only when all that it waits for here has, so any
/// circle is a deadlock.
/// </summary>
/// <remarks>
/// Read while the program runs, so one look proves nothing: see <see cref="HangWatch"/>. What a task waits for is read from the task itself: the state machine
/// of an async method names the task that it awaits, and a body of ours the thread that runs it. A task of which nothing is known has no edge.
/// </remarks>
internal sealed class WaitGraph
{
    private static readonly ConcurrentDictionary<(Type, string), FieldInfo?> s_fields = new();
    private static readonly ConcurrentDictionary<Type, FieldInfo[]> s_awaiters = new();

    private readonly HeldLocks[] _threads = Array.FindAll(LockThreads.All, static thread => thread.Managed?.IsAlive == true);
    private readonly SuspendedFlow[] _flows = SuspendedFlow.Waiting();

    /// <summary>A throttle is waited for, too. Whoever has a share of one may give that back, so no circle of some proves anything.</summary>
    private bool _withThrottles;

    internal HeldLocks[] Threads => _threads;

    /// <summary>The threads that block for something that has an edge or a name here.</summary>
    internal HeldLocks[] Blocked() => Array.FindAll(_threads, IsBlocked);

    /// <summary>The first circle that is found, in the order of the waits, or null.</summary>
    internal List<object>? Circle()
    {
        var done = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var path = new List<object>();
        foreach (HeldLocks start in Blocked()) { if (Circle(start, path, done) is { } circle) { return circle; } }
        foreach (SuspendedFlow start in _flows) { if (Circle(start, path, done) is { } circle) { return circle; } }
        return null;
    }

    /// <summary>Whether a circle can only be one if a semaphore in it is a lock, of which nothing has been seen yet that says so, or if a spin lock is the very one that is held.</summary>
    internal static bool IsUnsure(List<object> circle)
    {
        foreach (object node in circle)
        {
            if (Wanted(node) is not { Class: var wanted } instance) { continue; }
            if (instance.IsStandIn || (wanted.Kind.IsSemaphore() && (circle.Count == 1 || (!wanted.SeenBalanced && !wanted.LooksBalanced)))) { return true; }
        }

        return false;
    }

    /// <summary>Whether nothing is left in the process that could still release a semaphore: no timer, no work, no thread that runs. Threads of the pool are left over when their work has ended.</summary>
    internal bool IsQuiet() => Array.TrueForAll(_threads, static thread => thread.Thread.IsPool || IsBlocked(thread)) && Quiet.IsProcess(Blocked());

    /// <summary>
    /// Threads and flows that wait for each other, and in the end for one that waits for something that nobody is left to give, for a throttle that all of them have a share of,
    /// for a task that nobody has begun, or for a thread that has ended: to be asked only when all are blocked. Or null.
    /// </summary>
    internal List<object>? Standstill()
    {
        _withThrottles = true;
        foreach (HeldLocks start in _threads)
        {
            bool wants = Wanted(start) is not null;
            if ((wants || start.Awaited is Task) && Standstill(start) is { } chain && (wants || IsQueued(chain[^1]))) { return chain; }
        }

        foreach (SuspendedFlow start in _flows) { if (Standstill(start) is { } chain) { return chain; } }
        return null;
    }

    private List<object>? Standstill(object start)
    {
        var path = new List<object>();
        for (object at = start; ;)
        {
            path.Add(at);
            var blockers = new List<object>();
            AddBlockers(at, blockers);
            if (blockers.Count == 0) { return WantsLeftBehind(at) || (path.Count > 1 && at is not SuspendedFlow { IsResumed: true } and not Task { IsCompleted: true }) ? path : null; }
            at = blockers[0];
            if (path.FindIndex(known => ReferenceEquals(known, at)) is var again and >= 0) { return path[again..]; }
        }
    }

    /// <summary>Whether a thread waits for a lock that another has left held when it ended.</summary>
    internal static bool WantsLeftBehind(object node) => node is HeldLocks thread && Wanted(thread) is { LeftBehind: { } mode } && LockModes.Blocks(mode, thread.WantedMode, hasWriters: false);

    /// <summary>Whether a node is a task that some scheduler has queued and that has not begun. Without a thread that runs nobody will begin it.</summary>
    internal static bool IsQueued(object node) => node is Task { Status: TaskStatus.WaitingToRun };

    /// <summary>The lock that a node waits for, if it is one.</summary>
    internal static LockInstance? Wanted(object node) => node switch
    {
        HeldLocks thread when thread.WaitsFor is { } wanted && (thread.WantedFlags & (AcquireFlags.Try | AcquireFlags.Async | AcquireFlags.Cancelable)) == 0 => wanted,
        SuspendedFlow flow when flow.Pending is var index and >= 0 => flow.Entries[index].Lock,
        _ => null,
    };

    /// <summary>The context that a thread blocks for until that has run what it was sent.</summary>
    internal static Pump? SendsTo(HeldLocks thread) => thread is { Awaited: string or Task, SendsTo: { } context } ? Contexts.Known(context) : null;

    private static bool IsBlocked(HeldLocks thread) => thread.Awaited is not null || Wanted(thread) is not null;

    private List<object>? Circle(object node, List<object> path, HashSet<object> done)
    {
        int seen = path.FindIndex(known => ReferenceEquals(known, node));
        if (seen >= 0) { return path[seen..]; }
        if (!done.Add(node)) { return null; }
        path.Add(node);
        var blockers = new List<object>();
        AddBlockers(node, blockers);
        foreach (object blocker in blockers)
        {
            if (Circle(blocker, path, done) is { } circle) { return circle; }
        }

        path.RemoveAt(path.Count - 1);
        return null;
    }

    private void AddBlockers(object node, List<object> to)
    {
        switch (node)
        {
            case HeldLocks thread: OfThread(thread, to); break;
            case SuspendedFlow { IsResumed: false } flow: OfFlow(flow, to); break;
            case Task { IsCompleted: false } task: OfTask(task, to); break;
        }
    }

    private void OfThread(HeldLocks thread, List<object> to)
    {
        if (Wanted(thread) is { } wanted)
        {
            Owners(wanted, thread.WantedMode, thread, to);
            return;
        }

        switch (thread.Awaited)
        {
            case Task awaited: to.Add(awaited); break;
            case Task[] tasks:
                foreach (Task task in tasks) { to.Add(task); }
                break;
            case Thread joined: AddThread(known => known.Managed == joined, to); break;
            case MapBody[] bodies:
                foreach (MapBody body in bodies) { AddThread(known => !ReferenceEquals(known, thread) && Runs(known, body), to); }
                break;
            case LockInstance map: AddThread(known => !ReferenceEquals(known, thread) && Holds(known, map, WantMode.Exclusive), to); break;
        }

        if (SendsTo(thread) is { } pump) { AddThread(known => known.Managed!.ManagedThreadId == pump.Thread, to); }
    }

    private void OfFlow(SuspendedFlow flow, List<object> to)
    {
        if (flow.Pending is var index and >= 0)
        {
            ref HeldLock entry = ref flow.Entries[index];
            if (entry.Object is not SemaphoreSlim { CurrentCount: > 0 }) { Owners(entry.Lock, entry.Want, null, to); }
        }
        else if (flow.Awaited is { IsCompleted: false } awaited)
        {
            to.Add(awaited);
        }
        else if (flow.Pump is { } pump)
        {
            AddThread(known => known.Managed!.ManagedThreadId == pump.Thread, to);
        }
    }

    private void AddThread(Predicate<HeldLocks> which, List<object> to)
    {
        foreach (HeldLocks thread in _threads) { if (which(thread)) { to.Add(thread); } }
    }

    private void Owners(LockInstance wanted, WantMode want, HeldLocks? self, List<object> to)
    {
        if ((wanted.Class.Unordered && !(_withThrottles && wanted.Class is { IsNoLock: false, Kind: LockKind.SemaphoreSlim or LockKind.Semaphore })) || (wanted.IsStandIn && self is not null && Holds(self, wanted, want))) { return; }
        int before = to.Count;
        AddThread(thread => Holds(thread, wanted, want), to);
        if (wanted.Keeper is { IsResumed: false } keeper && keeper.Keeps(wanted)) { to.Add(keeper); }

        // Nobody keeps a reader out but a writer who waits himself.
        if (to.Count > before || want != WantMode.Shared) { return; }
        AddThread(thread => !ReferenceEquals(thread, self) && ReferenceEquals(Wanted(thread), wanted) && thread.WantedMode is WantMode.Exclusive or WantMode.Upgrade, to);
    }

    /// <summary>Whether a thread keeps another out of a lock. Its entries change under our eyes.</summary>
    private static bool Holds(HeldLocks thread, LockInstance wanted, WantMode want)
    {
        HeldLock[] entries = thread.Entries;
        int depth = Math.Min(thread.Depth, entries.Length);
        for (int i = 0; i < depth; i++)
        {
            HeldLock entry = entries[i];
            if (ReferenceEquals(entry.Lock, wanted) && (entry.Flags & (AcquireFlags.Pending | AcquireFlags.Inherited)) == 0 && !entry.IsOver && !ReferenceEquals(thread.Lent, wanted) && LockModes.Blocks(entry.Mode, want, hasWriters: false)) { return true; }
        }

        return false;
    }

    private static bool Runs(HeldLocks thread, object body)
    {
        HeldLock[] entries = thread.Entries;
        int depth = Math.Min(thread.Depth, entries.Length);
        for (int i = 0; i < depth; i++) { if (ReferenceEquals(entries[i].Object, body)) { return true; } }
        return false;
    }

    private void OfTask(Task task, List<object> to)
    {
        Type type = task.GetType();
        if (IsQueued(task) && PumpOf(task) is { } pump) { AddThread(thread => thread.Managed!.ManagedThreadId == pump.Thread, to); }
        if (Value(task, type, "StateMachine") is { } machine)
        {
            AddThread(thread => Runs(thread, task), to);
            OfMachine(machine, to);
        }
        else if (Value(task, typeof(Task), "m_action") is Delegate { Target: MapBody body })
        {
            AddThread(thread => Runs(thread, body), to);
            if (Value(task, type, "m_antecedent") is Task before) { to.Add(before); }
        }
        else if (type.Name.StartsWith("UnwrapPromise", StringComparison.Ordinal))
        {
            if (task.AsyncState is IAsyncBody { Inner: { } inner }) { to.Add(inner); }
        }
        else if (type.Name.StartsWith("WhenAllPromise", StringComparison.Ordinal))
        {
            if ((Value(task, type, "_tasks") ?? Value(task, type, "m_tasks")) is Task?[] all) { foreach (Task? one in all) { if (one is not null) { to.Add(one); } } }
        }
        else if (Value(task, type, "m_antecedent") is Task antecedent)
        {
            to.Add(antecedent);
        }
    }

    /// <summary>The context of one thread that runs a task's body when its turn comes, where the scheduler posts to one.</summary>
    private static Pump? PumpOf(Task task)
        => Value(task, typeof(Task), "m_taskScheduler") is { } scheduler && Value(scheduler, scheduler.GetType(), "m_synchronizationContext") is SynchronizationContext context ? Contexts.Known(context) : null;

    private static void OfMachine(object machine, List<object> to)
    {
        Type type = machine.GetType();
        if (Value(machine, type, "<>ncsan_held") is SuspendedFlow flow)
        {
            to.Add(flow);
            return;
        }

        FieldInfo[] awaiters = s_awaiters.GetOrAdd(type, static of => Array.FindAll(of.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public), static field => field.Name.StartsWith("<>u__", StringComparison.Ordinal)));
        foreach (FieldInfo awaiter in awaiters) { if (Awaited(awaiter.GetValue(machine)) is { IsCompleted: false } awaited) { to.Add(awaited); } }
    }

    /// <summary>The task in an awaiter: the first reference in it.</summary>
    private static Task? Awaited(object? awaiter) => awaiter is null ? null
        : (Value(awaiter, awaiter.GetType(), "m_task") ?? (Value(awaiter, awaiter.GetType(), "_value") is { } value ? Value(value, value.GetType(), "_obj") : null)) as Task;

    private static object? Value(object of, Type type, string name) => s_fields.GetOrAdd((type, name), static asked =>
    {
        for (Type? at = asked.Item1; at is not null; at = at.BaseType)
        {
            if (at.GetField(asked.Item2, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly) is { } field) { return field; }
        }

        return null;
    })?.GetValue(of);
}
