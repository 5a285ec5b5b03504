using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks;

// What is wrong with one acquire or release by itself: recursion, wait types, releases that do not fit, locks left over.
internal sealed partial class Validator
{
    /// <summary>The flow already holds the lock and wants it in a way that is no plain re-entry. True when it depends on nothing: it is granted at once, or never and told.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool AcquireAgainSlow(HeldLocks thread, int index, LockInstance instance, ref WantMode want, AcquireFlags flags, int site)
    {
        HoldMode held = thread.Entries[index].Mode;
        bool blocks = (flags & (AcquireFlags.Try | AcquireFlags.Cancelable)) == 0;
        switch (instance.Class.Kind)
        {
            case LockKind.ReaderWriterLockSlim:
            case LockKind.ReaderWriterLock:
                for (int i = index - 1; i >= 0; i--)
                {
                    if (ReferenceEquals(thread.Entries[i].Lock, instance) && thread.Entries[i].Mode < held) { held = thread.Entries[i].Mode; }
                }

                if (held == HoldMode.Upgradeable && want == WantMode.Exclusive)
                {
                    want = WantMode.Upgrade;
                    return false;
                }

                bool granted = held == HoldMode.Upgradeable && want == WantMode.Shared
                    || instance.Class.Reentrant && (held == HoldMode.Exclusive || want is WantMode.Shared or WantMode.RecursiveShared || held == HoldMode.Upgradeable);
                if (granted || want == WantMode.RecursiveShared) { return true; }
                break;
            case LockKind.SemaphoreSlim:
            case LockKind.Semaphore:
                if (instance.Class.Unordered) { return false; }

                // A second wait by the same flow is how a signal is used, and one that comes back was for somebody who passes the turn on: to be told when all has been seen.
                if ((flags & AcquireFlags.Try) == 0) { Doubt(LockReportKind.RecursiveLocking, thread, instance, site, AlreadyHeld); }
                return false;
            case LockKind.Map or LockKind.Context:
                return false;
            default:
                if (instance.Class.Reentrant || instance.IsStandIn) { return false; }
                break;
        }

        if (!blocks) { return false; }
        Misuse(LockReportKind.RecursiveLocking, thread, instance, site, held == HoldMode.Shared
            ? $"the flow already holds it as a reader and wants it {Words(want)}"
            : AlreadyHeld);

        // What led back to the lock, a context for instance, would only tell of the same thing again.
        return true;
    }

    private const string StillPinned = "it is pinned: code that relies on it being held is still running", UnpinFirst = "Unpin the lock before it is released, when the code is done that relies on it.";

    private const string AlreadyHeld = "the flow already holds it, and it is not re-entrant";

    private static string Words(WantMode want) => want switch
    {
        WantMode.Exclusive or WantMode.Upgrade => "exclusively",
        WantMode.Upgradeable => "upgradeably",
        _ => "as a reader again",
    };

    /// <summary>Something that blocks is about to happen; under a spinning lock nothing may.</summary>
    private void CheckWaitType(HeldLocks thread, LockInstance wanted, int site)
    {
        if (wanted.Class.WaitType != WaitType.Sleep || wanted.Class.Kind == LockKind.Context) { return; }
        if (Spinning(thread) is not { } spin) { return; }
        if (wanted.Class.Kind == LockKind.Map) { CheckBlocking(thread, $"the end of {wanted.Class.Name}", site); }
        else { Misuse(LockReportKind.InvalidWait, thread, wanted, site, $"it can sleep, and the waiters of {spin.Class.Name} spin meanwhile"); }
    }

    /// <summary>The thread is about to block in a way that no lock class stands for.</summary>
    internal void CheckBlocking(HeldLocks thread, string what, int site)
    {
        if (Spinning(thread) is { } spin) { Misuse(LockReportKind.InvalidWait, thread, spin, site, $"the thread waits for {what} while others spin for the lock"); }
    }

    /// <summary>The spinning lock that the thread holds. Within a lock that was taken under it, which is wrong already, nothing more is said.</summary>
    private static LockInstance? Spinning(HeldLocks thread)
    {
        for (int i = thread.Depth - 1; i >= 0; i--)
        {
            LockClass held = thread.Entries[i].Class;
            if (held.WaitType == WaitType.Spin) { return thread.Entries[i].Lock; }
            if (held.WaitType == WaitType.Sleep && held.Kind.IsLock()) { return null; }
        }

        return null;
    }

