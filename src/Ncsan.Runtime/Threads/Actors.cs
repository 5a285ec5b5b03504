using System.Diagnostics;
using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Locks;
using Ncsan.Runtime.Races;

namespace Ncsan.Runtime.Threads;

/// <summary>Tells on whose behalf a thread runs: what the events of forking, suspending and resuming leave behind.</summary>
/// <remarks>
/// Work that is queued finds, in the execution context that it captures, a marker that was there during the call that queued it. An async method has
/// an actor of its own from its first suspension on, kept in its state machine; before that it runs as its caller. Only kept up while candidates are.
/// </remarks>
internal static class Actors
{
    /// <summary>More async methods at once on one thread than this are a stack that lost its balance.</summary>
    private const int DeepestNesting = 4096;

    private static readonly AsyncLocal<Actor?> s_marker = new();

    /// <summary>What the current flow is marked with: who forked it off.</summary>
    internal static Actor? Marker
    {
        get => s_marker.Value;
        set => s_marker.Value = value;
    }

    /// <summary>On whose behalf the current thread runs.</summary>
    internal static Actor Current(SanitizedThread thread)
    {
        for (int i = thread.AsyncSteps.Count - 1; i >= 0; i--)
        {
            AsyncStep step = thread.AsyncSteps[i];
            if (step.IsIteration && step.Flow is null) { thread.AsyncSteps[i] = step = step with { Flow = Iteration(thread) }; }
            if (step.Flow is { } flow) { return flow; }
        }

        if (s_marker.Value is not { } marker) { return thread.Actor; }

        // One call can queue work for many threads (Parallel), and one thread can take several pieces of it, one after another.
#pragma warning disable RS0030 // Asks for a number; runs nothing.
        int task = thread.Managed.IsThreadPoolThread ? Task.CurrentId ?? 0 : 0;
#pragma warning restore RS0030
        if (thread.MarkedBy != marker || thread.MarkedTask != task)
        {
            (thread.MarkedBy, thread.MarkedTask, thread.Marked) = (marker, task, Actor.Root(marker.Forks, marker.Number));
            thread.Marked.IsWorkItem = thread.Managed.IsThreadPoolThread;
        }

        return thread.Marked!;
    }

    private static Actor Iteration(SanitizedThread thread) => s_marker.Value is { } marker ? Actor.Root(marker.Forks, marker.Number) : Actor.Root(thread.Actor.Forks);

    /// <summary>Work is about to be handed to another thread.</summary>
    /// <returns>The marker that it runs under, or 0.</returns>
    internal static int Forking(int site)
    {
        Census.Forking();
        if (!Candidates.AreKept) { return 0; }
        SanitizedThread thread = SanitizedThread.Current;
        if (thread.Guard != 0) { return 0; }
        thread.Guard++;
        try
        {
            var marker = Actor.ForkedBy(Current(thread), site, Stopwatch.GetTimestamp());
            marker.Outer = s_marker.Value;
            s_marker.Value = marker;
            Sampler.WorkIsHandedOn();
            return thread.LastMarker = marker.Number;
        }
        catch (Exception fault) { Faults.Disable("the order of work", fault); }
        finally { thread.Guard--; }
        return 0;
    }

    /// <summary>The call that handed work to another thread has returned.</summary>
    internal static void Forked()
    {
        if (!Candidates.AreKept || s_marker.Value is not { } marker) { return; }
        s_marker.Value = marker.Outer;
        marker.Outer = null;
    }

    /// <summary>The call that handed work to other threads has returned, and all of it is done.</summary>
    internal static void Finished()
    {
        int marker = Candidates.AreKept ? s_marker.Value?.Number ?? 0 : 0;
        Forked();
        Joined(marker);
    }

    /// <summary>The current thread has waited until all work under a marker was done.</summary>
    internal static void Joined(int marker)
    {
        if (marker == 0 || !Candidates.AreKept) { return; }
        SanitizedThread thread = SanitizedThread.Current;
        if (thread.Guard != 0) { return; }
        thread.Guard++;
        try { Current(thread).Joins(marker, Stopwatch.GetTimestamp()); }
        catch (Exception fault) { Faults.Disable("the order of work", fault); }
        finally { thread.Guard--; }
    }

    /// <summary>The body of a parallel loop begins on this thread: what it does is not ordered after what the same thread did for another iteration.</summary>
    /// <returns>Whether <see cref="IterationEnds"/> is to be called.</returns>
    internal static bool IterationBegins()
    {
        if (!Candidates.AreKept) { return false; }
        SanitizedThread.Current.AsyncSteps.Add(new AsyncStep(null, Suspended: false, IsIteration: true));
        return true;
    }

    internal static void IterationEnds()
    {
        List<AsyncStep> steps = SanitizedThread.Current.AsyncSteps;
        int last = steps.FindLastIndex(static step => step.IsIteration);
        if (last >= 0) { steps.RemoveRange(last, steps.Count - last); }
    }

