using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks;

/// <summary>Releases of semaphores, which anybody may do: one by somebody who does not hold it makes it a signal, unless it can only be a mistake.</summary>
/// <remarks>What looks like a mistake is kept until the process ends: who uses it as a signal may still be to come.</remarks>
[System.Diagnostics.StackTraceHidden]
internal static class SemaphoreReleases
{
    /// <summary>How often a semaphore must have been given back by its taker before a release too many is held against its use as a lock.</summary>
    private const int Established = 2;

    private const int MostUntaken = 64;
    private const string TooOften = "it is released more often than it was taken";

    // Semaphores that were released before anybody took them.
    private static readonly ConditionalWeakTable<object, object> s_signals = [];
    private static readonly List<(object Semaphore, LockReport Report)> s_untaken = [];
    private static readonly GraphLock s_lock = new();

    /// <summary>Releases without room of semaphores that nobody has ever taken or released otherwise.</summary>
    internal static List<LockReport> OfUntaken()
    {
        s_lock.Enter();
        try { return s_untaken.FindAll(static one => LockBinding.Known(one.Semaphore) is null && !s_signals.TryGetValue(one.Semaphore, out _)).ConvertAll(static one => one.Report); }
        finally { s_lock.Exit(); }
    }

    /// <summary>Whether a semaphore was released before anybody took it: a turn that is given, which may be left over in the end.</summary>
    internal static bool CameFirst(object semaphore) => s_signals.TryGetValue(semaphore, out _);

    /// <summary>Releases a semaphore, of either sort.</summary>
    internal static int Release(HeldLocks thread, object semaphore, int count, int site)
    {
        object known = NamedHandles.Of(semaphore);
        bool held = Begin(thread, known, site);
        try
        {
            int before = semaphore is SemaphoreSlim slim ? slim.Release(count) : ((Semaphore)semaphore).Release(count);
            if (!held) { Unheld(thread, known, before, count, isFull: false, site); }
            return before;
        }
        catch (SemaphoreFullException) when (!held && IsFull(thread, known, site)) { throw; }
        catch (ObjectDisposedException) when (IsGone(thread, known, held, site)) { throw; }
    }

    /// <summary>A semaphore is about to be released, so its hold is over. False when the flow does not have it: then it matters how the release goes, and a mistake ends nobody's hold.</summary>
    private static bool Begin(HeldLocks thread, object? semaphore, int site)
    {
        if (semaphore is null || thread.Inside != 0) { return true; }
        int index = thread.FindObject(semaphore);
        LockInstance? instance = index >= 0 ? thread.Entries[index].Lock : LockBinding.Known(semaphore);
        if (instance is null) { return false; }
        thread.Inside++;
        try
        {
            if (!LockValidation.Validator.Release(thread, instance, null, site, judged: true)) { return false; }
            if (!ReferenceEquals(thread.GivenBack, instance)) { thread.GivenBack = instance; }
            thread.GivenBackEpoch = instance.Releases;
        }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
        return true;
    }

    /// <summary>It was released by a flow that does not have it.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="semaphore">The semaphore.</param>
    /// <param name="before">Its count before; a release that had no room has one as well.</param>
    /// <param name="count">By how much it grew. Who gives several at once has not taken it for a lock.</param>
    /// <param name="isFull">It had no room, and has thrown.</param>
    /// <param name="site">Where.</param>
    private static void Unheld(HeldLocks thread, object semaphore, int before, int count, bool isFull, int site)
    {
        if (thread.Inside != 0 || !LockValidation.IsOn) { return; }
        thread.Inside++;
        try
        {
            if (LockBinding.Known(semaphore) is not { } instance)
            {
                if (!isFull) { s_signals.AddOrUpdate(semaphore, semaphore); }
                else if (!s_signals.TryGetValue(semaphore, out _)) { NoteUntaken(thread, semaphore, site); }
            }
            else if (count == 1 && Mistake(thread, instance, before, isFull) is { } why && !s_signals.TryGetValue(semaphore, out _)) { LockValidation.Validator.DoubtRelease(thread, instance, site, why); }
            else if (!isFull) { LockValidation.Validator.Signal(instance.Class); }
        }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
    }

    /// <summary>Its release has thrown since it has no room. Always false, so that nobody's stack is unwound for it.</summary>
    private static bool IsFull(HeldLocks thread, object semaphore, int site)
    {
        Unheld(thread, semaphore, 0, 1, isFull: true, site);
        return false;
    }

    /// <summary>Its release has thrown since it is disposed of. Always false.</summary>
    private static bool IsGone(HeldLocks thread, object semaphore, bool held, int site)
    {
        if (thread.Inside != 0 || !LockValidation.IsOn || LockBinding.Known(semaphore) is not { } instance || (!held && !ReferenceEquals(instance.DisposedBy, thread))) { return false; }
        thread.Inside++;
        try { LockValidation.Validator.WrongRelease(thread, instance, site, "it was disposed of while it was held, so its release throws"); }
        catch (Exception fault) { LockValidation.Fault(fault); }
        finally { thread.Inside--; }
        return false;
    }

    private static void NoteUntaken(HeldLocks thread, object semaphore, int site)
    {
        LockInstance instance = LockReleases.Stand(semaphore is SemaphoreSlim ? LockKind.SemaphoreSlim : LockKind.Semaphore, site);
        LockReport report = LockValidation.Validator.Report(LockReportKind.BadUnlock, thread, instance, site, TooOften);
        s_lock.Enter();
        try
        {
            if (s_untaken.Exists(known => known.Report.Key == report.Key)) { return; }
            if (s_untaken.Count < MostUntaken) { s_untaken.Add((semaphore, report)); }
            else { LockValidation.Validator.Graph.Exhausted($"the lock validator remembers {MostUntaken} releases of semaphores that nobody has taken, which is its limit: further ones are not told"); }
        }
        finally { s_lock.Exit(); }
    }

    /// <summary>What can be wrong with a release by somebody who does not have the semaphore; null when it may be meant.</summary>
    private static string? Mistake(HeldLocks thread, LockInstance instance, int before, bool isFull)
    {
        if (instance.Class.Unordered) { return null; }
        if (ReferenceEquals(thread.Missed, instance) || ReferenceEquals(thread.Wanted, instance) || FlowHolds.IsPending(thread, instance)) { return "it is released after a wait for it that came back without it"; }
        if (isFull) { return TooOften; }

        // Nobody has it, and nobody has released it since this thread did.
        return before > 0 && ReferenceEquals(thread.GivenBack, instance) && thread.GivenBackEpoch == instance.Releases && instance.Releases >= Established
            ? "it is released twice for one time that it was taken: from now on it lets several in at once" : null;
    }
}
