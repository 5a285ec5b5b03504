namespace Ncsan.Runtime.Locks.Graph;

/// <summary>
/// A lock that is held once, by whoever comes first: by a lazy value while its factory runs, by a type while its initialiser does. What it was held
/// under and what was taken meanwhile could have come about in another order, as long as somebody else could have come first.
/// </summary>
internal sealed class OneShot
{
    /// <summary>Locks that were taken meanwhile though their holder had them already: whoever had come without them would have waited.</summary>
    internal readonly List<TakenAgain> Again = [];

    /// <summary>What was held around it; null for nothing.</summary>
    internal HeldLocks? Around;

    /// <summary>Who held it.</summary>
    internal FlowOrigin? By;

    internal ThreadIdentity Thread;

    /// <summary>Where.</summary>
    internal int Site;

    /// <summary>The stack there, or null.</summary>
    internal object? Stack;

    /// <summary>When it was over; 0 before.</summary>
    internal long EndedAt;

    /// <summary>What was held around it is in the graph.</summary>
    internal bool IsAroundKnown;

    /// <summary>A lock that was taken again.</summary>
    internal readonly record struct TakenAgain(LockInstance Lock, WantMode Want, int Site, object? Stack);
}
