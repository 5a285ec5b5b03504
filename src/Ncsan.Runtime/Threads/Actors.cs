using System.Diagnostics;
using Ncsan.Runtime.Findings;
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
        if (!Candidates.AreKept) { return 0; }
        SanitizedThread thread = SanitizedThread.Current;
        if (thread.Guard != 0) { return 0; }
        thread.Guard++;
        try
        {
            var marker = Actor.ForkedBy(Current(thread), site, Stopwatch.GetTimestamp());
            marker.Outer = s_marker.Value;
            s_marker.Value = marker;
            return marker.Number;
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
        var actor = flow as Actor;
        if (actor is not null) { actor.ResumedAt = Stopwatch.GetTimestamp(); }
        thread.AsyncSteps.Add(new AsyncStep(actor, Suspended: false));
    }

    /// <summary>The method is about to be suspended. From the next instruction on another thread may run it.</summary>
    internal static void Suspending(ref object? flow, int site)
    {
        if (!Candidates.AreKept) { return; }
        SanitizedThread thread = SanitizedThread.Current;
        if (thread.AsyncSteps.Count == 0) { return; }
        flow ??= Actor.ForkedBy(Current(thread), site, Stopwatch.GetTimestamp());
        thread.AsyncSteps[^1] = thread.AsyncSteps[^1] with { Suspended = true };
    }

    /// <summary>A step of an async method ends; the method too, unless it was suspended. An async iterator then waits to be called again, by whoever.</summary>
    internal static void Left(ref object? flow)
    {
        if (!Candidates.AreKept) { return; }
        SanitizedThread thread = SanitizedThread.Current;
        if (thread.AsyncSteps.Count == 0) { return; }
        AsyncStep step = thread.AsyncSteps[^1];
        thread.AsyncSteps.RemoveAt(thread.AsyncSteps.Count - 1);
        if (step.Suspended || step.Flow is null) { return; }
        step.Flow.EndedAt = Stopwatch.GetTimestamp();
        flow = null;
    }
}

/// <summary>A step of an async method, or an iteration of a parallel loop, that a thread is in.</summary>
/// <param name="Flow">Its own actor; null while an async method still runs as its caller, and until an iteration touches something.</param>
/// <param name="Suspended">It was suspended in this step and may run elsewhere already.</param>
/// <param name="IsIteration">It is an iteration.</param>
internal readonly record struct AsyncStep(Actor? Flow, bool Suspended, bool IsIteration = false);
