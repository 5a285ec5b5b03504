// The program's own tasks are looked at; none is started or awaited.
#pragma warning disable RS0030

using System.Reflection;

namespace Ncsan.Runtime.Locks.Flows;

/// <summary>A delegate that runs inside of its map. The delegate that a task, a thread or the pool gets instead of the program's own.</summary>
/// <remarks>The entry that a run pushes names the body, so whoever waits for it can find the threads that run it.</remarks>
/// <param name="map">The map.</param>
/// <param name="site">Where it was handed on.</param>
/// <param name="mayLoseContext">Some call that takes such a delegate runs it without its maker's execution context. Where all of them flow it, only a maker that has suppressed that has something
/// for it to carry.</param>
[System.Diagnostics.StackTraceHidden]
internal class MapBody(LockInstance map, int site, bool mayLoseContext = false)
{
    private readonly FlowOrigin? _flow = FlowOrigin.Forked();
    private readonly Threads.Carried? _carried = mayLoseContext || ExecutionContext.IsFlowSuppressed() ? Threads.Carried.By(site) : null;

    internal LockInstance Map => map;

    /// <summary>What tells its runs from those of other bodies of the map: the object that the program's delegate is bound to, or null. Itself, where that is given something at each run.</summary>
    internal virtual object? About => this;

    /// <summary>It runs many times, each of them as if on a thread of its own, even where one thread does several.</summary>
    internal bool IsIteration { get; init; }

    /// <summary>It is all that a thread does, so whoever joins that waits for it.</summary>
    internal bool IsThread { get; init; }

    /// <summary>What a delegate of the program's is bound to.</summary>
    protected static object? TargetOf(Delegate body) => Own(body).Target;

    /// <summary>The delegate of the program's, which may be wrapped in one of another type.</summary>
    private static Delegate Own(Delegate body) => body.Target as Delegate ?? body;

    protected Running Begin(Delegate body)
    {
        HeldLocks thread = LockThreads.Current;
        if (thread.Inside != 0 || !LockValidation.IsOn) { return default; }
        bool isCarried = _carried?.Begins() == true, isIteration = IsIteration && Threads.Actors.IterationBegins();

        // Whoever waits for it may run it himself, and then does not wait.
        object? awaited = thread.Awaited;
        thread.Awaited = null;
        thread.AwaitsNext = false;
        thread.Switch();
        if (IsThread && thread.Managed is { } own) { Maps.Begins(own, this); }
        LockValidation.Validator.Enter(thread, map, site, this);
        var running = new Running(thread, awaited, thread.Flow, isIteration, isCarried);
        thread.Flow = _flow;
        if (TypeInitializers.AnyRuns) { TypeInitializers.Calling(thread, Own(body).Method, site); }
        return running;
    }

    protected void End(Running running)
    {
        if (running.Thread is not { } thread) { return; }
        thread.Awaited = running.Awaited;
        thread.Flow = running.Flow;
        _flow?.HasEnded = true;
        if (thread.Thread.IsPool && !IsIteration) { FlowHolds.Ended(thread, map); }
        LockValidation.Validator.Leave(thread, map);
        if (running.IsIteration) { Threads.Actors.IterationEnds(); }
        if (running.IsCarried) { Threads.Carried.Ends(); }
    }

    /// <summary>One run under way: whose, what that thread was waiting for, on whose behalf it ran, whether it acts for itself, and whether the body brought its maker's test and fork along.</summary>
    protected readonly record struct Running(HeldLocks? Thread, object? Awaited, FlowOrigin? Flow, bool IsIteration, bool IsCarried);
}

/// <summary>A body without a result.</summary>
[System.Diagnostics.StackTraceHidden]
internal sealed class ActionBody(Action body, LockInstance map, int site, bool mayLoseContext = false) : MapBody(map, site, mayLoseContext)
{
    internal override object? About => TargetOf(body);

    internal void Run()
    {
        Running running = Begin(body);
        try { body(); }
        finally { End(running); }
    }
}

/// <summary>A body that is given something.</summary>
[System.Diagnostics.StackTraceHidden]
internal sealed class ActionBody<T>(Action<T> body, LockInstance map, int site) : MapBody(map, site, mayLoseContext: true)
{
    internal void Run(T value)
    {
        Running running = Begin(body);
        try { body(value); }
        finally { End(running); }
    }
}

/// <summary>A body that is given two things.</summary>
[System.Diagnostics.StackTraceHidden]
internal sealed class ActionBody<T1, T2>(Action<T1, T2> body, LockInstance map, int site) : MapBody(map, site, mayLoseContext: true)
{
    internal void Run(T1 one, T2 two)
    {
        Running running = Begin(body);
        try { body(one, two); }
        finally { End(running); }
    }
}

/// <summary>A body with a result.</summary>
[System.Diagnostics.StackTraceHidden]
internal sealed class FuncBody<TResult>(Func<TResult> body, LockInstance map, int site) : MapBody(map, site)
{
    internal override object? About => TargetOf(body);

