// The program's own tasks are looked at; none is started or awaited.
#pragma warning disable RS0030

using System.Collections.Concurrent;
using System.Reflection;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Locks;

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

    private readonly HeldLocks[] _threads = [.. LockThreads.All.Where(static thread => thread.Managed?.IsAlive == true)];
    private readonly SuspendedFlow[] _flows = SuspendedFlow.Waiting();

    /// <summary>The threads that block for something that has an edge or a name here.</summary>
    internal IEnumerable<HeldLocks> Blocked => _threads.Where(IsBlocked);

    /// <summary>The first circle that is found, in the order of the waits, or null.</summary>
    internal List<object>? Circle()
    {
        var done = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var path = new List<object>();
        foreach (object start in Blocked.Concat<object>(_flows))
        {
            if (Circle(start, path, done) is { } circle) { return circle; }
        }

        return null;
    }

    /// <summary>Whether a circle can only be one if a semaphore in it is a lock, of which nothing has been seen yet that says so, or if a spin lock is the very one that is held.</summary>
    internal static bool IsUnsure(IReadOnlyList<object> circle) => circle.Any(node => Wanted(node) is { } wanted && wanted.Class.Kind.IsSemaphore()
        && ((!wanted.Class.SeenBalanced && !wanted.Class.LooksBalanced) || circle.Count == 1))
        || circle.Any(node => Wanted(node) is { Class.SharesInstance: true });

    /// <summary>Whether nothing is left in the process that could still release a semaphore: no timer, no work, no thread that runs.</summary>
    internal bool IsQuiet()
    {
        ThreadPool.GetMaxThreads(out int most, out _);
        ThreadPool.GetAvailableThreads(out int idle, out _);
        return Timer.ActiveCount == 0 && ThreadPool.PendingWorkItemCount == 0 && most - idle <= _threads.Count(static thread => thread.Managed!.IsThreadPoolThread && IsBlocked(thread))
            && _threads.Any(static thread => thread.Managed!.ManagedThreadId == 1) && _threads.All(IsBlocked)
            && Creation.Alive().All(started => _threads.Any(known => known.Managed == started));
    }

    /// <summary>The lock that a node waits for, if it is one.</summary>
    internal static LockInstance? Wanted(object node) => node switch
    {
        HeldLocks thread when thread.Wanted is { } wanted && (thread.WantedFlags & (AcquireFlags.Try | AcquireFlags.Async | AcquireFlags.Cancelable)) == 0 => wanted,
        SuspendedFlow flow when flow.Pending is var index and >= 0 => flow.Entries[index].Lock,
        _ => null,
    };

    private static bool IsBlocked(HeldLocks thread) => thread.Awaited is not null || Wanted(thread) is not null;

    private List<object>? Circle(object node, List<object> path, HashSet<object> done)
    {
        int seen = path.FindIndex(known => ReferenceEquals(known, node));
        if (seen >= 0) { return path[seen..]; }
        if (!done.Add(node)) { return null; }
        path.Add(node);
        foreach (object blocker in Blockers(node))
        {
            if (Circle(blocker, path, done) is { } circle) { return circle; }
        }

        path.RemoveAt(path.Count - 1);
        return null;
    }

    private IEnumerable<object> Blockers(object node) => node switch
    {
        HeldLocks thread => OfThread(thread),
        SuspendedFlow flow => OfFlow(flow),
        Task task => task.IsCompleted ? [] : OfTask(task),
        _ => [],
    };

    private IEnumerable<object> OfThread(HeldLocks thread) => Wanted(thread) is { } wanted ? Owners(wanted, thread.WantedMode, thread) : thread.Awaited switch
    {
        Task task => [task],
        Task[] tasks => tasks,
        MapBody[] bodies => bodies.SelectMany(Runners).Where(runner => !ReferenceEquals(runner, thread)),
        Thread joined => _threads.Where(other => other.Managed == joined),
        _ => [],
    };

    private IEnumerable<object> OfFlow(SuspendedFlow flow)
    {
        if (flow.IsResumed) { return []; }
        if (flow.Pending is var index and >= 0)
        {
            ref HeldLock entry = ref flow.Entries[index];
            return entry.Object is SemaphoreSlim { CurrentCount: > 0 } ? [] : Owners(entry.Lock, entry.Want, null);
        }

        return flow.Awaited is { IsCompleted: false } awaited ? [awaited] : flow.Pump is { } pump ? _threads.Where(thread => thread.Managed!.ManagedThreadId == pump.Thread) : [];
    }

    private IEnumerable<object> Owners(LockInstance wanted, WantMode want, HeldLocks? self)
    {
        if (wanted.Class.Unordered || wanted.Class.SharesInstance && self is not null && Holds(self, wanted, want)) { yield break; }
        bool any = false;
        foreach (HeldLocks thread in _threads)
        {
            if (!Holds(thread, wanted, want)) { continue; }
            any = true;
            yield return thread;
        }

        if (wanted.Keeper is { IsResumed: false } keeper)
        {
            any = true;
            yield return keeper;
        }

        // Nobody keeps a reader out but a writer who waits himself.
        if (any || want != WantMode.Shared) { yield break; }
        foreach (HeldLocks thread in _threads)
        {
            if (!ReferenceEquals(thread, self) && ReferenceEquals(Wanted(thread), wanted) && thread.WantedMode is WantMode.Exclusive or WantMode.Upgrade) { yield return thread; }
        }
    }

    /// <summary>Whether a thread keeps another out of a lock. Its entries change under our eyes.</summary>
    private static bool Holds(HeldLocks thread, LockInstance wanted, WantMode want)
    {
        HeldLock[] entries = thread.Entries;
        int depth = Math.Min(thread.Depth, entries.Length);
        for (int i = 0; i < depth; i++)
        {
            HeldLock entry = entries[i];
            if (ReferenceEquals(entry.Lock, wanted) && (entry.Flags & AcquireFlags.Pending) == 0 && !ReferenceEquals(thread.Lent, wanted) && LockModes.Blocks(entry.Mode, want, hasWriters: false)) { return true; }
        }

        return false;
    }

    private IEnumerable<HeldLocks> Runners(MapBody body) => _threads.Where(thread =>
    {
        HeldLock[] entries = thread.Entries;
        int depth = Math.Min(thread.Depth, entries.Length);
        for (int i = 0; i < depth; i++) { if (ReferenceEquals(entries[i].Object, body)) { return true; } }
        return false;
    });

    private IEnumerable<object> OfTask(Task task)
    {
        Type type = task.GetType();
        if (Value(task, type, "StateMachine") is { } machine)
        {
            if (Value(machine, machine.GetType(), "<>ncsan_held") is SuspendedFlow flow) { return [flow]; }
            return s_awaiters.GetOrAdd(machine.GetType(), static of => [.. of.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).Where(static field => field.Name.StartsWith("<>u__", StringComparison.Ordinal))])
                .Select(field => Awaited(field.GetValue(machine))).OfType<Task>().Where(static awaited => !awaited.IsCompleted);
        }

        if ((Value(task, typeof(Task), "m_action") as Delegate)?.Target is MapBody body) { return Runners(body); }
        if (type.Name.StartsWith("UnwrapPromise", StringComparison.Ordinal)) { return task.AsyncState is IAsyncBody { Inner: { } inner } ? [inner] : []; }
        if (type.Name.StartsWith("WhenAllPromise", StringComparison.Ordinal)) { return (Value(task, type, "_tasks") ?? Value(task, type, "m_tasks")) is IEnumerable<Task?> all ? all.OfType<Task>() : []; }
        return Value(task, type, "m_antecedent") is Task antecedent ? [antecedent] : [];
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
