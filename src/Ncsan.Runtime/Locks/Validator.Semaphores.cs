namespace Ncsan.Runtime.Locks;

// What is special about locks that anybody may release: whether they are locks at all is known for sure only in the end.
internal sealed partial class Validator
{
    private readonly List<LockReport> _doubts = [];

    /// <summary>Misuse of semaphores that were seen to be used as locks, and never otherwise: to be asked when the process ends.</summary>
    internal IReadOnlyList<LockReport> Doubts
    {
        get
        {
            _reportLock.Enter();
            try { return _doubts.FindAll(static report => report.Subject.Class is { SeenBalanced: true, IsNoLock: false }); }
            finally { _reportLock.Exit(); }
        }
    }

    /// <summary>A release that can only be a mistake, if the semaphore is a lock.</summary>
    internal void DoubtRelease(HeldLocks thread, LockInstance instance, int site, string why) => Doubt(LockReportKind.BadUnlock, thread, instance, site, why);

    private void Doubt(LockReportKind kind, HeldLocks thread, LockInstance instance, int site, string detail)
    {
        LockReport report = Report(kind, thread, instance, site, detail);
        thread.WantsAgain |= kind == LockReportKind.RecursiveLocking;
        _reportLock.Enter();
        try { if (!_doubts.Exists(known => known.Key == report.Key)) { Keep(report, _doubts); } }
        finally { _reportLock.Exit(); }
    }

    private void Keep(LockReport report, List<LockReport> among)
    {
        if (among.Count < _limits.Doubts) { among.Add(report); }
        else { _graph.Exhausted($"the lock validator keeps {_limits.Doubts} reports of a sort until semaphores show whether they are locks, which is its limit: further ones are lost"); }
    }

    /// <summary>A flow has got a semaphore that it seemed to have already, so it had been given back by somebody else.</summary>
    internal void GotAgain(LockInstance instance, int site)
    {
        _reportLock.Enter();
        try { _doubts.RemoveAll(report => report.Kind == LockReportKind.RecursiveLocking && report.Site == site && ReferenceEquals(report.Subject, instance)); }
        finally { _reportLock.Exit(); }
    }

    private bool ReleaseSemaphore(HeldLocks thread, LockInstance instance, int site, bool judged)
    {
        int index = FlowHolds.Find(thread, instance, AcquireFlags.None);
        bool owed = index < 0 && HandOns.IsOwed(instance);
        if (index >= 0)
        {
            if (thread.Entries[index].Pins > 0) { Misuse(LockReportKind.BadUnlock, thread, instance, site, StillPinned, UnpinFirst); }
            thread.RemoveAt(index);
            if (!instance.Class.SeenBalanced)
            {
                instance.Class.SeenBalanced = true;
                ReportPending();
            }
        }
        else if (owed)
        {
            // The last of those that the first one let in.
            instance.Class.SeenBalanced |= instance.CountedUnder is not null;
        }
        else
        {
            if (!judged) { Signal(instance.Class); }
            return false;
        }

        FlowHolds.Released(thread, instance);
        return true;
    }

    /// <summary>A semaphore is released by a flow that did not take it, and may do so.</summary>
    internal void Signal(LockClass lockClass) => Unorder(lockClass, "it is released by flows that did not take it, so it is a signal");
}
