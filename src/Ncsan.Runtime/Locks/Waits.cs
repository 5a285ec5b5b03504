// The program's own tasks are looked at; none is started or awaited.
#pragma warning disable RS0030

using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks;

/// <summary>Waits that are not locks, as the hooks announce them.</summary>
[System.Diagnostics.StackTraceHidden]
internal static class Waits
{
    internal static void Task(Task? task, string? map, WaitCall how, int site)
    {
        HeldLocks thread = LockThreads.Current;
        if (task is null || thread.Inside != 0) { return; }
        bool isKnown = KnownEnds.Wait(task, map);
        KnownEnds.Add(task);
        if (thread.Spinning > 0 && !task.IsCompleted) { Blocking(thread, "a task", site); }
        if ((how & (WaitCall.Forever | WaitCall.Cancelable)) == 0 || ((how & (WaitCall.AsksResult | WaitCall.OnTheSpot)) == WaitCall.AsksResult && task.IsCompleted) || isKnown) { return; }
        LockInstance? context = task.IsCompleted && (how & WaitCall.OnTheSpot) == 0 ? null : Contexts.Current()?.Lock;
        if (thread.Depth == 0 && context is null) { return; }
        LockInstance? waited = map is not null ? Maps.Of(map, site) : Maps.OfTask(task);
        if (waited is null) { return; }
        if (context is not null) { thread.Push(context, WantMode.Exclusive, AcquireFlags.None, site); }
        if (task.IsCompleted && (how & WaitCall.OnTheSpot) != 0) { FlowHolds.WaitBefore(thread, waited, task, site); } else { Map(thread, waited, site, run: task); }
        if (context is not null) { thread.RemoveAt(thread.Depth - 1); }
    }

    internal static void Tasks(Task?[] tasks, WaitCall how, int site)
    {
        foreach (Task? task in tasks) { Task(task, null, how, site); }
        if ((how & WaitCall.Forever) == 0 || Array.IndexOf(tasks, null) >= 0) { return; }
        if (!Array.TrueForAll(tasks, static task => task!.IsCompleted))
        {
            HeldLocks thread = LockThreads.Current;
            Begin(thread, tasks, site);
            try { foreach (Task? task in tasks) { Silently(task!); } }
            finally { End(thread); }
        }

        Threads.Actors.Waited(forAll: tasks.Length > 1);
    }

    /// <summary>Waits for a task; what it throws is for the program's own wait that follows.</summary>
    internal static void Until(Task task, int site)
    {
        HeldLocks thread = LockThreads.Current;
        Begin(thread, task, site);
        try { Silently(task); }
        finally { End(thread); }
        Threads.Actors.Waited(forAll: false);
    }

    internal static void Until(Thread other, int site)
    {
        HeldLocks thread = LockThreads.Current;
        Begin(thread, other, site);
        try { other.Join(); }
        finally { End(thread); }
    }

    /// <summary>The thread is about to run bodies beside others, and to wait for those in the end.</summary>
    internal static void Beside(MapBody body, int site) => Beside([body], site);

    /// <inheritdoc cref="Beside(MapBody, int)"/>
    internal static void Beside(MapBody[] bodies, int site)
    {
        HeldLocks thread = LockThreads.Current;
        foreach (MapBody body in bodies) { Map(thread, body.Map, site, run: body); }
        Begin(thread, bodies, site);
    }

    /// <summary>The thread waits until nobody runs code of a map.</summary>
    internal static void Until(HeldLocks thread, LockInstance map, int site) => Begin(thread, map, site);

    /// <summary>The thread waits for a signal. Who could give it is not known.</summary>
    internal static void ForSignal(HeldLocks thread, string what, int site)
    {
        thread.AwaitedSite = site;
        thread.Waits++;
        thread.Awaited = what;
    }

    private static void Silently(Task task) => task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();

    private static void Begin(HeldLocks thread, object awaited, int site)
    {
        thread.WaitStack = new System.Diagnostics.StackTrace(2, fNeedFileInfo: false);
        thread.AwaitedSite = site;
        thread.Waits++;
        thread.Awaited = awaited;
    }

    private static void End(HeldLocks thread)
    {
        thread.Awaited = null;
        thread.WaitStack = null;
    }

    /// <summary>The task behind a value task, or null when something else is, or nothing.</summary>
    internal static Task? TaskOf(ref ValueTask task) => task.IsCompleted ? null : ObjectOf(ref task) as Task;