    /// <summary>A step of an async method begins.</summary>
    internal static void Entered(object? flow)
    {
        if (!Candidates.AreKept) { return; }
        SanitizedThread thread = SanitizedThread.Current;
        if (thread.AsyncSteps.Count > DeepestNesting) { thread.AsyncSteps.Clear(); }

        // An iterator is called again and again; what is in its field then is from the last time.
        bool isAwaited = flow is not Actor && LockThreads.CurrentOrNull is { AwaitsNext: true };
        Actor? actor = isAwaited ? null : flow as Actor ?? (flow as AwaitedFlow)?.Actor;
        if (actor is not null) { actor.ResumedAt = Stopwatch.GetTimestamp(); }
        if (actor is { AwaitsAll: true }) { (actor.AwaitsAll, actor.JoinedAllAt) = (false, actor.ResumedAt); }
        if (actor is { AwaitsMarker: not 0 })
        {
            actor.Joins(actor.AwaitsMarker, actor.ResumedAt);
            actor.AwaitsMarker = 0;
        }

        thread.AsyncSteps.Add(new AsyncStep(actor, Suspended: false, IsAwaited: isAwaited, IsOfCaller: actor is not null && flow is AwaitedFlow));
    }

    /// <summary>The method is about to be suspended. From the next instruction on another thread may run it.</summary>
    /// <param name="flow">The field of its state machine.</param>
    /// <param name="awaits">What it awaits.</param>
    /// <param name="site">Where.</param>
    internal static void Suspending(ref object? flow, AwaitedWork awaits, int site)
    {
        Census.Forking();
        if (!Candidates.AreKept) { return; }
        SanitizedThread thread = SanitizedThread.Current;
        if (thread.AsyncSteps.Count == 0) { return; }
        Actor actor = ActorOf(thread, thread.AsyncSteps.Count - 1, site);
        AsyncStep step = thread.AsyncSteps[^1];
        if (!step.IsOfCaller) { flow ??= actor; }
        else if ((flow as AwaitedFlow)?.Actor != actor) { flow = new AwaitedFlow(actor); }
        actor.AwaitsAll = awaits == AwaitedWork.All;
        actor.AwaitsMarker = awaits == AwaitedWork.Last ? thread.LastMarker : 0;
        thread.AsyncSteps[^1] = step with { Suspended = true };
    }

    /// <summary>The method awaits what is done already.</summary>
    internal static void WasDone(AwaitedWork awaits)
    {
        if (awaits == AwaitedWork.All) { Waited(forAll: true); }
        else if (awaits == AwaitedWork.Last && Candidates.AreKept) { Joined(SanitizedThread.Current.LastMarker); }
    }

    /// <summary>Who a step acts for once it is suspended: for itself, or where its caller awaits it on the spot, and so is about to be suspended too, for that one.</summary>
    private static Actor ActorOf(SanitizedThread thread, int index, int site)
    {
        AsyncStep step = thread.AsyncSteps[index];
        if (step.Flow is { } known) { return known; }
        bool isOfCaller = step.IsAwaited && index > 0 && !thread.AsyncSteps[index - 1].IsIteration;
        Actor actor;
        if (isOfCaller) { actor = ActorOf(thread, index - 1, site); }
        else
        {
            actor = Actor.ForkedBy(Current(thread), site, Stopwatch.GetTimestamp());
            actor.IsContinuation = true;
        }

        thread.AsyncSteps[index] = step with { Flow = actor, IsOfCaller = isOfCaller };
        return actor;
    }

    /// <summary>The method is about to complete its task, inside of which whoever awaits it may go on.</summary>
    internal static void Completing()
    {
        if (Candidates.AreKept && SanitizedThread.Current is { AsyncSteps: [.., { Flow: { } flow, IsOfCaller: false }] }) { flow.EndedAt = Stopwatch.GetTimestamp(); }
    }

    /// <summary>A step of an async method ends; the method too, unless it was suspended. An async iterator then waits to be called again, by whoever.</summary>
    internal static void Left(ref object? flow)
    {
        if (!Candidates.AreKept) { return; }
        SanitizedThread thread = SanitizedThread.Current;
        if (thread.AsyncSteps.Count == 0) { return; }
        AsyncStep step = thread.AsyncSteps[^1];
        thread.AsyncSteps.RemoveAt(thread.AsyncSteps.Count - 1);

        // Whoever goes on with an iterator's element may have called it again before this step is left: its field is that step's by now.
        if (step.Suspended || step.Flow is null || step.IsOfCaller) { return; }
        if (step.Flow.EndedAt == 0) { step.Flow.EndedAt = Stopwatch.GetTimestamp(); }
        flow = null;
    }

    /// <summary>The current thread has waited until tasks were done: for one, or for all of several.</summary>
    internal static void Waited(bool forAll)
    {
        if (!Candidates.AreKept) { return; }
        SanitizedThread thread = SanitizedThread.Current;
        if (thread.Guard != 0) { return; }
        thread.Guard++;
        try
        {
            Actor actor = Current(thread);
            actor.ResumedAt = Stopwatch.GetTimestamp();
            if (forAll) { actor.JoinedAllAt = actor.ResumedAt; }
        }
        catch (Exception fault) { Faults.Disable("the order of work", fault); }
        finally { thread.Guard--; }
    }
}

/// <summary>In the state machine of a method that its caller awaits on the spot: it acts for that one.</summary>
internal sealed record AwaitedFlow(Actor Actor);

/// <summary>A step of an async method, or an iteration of a parallel loop, that a thread is in.</summary>
/// <param name="Flow">Its own actor; null while an async method still runs as its caller, and until an iteration touches something.</param>
/// <param name="Suspended">It was suspended in this step and may run elsewhere already.</param>
/// <param name="IsIteration">It is an iteration.</param>
/// <param name="IsAwaited">The step below it awaits it on the spot.</param>
/// <param name="IsOfCaller">Its actor is that of whoever awaits it.</param>
internal readonly record struct AsyncStep(Actor? Flow, bool Suspended, bool IsIteration = false, bool IsAwaited = false, bool IsOfCaller = false);
