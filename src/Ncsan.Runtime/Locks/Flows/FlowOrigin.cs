using System.Diagnostics;

namespace Ncsan.Runtime.Locks.Flows;

/// <summary>On whose behalf code runs: the program's entry, or a body that somebody gave to a thread or a task. Null where that is not known.</summary>
/// <remarks>Only locks that are held once need to know: whether somebody else could have come first.</remarks>
internal sealed class FlowOrigin
{
    /// <summary>Work that queues work for ever must not keep all of it.</summary>
    private const int Deepest = 16;

    internal static readonly FlowOrigin Entry = new(null, 0);

    private readonly FlowOrigin? _parent;
    private readonly long _at;
    private readonly int _depth;

    private FlowOrigin(FlowOrigin? parent, long at)
    {
        (_parent, _at) = (parent, at);
        _depth = parent is null ? 0 : parent._depth + 1;
    }

    /// <summary>A run of it has come to an end.</summary>
    internal volatile bool HasEnded;

    /// <summary>What is given away now, by whoever runs on this thread.</summary>
    /// <remarks>The program's entry is known before it has taken a lock, too.</remarks>
    internal static FlowOrigin? Forked() => (Environment.CurrentManagedThreadId == 1 ? LockThreads.Current : LockThreads.CurrentOrNull)?.Flow is { } parent && parent._depth < Deepest ? new(parent, Stopwatch.GetTimestamp()) : null;

    /// <summary>Whether one flow could have done what it does now before another did what it did at some time. Unless that is known, it could not.</summary>
    internal static bool CouldComeFirst(FlowOrigin? now, FlowOrigin? other, long time)
    {
        if (now is null || other is null || ReferenceEquals(now, other)) { return false; }
        for (FlowOrigin at = now; at._parent is { } parent; at = parent)
        {
            if (ReferenceEquals(parent, other)) { return at._at < time; }
        }

        // Who forked a flow that has ended has most likely waited for it.
        for (FlowOrigin? at = other; at is not null; at = at._parent)
        {
            if (ReferenceEquals(at, now)) { return !other.HasEnded; }
        }

        return true;
    }
}
