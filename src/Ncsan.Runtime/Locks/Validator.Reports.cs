namespace Ncsan.Runtime.Locks;

// What becomes of a cycle: told at once when it is confirmed, kept until the end when it is less, or when a semaphore in it may still turn out to be no lock.
internal sealed partial class Validator
{
    private readonly Dictionary<string, LockReport> _best = new(StringComparer.Ordinal);
    private readonly List<LockReport> _pending = [];
    private readonly GraphLock _reportLock = new();

    /// <summary>The reports that were not told: cycles of a lesser grade, or over a semaphore that was never seen to be used as a lock.</summary>
    internal IReadOnlyList<LockReport> Withheld
    {
        get
        {
            _reportLock.Enter();
            try { return [.. _best.Values.Where(static report => report.Grade < LockGrade.Confirmed && !IsRefuted(report)), .. _pending]; }
            finally { _reportLock.Exit(); }
        }
    }

    /// <summary>Confirmed cycles over a semaphore that was a lock to the end.</summary>
    internal IReadOnlyList<LockReport> ConfirmedInTheEnd
    {
        get
        {
            _reportLock.Enter();
            try { return [.. _best.Values.Where(static report => report.Grade == LockGrade.Confirmed && WaitsForTheEnd(report) && !IsRefuted(report))]; }
            finally { _reportLock.Exit(); }
        }
    }

    /// <summary>Anybody may release a semaphore, and he who does so and is not its taker may still be to come: the last of those that the first one let in, say. So may the run of a map that shows
    /// that the code is given its locks.</summary>
    private static bool WaitsForTheEnd(LockReport report) => report.Cycle.Any(static edge => edge.From.Class.Kind.IsSemaphore() || edge.IsOfAnyRun);

    private static bool IsRefuted(LockReport report)
        => report.Cycle.Any(static edge => edge.From.Class is { IsNoLock: true, Kind: LockKind.SemaphoreSlim or LockKind.Semaphore } || (edge.IsOfAnyRun && edge.IsOneOfSeveral));

    private void Found(Cycle cycle, HeldLocks thread, LockInstance wanted, int site)
    {
        var report = new LockReport(Classify(cycle.Edges), cycle.Grade, wanted, cycle.Edges, HeldBy(thread), thread.Thread, site, cycle.Edges[0].First.Stack ?? _captureStack()) { Test = Threads.CurrentTest.Name };
        LockClass first = cycle.Edges[0].From.Class;
        if (report.Kind == LockReportKind.InconsistentContext && cycle.Edges.Any(edge => edge.From.Class is { Kind: LockKind.Context, EnteredInline: true })
            && cycle.Edges.All(edge => edge.From.Class.Kind == LockKind.Context || edge.From.Class.Reentrant))
        {
            report = report with { Grade = Min(report.Grade, LockGrade.ClassLevel), Detail = $"the thread that holds {(first.Kind == LockKind.Context ? wanted.Class : first).Name} would enter it again: no deadlock, but code inside the critical section of other code" };
        }

        else if (report.Kind == LockReportKind.CircularDependency && cycle.Edges.Any(static edge => edge.To.Class.Kind == LockKind.SynchronizationContext))
        {
            report = report with { Remedy = "Leave the lock before you Send, or Post instead." };
        }

        Emit(report);
    }

    private static LockGrade Min(LockGrade a, LockGrade b) => a < b ? a : b;

    private static LockReportKind Classify(IReadOnlyList<Dependency> cycle)
    {
        bool Has(LockKind kind) => cycle.Any(edge => edge.From.Class.Kind == kind);
        if (Has(LockKind.Context)) { return cycle.Count == 2 ? LockReportKind.InconsistentContext : LockReportKind.ContextInversion; }
        if (Has(LockKind.SynchronizationContext) && Has(LockKind.Map)) { return LockReportKind.SyncOverAsync; }
        if (Has(LockKind.Map)) { return LockReportKind.WaitUnderLock; }
        return cycle.All(edge => edge.From.Class.IsSiblingOf(cycle[0].From.Class)) ? LockReportKind.InstanceInversion : LockReportKind.CircularDependency;
    }

    /// <summary>Keeps the best grade of each problem, and tells a confirmed one once.</summary>
    private void Emit(LockReport report)
    {
        string key = report.Key;
        _reportLock.Enter();
        try
        {
            if (report.Cycle.Any(edge => edge.From.Class.Kind.IsSemaphore() && !edge.From.Class.SeenBalanced))
            {
                Keep(report, _pending);
                return;
            }

            if (_best.TryGetValue(key, out LockReport? known) && known.Grade >= report.Grade && (!WaitsForTheEnd(known) || WaitsForTheEnd(report))) { return; }
            _best[key] = report;
        }
        finally
        {
            _reportLock.Exit();
        }

        if (report.Grade == LockGrade.Confirmed && !WaitsForTheEnd(report)) { _report(report); }
    }

    /// <summary>A semaphore has proved to be used as a lock: what waited for that can be told.</summary>
    private void ReportPending()
    {
        LockReport[] pending;
        _reportLock.Enter();
        try
        {
            pending = [.. _pending];
            _pending.Clear();
        }
        finally
        {
            _reportLock.Exit();
        }

        foreach (LockReport report in pending)
        {
            if (!report.Cycle.Any(edge => edge.From.Class.Unordered)) { Emit(report); }
        }
    }

    internal static IReadOnlyList<HeldLockInfo> HeldBy(HeldLocks thread)
    {
        var held = new List<HeldLockInfo>();
        for (int i = 0; i < thread.Depth; i++)
        {
            ref HeldLock entry = ref thread.Entries[i];
            if (entry.Class.Kind.IsLock() && (entry.Flags & (AcquireFlags.Pending | AcquireFlags.Inherited)) == 0) { held.Add(new HeldLockInfo(entry.Class.Name, entry.Lock.Id, entry.Mode, entry.Site)); }
        }

        return held;
    }
}
