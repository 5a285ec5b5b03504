namespace Ncsan.Runtime.Locks.Graph;

/// <summary>How and where a dependency was recorded first.</summary>
/// <param name="HeldSite">Where the lock that was held had been taken.</param>
/// <param name="Site">Where the other was wanted.</param>
/// <param name="Stack">The stack at <paramref name="Site"/>, as the stack source took it; null without one.</param>
/// <param name="Thread">Who did it.</param>
internal sealed record DependencyRecord(int HeldSite, int Site, object? Stack, ThreadIdentity Thread);

/// <summary>A thread as reports name it.</summary>
/// <param name="Id">The managed thread id.</param>
/// <param name="Name">Its name, if it has one.</param>
/// <param name="IsPool">Its work could as well have run on another thread.</param>
internal readonly record struct ThreadIdentity(int Id, string? Name, bool IsPool)
{
    /// <inheritdoc/>
    public override string ToString() => IsPool ? $"pool thread {Id}" : Name is null ? $"thread {Id}" : $"thread {Id} '{Name}'";
}

/// <summary>An edge of the order graph: <see cref="To"/> was wanted while <see cref="From"/> was held.</summary>
internal sealed class Dependency(LockNode from, LockNode to, DependencyRecord first)
{
    /// <summary>No single thread: several, or a pool thread, whose work can run beside anything.</summary>
    internal const int ManyThreads = -1;

    internal readonly LockNode From = from, To = to;

    private ushort _firstMode;
    private (ushort Mode, DependencyRecord Record)[] _later = [];

    /// <summary>The first time.</summary>
    internal readonly DependencyRecord First = first;

    /// <summary>The set of (held, wanted) pairs it was seen with; see <see cref="LockModes"/>.</summary>
    internal ushort Modes;

    /// <summary>The only thread that ever recorded it, or <see cref="ManyThreads"/>.</summary>
    internal int Thread = first.Thread.IsPool ? ManyThreads : first.Thread.Id;

    /// <summary>The locks that were held outside of <see cref="From"/> every time. Two edges with guards that exclude each other cannot be walked at the same time.</summary>
    internal Guard[] Guards = [];

    /// <summary>The throttles that were held outside of <see cref="From"/> every time; null before the first.</summary>
    internal LockInstance[]? Throttles;

    /// <summary>Nobody waited there, but somebody could have: the lock is held once and had been held, or a run was made up that takes it first.</summary>
    internal bool Might;

    /// <summary>It goes out from a map, and which of its runs that was is not known, or not the same as before.</summary>
    internal bool IsOfAnyRun => From is LockInstance { IsRun: false, Class.Kind: LockKind.Map };

    /// <summary>On an edge from a map: its code has taken other locks at the very place, so which one is not for the code to say.</summary>
    internal volatile bool IsOneOfSeveral;

    /// <summary>On a class edge: how many pairs of locks stand behind it.</summary>
    internal int Pairs;

    /// <summary>Adds one more observation. Where it is an async flow that took one of the two, the thread that ran it means nothing. Says whether the edge can now be part of a cycle that it could not be part of before.</summary>
    internal bool Observe(ushort mode, ThreadIdentity thread, ReadOnlySpan<Guard> guards, bool might = false, bool anyThread = false)
    {
        bool changed = (Modes & mode) == 0 || (Might && !might);
        if (Modes == 0) { _firstMode = mode; }
        Modes |= mode;
        Might &= might;
        if ((might || anyThread) && Thread != ManyThreads) { Thread = ManyThreads; changed = true; }
        if (Thread != ManyThreads && (thread.IsPool || thread.Id != Thread)) { Thread = ManyThreads; changed = true; }
        Guard[] still = Guard.Common(Guards, guards);
        if (ReferenceEquals(still, Guards)) { return changed; }
        Guards = still;
        return true;
    }

    /// <summary>Whether it was seen before, but never with this pair of modes: it then needs a record of its own.</summary>
    internal bool IsNewWith(ushort mode) => Modes != 0 && (Modes & mode) == 0;

    /// <summary>The first time with another pair of modes.</summary>
    internal void Record(ushort mode, DependencyRecord record) => _later = [.. _later, (mode, record)];

    /// <summary>The pairs of modes that it was seen with, in that order.</summary>
    internal IReadOnlyList<ushort> ModesInOrder => [_firstMode, .. _later.Select(static later => later.Mode)];

    /// <summary>What it would be, had it been seen with one pair of modes only.</summary>
    internal Dependency With(ushort mode) => Modes == mode ? this
        : new Dependency(From, To, mode == _firstMode ? First : Array.Find(_later, later => later.Mode == mode).Record) { Modes = mode, Guards = Guards, Might = Might };

    /// <summary>Adds under which throttles it was observed. Says whether that are fewer than before.</summary>
    internal bool ObserveThrottles(LockInstance[] throttles)
    {
        if (Throttles is null) { Throttles = throttles; return false; }
        if (Array.TrueForAll(Throttles, known => throttles.Contains(known))) { return false; }
        Throttles = Array.FindAll(Throttles, known => throttles.Contains(known));
        return true;
    }

    internal bool IsExcludedBy(Dependency other) => Array.Exists(Guards, guard => guard.ExcludesAny(other.Guards));

    internal bool SharesThrottleWith(Dependency other) => Throttles is { Length: > 0 } mine && other.Throttles is { Length: > 0 } theirs && Array.Exists(mine, throttle => theirs.Contains(throttle));
}