    /// <summary>An await lets go of the thread while a lock is held that belongs to the thread.</summary>
    internal void LeftAtAwait(HeldLocks thread, int index, int site)
    {
        LockInstance instance = thread.Entries[index].Lock;
        if (!instance.Class.Kind.IsThreadBound() || instance.Class.Unordered) { return; }
        Misuse(LockReportKind.HeldAtEnd, thread, instance, site, "an await gives the thread back while the lock is held, which belongs to the thread: what follows the await may run on another one",
            "Leave the lock before the await, or use a SemaphoreSlim and WaitAsync, which may be held over one.");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool ReleaseSlow(HeldLocks thread, LockInstance instance, HoldMode? mode, int site, bool judged)
    {
        if (instance.Class.Kind.IsSemaphore()) { return ReleaseSemaphore(thread, instance, site, judged); }
        int index = mode is { } exactly ? thread.Find(instance, exactly) : thread.Find(instance);
        if (index < 0)
        {
            Misuse(LockReportKind.BadUnlock, thread, instance, site, thread.Find(instance) >= 0
                ? "the thread holds it in another mode than it releases" : "the thread does not hold it");
            return false;
        }

        ref HeldLock entry = ref thread.Entries[index];
        if (entry.Count > 1)
        {
            entry.Count--;
            return true;
        }

        if (entry.Pins > 0) { Misuse(LockReportKind.BadUnlock, thread, instance, site, StillPinned, UnpinFirst); }
        thread.RemoveAt(index);
        return true;
    }

    /// <summary>Takes a class out of the order for good.</summary>
    internal void Unorder(LockClass lockClass, string because, bool isThrottle = false)
    {
        lockClass.IsNoLock |= !isThrottle;
        if (lockClass.Unordered) { return; }
        lockClass.UnorderedBecause = because;
        lockClass.Unordered = true;
    }

    /// <summary>Pins a held lock: releasing it before <see cref="Unpin"/> is reported. False when it is not held.</summary>
    internal bool Pin(HeldLocks thread, LockInstance instance, int site) => Pin(thread, instance, 1, site, "the lock is pinned by a thread that does not hold it");

    /// <summary>Ends one <see cref="Pin(HeldLocks, LockInstance, int)"/>.</summary>
    internal bool Unpin(HeldLocks thread, LockInstance instance, int site) => Pin(thread, instance, -1, site, "the lock is unpinned by a thread that does not hold it or did not pin it");

    private bool Pin(HeldLocks thread, LockInstance instance, short by, int site, string wrong)
    {
        int index = thread.Find(instance);
        if (index >= 0 && thread.Entries[index].Pins + by >= 0)
        {
            thread.Entries[index].Cool();
            thread.Entries[index].Pins += by;
            return true;
        }

        Misuse(LockReportKind.AssertionFailed, thread, instance, site, wrong, "Pin a lock while it is held, and unpin it as often before it is released.");
        return false;
    }

    /// <summary>Reports unless the thread holds the lock, in a mode at least as strong when one is given.</summary>
    internal void AssertHeld(HeldLocks thread, LockInstance instance, HoldMode? mode, int site)
    {
        if ((mode is { } exactly ? thread.Find(instance, exactly) : thread.Find(instance)) < 0)
        {
            Misuse(LockReportKind.AssertionFailed, thread, instance, site, "the code asserts that the lock is held, and it is not");
        }
    }

    /// <summary>Reports if the thread holds the lock.</summary>
    internal void AssertNotHeld(HeldLocks thread, LockInstance instance, int site)
    {
        if (thread.Find(instance) >= 0) { Misuse(LockReportKind.AssertionFailed, thread, instance, site, "the code asserts that the lock is not held, and it is", "Leave the lock before calling this code, or mend the assertion."); }
    }

    /// <summary>A lock of the same class is taken under its parent's lock, so siblings need no order. Without the parent it is reported.</summary>
    internal void CheckNested(HeldLocks thread, LockInstance instance, LockInstance parent, int site)
    {
        if (thread.Find(parent) < 0) { Misuse(LockReportKind.AssertionFailed, thread, instance, site, $"it is nested under {parent.Class.Name}, which is not held", "Take the outer lock first: under it, those nested need no order among themselves."); }
    }

    /// <summary>A thread, a flow or a test ends: what it still holds above <paramref name="from"/> is reported and dropped.</summary>
    internal void End(HeldLocks thread, int from, string what, int site)
    {
        for (int i = thread.Depth - 1; i >= from; i--)
        {
            ref HeldLock left = ref thread.Entries[i];
            LeftOnThread(thread, i, what);
            SemaphoreLeaks.Add(thread, left, what, forGood: true);

            thread.RemoveAt(i);
        }
    }

    /// <summary>What belongs to a thread is held though whoever took it is gone.</summary>
    internal void LeftOnThread(HeldLocks thread, int index, string what)
    {
        ref HeldLock left = ref thread.Entries[index];
        if (left.Class.Kind.IsThreadBound() && !left.Class.Unordered) { Misuse(LockReportKind.HeldAtEnd, thread, left.Lock, left.Site, $"{what} ended while it held the lock"); }
    }

    /// <summary>A lock is disposed of. Reported if the thread holds it.</summary>
    internal void Disposed(HeldLocks thread, LockInstance instance, int site)
    {
        if (thread.Find(instance) >= 0 && !instance.Class.Unordered) { Misuse(LockReportKind.BadUnlock, thread, instance, site, "it is disposed of while it is held", "Dispose of a lock when nobody holds it any more, and nobody will."); }
    }

    /// <summary>A lock is taken that refuses to be taken twice, as it does itself.</summary>
    internal void TakenAgain(HeldLocks thread, LockInstance instance, int site) => Misuse(LockReportKind.RecursiveLocking, thread, instance, site, "the thread already holds it, and it is not re-entrant");

    /// <summary>A release that the lock itself refuses.</summary>
    internal void WrongRelease(HeldLocks thread, LockInstance instance, int site, string why) => Misuse(LockReportKind.BadUnlock, thread, instance, site, why);

    /// <summary>Monitor.Wait, Pulse or PulseAll of a lock that the thread does not hold: it throws.</summary>
    internal void WaitWithout(HeldLocks thread, LockInstance instance, int site) => Misuse(LockReportKind.BadUnlock, thread, instance, site, "it is waited on or pulsed by a thread that does not hold it",
        "Call Wait, Pulse and PulseAll within a lock statement over the very same object.");

    private void Misuse(LockReportKind kind, HeldLocks thread, LockInstance instance, int site, string detail, string? remedy = null) => Emit(Report(kind, thread, instance, site, detail) with { Remedy = remedy });

    internal LockReport Report(LockReportKind kind, HeldLocks thread, LockInstance instance, int site, string detail)
        => new(kind, LockGrade.Confirmed, instance, [], HeldBy(thread), thread.Thread, site, _captureStack(), detail) { Test = Threads.CurrentTest.Name };
}