    /// <inheritdoc cref="TaskOf(ref ValueTask)"/>
    internal static Task? TaskOf<T>(ref ValueTask<T> task) => task.IsCompleted ? null : ValueTaskParts<T>.ObjectOf(ref task) as Task;

    /// <summary>Lets a promise say which body it waits for, in a field that it has no use for itself.</summary>
    internal static void Remember(Task? promise, object? body)
    {
        if (promise is not null && body is IAsyncBody && StateOf(promise) is null) { StateOf(promise) = body; }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_obj")]
    private static extern ref object? ObjectOf(ref ValueTask task);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_stateObject")]
    private static extern ref object? StateOf(Task task);

    private static class ValueTaskParts<T>
    {
        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_obj")]
        internal static extern ref object? ObjectOf(ref ValueTask<T> task);
    }

    /// <summary>A context has run what it was sent. Only now it is known where: one that runs it on the sender's thread is not waited for.</summary>
    internal static void Sent(HeldLocks thread, SynchronizationContext context, int site)
    {
        if (LockValidation.IsOn && Contexts.Known(context) is { } pump && pump.Thread != Environment.CurrentManagedThreadId) { Map(thread, pump.Lock, site); }
    }

    /// <summary>The thread is about to wait for another, whose code the map stands for, or which tells it itself.</summary>
    internal static void Join(HeldLocks thread, Thread joined, string? map, int site)
    {
        if (KnownEnds.Wait(joined) || thread is not { Depth: > 0, Inside: 0 }) { return; }
        LockInstance? run = null;
        thread.Inside++;
        try { run = map is not null ? Maps.Of(map, site) : Maps.OfThread(joined); }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
        Map(thread, run, site, run: joined);
    }

    /// <summary>The thread waits for what a map stands for; of an await, its flow does. The run says which task, thread or body it waits for.</summary>
    internal static void Map(HeldLocks thread, LockInstance? map, int site, AcquireFlags flags = AcquireFlags.None, object? run = null)
    {
        if (map is null || thread.Inside != 0) { return; }
        thread.Inside++;
        try { LockValidation.Validator.Wait(thread, map, flags, site, run); }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
    }

    internal static void Blocking(HeldLocks thread, string what, int site)
    {
        if (thread.Inside != 0) { return; }
        thread.Inside++;
        try { LockValidation.Validator.CheckBlocking(thread, what, site); }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
    }

    /// <summary>Something completes whose continuations may run inside of the call. Gives the depth to leave at, or -1 for nothing to leave.</summary>
    internal static int EnterInline(Task? completing, string origin, int site)
    {
        if (!LockValidation.IsOn || completing is { IsCompleted: true } || completing?.CreationOptions.HasFlag(TaskCreationOptions.RunContinuationsAsynchronously) == true) { return -1; }
        HeldLocks thread = LockThreads.Current;
        if (thread.Inside != 0) { return -1; }
        thread.Inside++;
        try { return LockValidation.Validator.Enter(thread, Contexts.Of(origin), site); }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
        return -1;
    }

    internal static void EnterMap(string map, int site)
    {
        HeldLocks thread = LockThreads.Current;
        if (thread.Inside == 0) { LockValidation.Validator.Enter(thread, Maps.Of(map, site), site); }
    }

    internal static void LeaveMap(string map, int site)
    {
        HeldLocks thread = LockThreads.Current;
        if (thread.Inside == 0) { LockValidation.Validator.Leave(thread, Maps.Of(map, site)); }
    }

    /// <summary>The handlers of an event are about to be called. An event of one object is not that of another.</summary>
    internal static Raised EnterHandlers(object? owner, string origin, int site)
    {
        if (!LockValidation.IsOn) { return default; }
        HeldLocks thread = LockThreads.Current;
        if (thread.Inside != 0) { return default; }
        thread.Inside++;
        try
        {
            LockInstance context = Contexts.OfEvent(owner, origin);
            LockValidation.Validator.Enter(thread, context, site);
            return new Raised(thread, context);
        }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
        return default;
    }

    internal static void LeaveHandlers(Raised raised)
    {
        if (raised.Thread is { } thread) { LockValidation.Validator.Leave(thread, raised.Context!); }
    }

    internal static void LeaveInline(int depth, string origin)
    {
        if (depth >= 0) { LockValidation.Validator.Leave(LockThreads.Current, Contexts.Of(origin)); }
    }
}

/// <summary>An event that is being raised: by whom, and what its handlers run in.</summary>
internal readonly record struct Raised(HeldLocks? Thread, LockInstance? Context);
