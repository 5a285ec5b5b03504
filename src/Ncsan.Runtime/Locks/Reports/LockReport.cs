namespace Ncsan.Runtime.Locks.Reports;

/// <summary>What a lock report is about.</summary>
internal enum LockReportKind
{
    CircularDependency,
    RecursiveLocking,
    InstanceInversion,
    InconsistentContext,
    ContextInversion,
    WaitUnderLock,
    SyncOverAsync,
    InvalidWait,
    BadUnlock,
    HeldAtEnd,
    AssertionFailed,
    Deadlock,
}

/// <summary>How sure a report is, from the least.</summary>
internal enum LockGrade
{
    /// <summary>Every edge of the cycle was recorded under one common lock, so no two of them can be walked at once.</summary>
    Guarded,

    /// <summary>Every edge was recorded by one and the same thread.</summary>
    OneThread,

    /// <summary>The classes close the cycle; no set of locks was seen that does.</summary>
    ClassLevel,

    /// <summary>The very locks close the cycle, or the misuse itself was seen.</summary>
    Confirmed,
}

/// <summary>One lock that the reporting thread held.</summary>
/// <param name="Name">Its class.</param>
/// <param name="Id">Its number.</param>
/// <param name="Mode">How it is held.</param>
/// <param name="Site">Where it was taken.</param>
internal readonly record struct HeldLockInfo(string Name, long Id, HoldMode Mode, int Site);

/// <summary>What the validator found, in its own terms; the findings put it into words.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Grade">How sure it is.</param>
/// <param name="Subject">The lock that the last step wanted or released.</param>
/// <param name="Cycle">The edges of the cycle, the one that closed it first; empty for misuse.</param>
/// <param name="Held">The locks held by the thread that closed it, oldest first.</param>
/// <param name="Thread">That thread.</param>
/// <param name="Site">Where it was.</param>
/// <param name="Stack">Its stack there.</param>
/// <param name="Detail">What is special, in a sentence, or null.</param>
internal sealed record LockReport(
    LockReportKind Kind,
    LockGrade Grade,
    LockNode Subject,
    IReadOnlyList<Dependency> Cycle,
    IReadOnlyList<HeldLockInfo> Held,
    ThreadIdentity Thread,
    int Site,
    object? Stack,
    string? Detail = null)
{
    /// <summary>The test that it happened in, when it is told later.</summary>
    internal string? Test { get; init; }

    /// <summary>What to do about it, where that is not what the rule says.</summary>
    internal string? Remedy { get; init; }

    /// <summary>Its threads would enter a lock that they hold, which lets them in: nothing can hang.</summary>
    internal bool IsReentry => Kind == LockReportKind.InconsistentContext && Detail is not null;

    /// <summary>The same for every sighting of one problem: the kind and the classes involved, whatever the order they were met in.</summary>
    internal string Key => Cycle.Count == 0
        ? $"{Kind}:{Subject.Class.Id}@{Site}"
        : $"{Kind}:{string.Join('>', Cycle.Select(edge => edge.From.Class.Id).Order())}";
}