    internal TResult Run()
    {
        Running running = Begin(body);
        try { return body(); }
        finally { End(running); }
    }
}

/// <summary>A body that is given something and has a result.</summary>
[System.Diagnostics.StackTraceHidden]
internal sealed class FuncBody<T, TResult>(Func<T, TResult> body, LockInstance map, int site) : MapBody(map, site)
{
    internal TResult Run(T value)
    {
        Running running = Begin(body);
        try { return body(value); }
        finally { End(running); }
    }
}

/// <summary>A body that is given two things and has a result.</summary>
[System.Diagnostics.StackTraceHidden]
internal sealed class FuncBody<T1, T2, TResult>(Func<T1, T2, TResult> body, LockInstance map, int site) : MapBody(map, site)
{
    internal TResult Run(T1 one, T2 two)
    {
        Running running = Begin(body);
        try { return body(one, two); }
        finally { End(running); }
    }
}

/// <summary>A body that is given three things.</summary>
[System.Diagnostics.StackTraceHidden]
internal sealed class ActionBody<T1, T2, T3>(Action<T1, T2, T3> body, LockInstance map, int site) : MapBody(map, site)
{
    internal void Run(T1 one, T2 two, T3 three)
    {
        Running running = Begin(body);
        try { body(one, two, three); }
        finally { End(running); }
    }
}

/// <summary>A body that is given three things and has a result.</summary>
[System.Diagnostics.StackTraceHidden]
internal sealed class FuncBody<T1, T2, T3, TResult>(Func<T1, T2, T3, TResult> body, LockInstance map, int site) : MapBody(map, site)
{
    internal TResult Run(T1 one, T2 two, T3 three)
    {
        Running running = Begin(body);
        try { return body(one, two, three); }
        finally { End(running); }
    }
}

/// <summary>A body that is given four things and has a result.</summary>
[System.Diagnostics.StackTraceHidden]
internal sealed class FuncBody<T1, T2, T3, T4, TResult>(Func<T1, T2, T3, T4, TResult> body, LockInstance map, int site) : MapBody(map, site)
{
    internal TResult Run(T1 one, T2 two, T3 three, T4 four)
    {
        Running running = Begin(body);
        try { return body(one, two, three, four); }
        finally { End(running); }
    }
}

/// <summary>What the pool runs of Task.Run over an async method: the task that was made at once goes on waiting for the one inside.</summary>
internal interface IAsyncBody
{
    /// <summary>The method's own task, as soon as there is one.</summary>
    Task? Inner { get; }

    /// <summary>The method.</summary>
    MethodInfo Method { get; }

    /// <summary>What it is bound to; null for a static one.</summary>
    object? Target { get; }
}

/// <summary>The body of Task.Run over an async method.</summary>
[System.Diagnostics.StackTraceHidden]
internal sealed class AsyncBody<TTask>(Func<TTask> body) : IAsyncBody
    where TTask : Task
{
    private readonly FlowOrigin? _flow = FlowOrigin.Forked();
    private volatile TTask? _inner;

    public Task? Inner => _inner;

    public MethodInfo Method => body.Method;

    public object? Target => body.Target;

    internal TTask Run()
    {
        HeldLocks thread = LockThreads.Current;
        (FlowOrigin? outer, IAsyncBody? outerBody) = (thread.Flow, thread.Runs);
        thread.Flow = _flow;
        thread.AwaitsNext = false;
        int depth = thread.Depth;
        (thread.Runs, thread.RunsAt) = (this, depth);
        try
        {
            TTask inner = body();
            _inner = inner;
            HandOns.Give(thread, depth, inner);
            return inner;
        }
        finally { (thread.Flow, thread.Runs) = (outer, outerBody); }
    }
}

/// <summary>What a synchronization context runs: it holds the context meanwhile.</summary>
[System.Diagnostics.StackTraceHidden]
internal sealed class PostedBody(SendOrPostCallback body)
{
    internal void Run(object? state)
    {
        HeldLocks thread = LockThreads.Current;
        LockInstance? held = thread.Inside == 0 && LockValidation.IsOn ? Contexts.Current()?.Lock : null;

        // A thread that waits for another context may run what is sent to its own meanwhile, and then does not wait: nobody is kept out by what its code holds.
        (object? awaited, SynchronizationContext? sendsTo) = (thread.Awaited, thread.SendsTo);
        if (held is not null && sendsTo is not null && !ReferenceEquals(sendsTo, SynchronizationContext.Current) && thread.Find(held) >= 0) { LockValidation.Validator.Unorder(held.Class, "it runs code while it waits for other contexts"); }
        if (held is not null) { thread.Push(held, WantMode.Exclusive, AcquireFlags.None, 0); }
        thread.Awaited = thread.SendsTo = null;
        try { body(state); }
        finally
        {
            (thread.Awaited, thread.SendsTo) = (awaited, sendsTo);
            if (held is not null) { LockValidation.Validator.Leave(thread, held); }
        }
    }
}
