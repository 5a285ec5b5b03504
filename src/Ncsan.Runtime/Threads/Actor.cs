namespace Ncsan.Runtime.Threads;

/// <summary>Whose accesses are ordered among each other because one comes after the other in the program: a thread, a work item of the pool, or an async method
/// from its first suspension on, whichever threads run it.</summary>
/// <remarks>What it knows of others is no proof of order. It only says which pairs are worth making anybody wait for.</remarks>
internal sealed class Actor
{
    /// <summary>How far back an actor knows where it comes from. Work that queues work for ever must not keep all of it.</summary>
    private const int MostForks = 8;

    private const int Remembered = 1 << 16;

    /// <summary>How many joins an actor remembers; the oldest are forgotten first.</summary>
    private const int MostJoins = 64;

    private static readonly Actor?[] s_all = new Actor?[Remembered];
    private static int s_count;

    private Actor(Fork[] forks)
    {
        Forks = forks;
        Number = Interlocked.Increment(ref s_count);
        s_all[Number % Remembered] = this;
    }

    /// <summary>Never 0, and never the same again.</summary>
    internal int Number { get; }

    /// <summary>Where it was forked off, where that one was, and so on; the last fork first.</summary>
    internal Fork[] Forks { get; }

    /// <summary>When it was last resumed after an await; 0 if never.</summary>
    internal long ResumedAt;

    /// <summary>It awaits all of several flows now.</summary>
    internal bool AwaitsAll;

    /// <summary>The marker of the work that it awaits now, or 0.</summary>
    internal int AwaitsMarker;

    /// <summary>When it had last waited for all of several flows; 0 if never.</summary>
    internal long JoinedAllAt;

    /// <summary>When its async method came to an end; 0 before that, and for threads and work items.</summary>
    internal long EndedAt;

    /// <summary>How often it stood at a candidate's site for an other side that did not come.</summary>
    internal int VainWaits;

    /// <summary>When it last touched memory that is remembered.</summary>
    internal long LastSeenAt;

    /// <summary>An async method that goes on after its first suspension: until then it ran as who forked it off, and whom that one forked off before, it did.</summary>
    internal bool IsContinuation;

    /// <summary>A work item of the pool: nothing says when it ends, but it is not seen again after that.</summary>
    internal bool IsWorkItem;

    /// <summary>The number of the marker that it runs under: of the call that made its thread or queued its work. 0 for none.</summary>
    internal int Marker;

    /// <summary>Markers all of whose work has ended, as far as this one knows since it waited for that, with the times. Written by this one alone; whoever it forks off
    /// reads it.</summary>
    private Join[] _joins = s_noJoins;

    private int _joinCount;

    private static readonly Join[] s_noJoins = [];

    /// <summary>What a marker replaced on the flow that set it, to be put back.</summary>
    internal Actor? Outer;

    /// <summary>One that nobody forked off, as far as we know.</summary>
    internal static Actor Root(Fork[] forks, int marker = 0) => new(forks) { Marker = marker };

    /// <summary>One that <paramref name="parent"/> forks off now.</summary>
    internal static Actor ForkedBy(Actor parent, int site, long now) => ForkedBy(parent, Fork.By(parent, site, now));

    /// <summary>One that <paramref name="parent"/> has forked off.</summary>
    internal static Actor ForkedBy(Actor parent, Fork fork) => new([fork, .. parent.Forks.AsSpan(0, Math.Min(parent.Forks.Length, MostForks - 1))]);

    /// <summary>This one has waited until all work under a marker was done.</summary>
    internal void Joins(int marker, long now)
    {
        if (_joins.Length == 0) { _joins = new Join[MostJoins]; }
        _joins[_joinCount++ % MostJoins] = new Join(marker, now);
    }

    /// <summary>Whether it had joined what an actor did, by some time.</summary>
    private bool HasJoined(Actor? earlier, long by)
    {
        if (earlier is not { Marker: not 0 }) { return false; }
        foreach (Join join in _joins) { if (join.Marker == earlier.Marker && join.Time <= by) { return true; } }
        return false;
    }

    /// <summary>The actor with this number, or null when it is too long ago.</summary>
    internal static Actor? Find(int number) => s_all[number % Remembered] is { } actor && actor.Number == number ? actor : null;

    /// <summary>Whether what another actor did at some time comes before everything that this one does from now on, as far as can be told: it had yet
    /// to be forked off, by that one or by one that had awaited that one, or the work was joined.</summary>
    internal bool ComesAfter(int other, long time, long prompt)
    {
        Actor? earlier = Find(other);
        if (HasAwaited(Number, (ResumedAt, JoinedAllAt), earlier, prompt, this) || HasJoined(earlier, long.MaxValue)) { return true; }
        foreach (Fork fork in Forks)
        {
            if (Find(fork.Parent)?.HasJoined(earlier, fork.Time) == true) { return true; }
            if ((fork.Parent == other && time <= fork.Time) || HasAwaited(fork.Parent, (fork.ParentResumedAt, fork.ParentJoinedAllAt), earlier, prompt)) { return true; }
        }

        return false;
    }

    /// <summary>A resumption that follows at once on the end of a flow that it forked off is taken for an await of that flow; one after an await of several, for an await of all that
    /// have ended by then.</summary>
    private static bool HasAwaited(int parent, (long Resumed, long JoinedAll) at, Actor? child, long prompt, Actor? self = null)
    {
        long ended = child is null ? 0 : child.IsWorkItem ? child.LastSeenAt : child.EndedAt;
        if (ended == 0 || (at.JoinedAll < ended && (at.Resumed < ended || at.Resumed - ended > prompt))) { return false; }
        foreach (Fork fork in child!.Forks) { if (fork.Parent == parent || self?.HasForkedBefore(fork) == true) { return true; } }
        return false;
    }

    private bool HasForkedBefore(Fork fork) => IsContinuation && Forks is [var own, ..] && fork.Parent == own.Parent && fork.Time <= own.Time;
}

/// <summary>An actor waited until all work under a marker was done.</summary>
/// <param name="Marker">The number of the marker.</param>
/// <param name="Time">When it had.</param>
internal readonly record struct Join(int Marker, long Time);

/// <summary>The start of an actor by another.</summary>
/// <param name="Parent">Who did it.</param>
/// <param name="Time">When.</param>
/// <param name="ParentResumedAt">When that one had last been resumed.</param>
/// <param name="ParentJoinedAllAt">When that one had last waited for all of several.</param>
/// <param name="Site">Where, or 0.</param>
/// <param name="Test">The number of the test that did it, or 0.</param>
internal readonly record struct Fork(int Parent, long Time, long ParentResumedAt, long ParentJoinedAllAt, int Site, int Test)
{
    /// <summary>What <paramref name="parent"/> does now, on the current thread.</summary>
    internal static Fork By(Actor parent, int site, long now) => new(parent.Number, now, parent.ResumedAt, parent.JoinedAllAt, site, CurrentTest.Number);
}
