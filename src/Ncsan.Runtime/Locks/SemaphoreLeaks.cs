using Ncsan.Runtime.Races;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Locks;

/// <summary>
/// Semaphores whose holder has come to an end: an async method, a thread, a delegate on the pool, the program itself. Anybody may still release them, so they are told when the process
/// ends, if nobody has, and if they were released by their holders before.
/// </summary>
internal static class SemaphoreLeaks
{
    private const int Most = 256;

    /// <summary>How often the process is looked at when it ends, and the time between in microseconds.</summary>
    private const int MostLooks = 20, LookPeriod = 5_000;

    private static readonly string[] s_closing = ["Dispose", "Close", "Stop", "Shutdown", "ShutDown", "Quit", "Drain", "Complete", "Finish"];
    private static readonly GraphLock s_lock = new();
    private static readonly List<Left> s_left = [];
    private static volatile bool s_programHasEnded;

    /// <summary>A hold without a holder.</summary>
    /// <param name="Entry">The hold.</param>
    /// <param name="Semaphore">The semaphore, kept so that it can be asked in the end.</param>
    /// <param name="Who">Whose it was, in words.</param>
    /// <param name="Thread">The thread that it ended on.</param>
    /// <param name="Test">The test that it ended in.</param>
    /// <param name="ForGood">Nobody was to take it over. Else somebody might be, who is about to release it as long as anything in the process moves.</param>
    private readonly record struct Left(HeldLock Entry, object Semaphore, string Who, ThreadIdentity Thread, string? Test, bool ForGood);

    /// <summary>A holder has come to an end without a release.</summary>
    internal static void Add(HeldLocks thread, in HeldLock entry, string who, bool forGood)
    {
        if (entry.Object is not { } semaphore || entry.IsOver || entry.Class is not { IsNoLock: false } || !entry.Class.Kind.IsSemaphore()) { return; }
        var left = new Left(entry, semaphore, who, thread.Thread, Threads.CurrentTest.Name, forGood);
        s_lock.Enter();
        try
        {
            s_left.RemoveAll(static known => known.Entry.IsOver);
            if (s_left.Count < Most) { s_left.Add(left); }
            else { LockValidation.Validator.Graph.Exhausted($"the lock validator remembers {Most} semaphores whose holders have ended, which is its limit: further ones are not told"); }
        }
        finally { s_lock.Exit(); }
    }

    /// <summary>The program's entry returns: what its thread still has is nobody's. One that exits in the middle leaves what it holds.</summary>
    internal static void ProgramEnds(HeldLocks main)
    {
        s_programHasEnded = true;
        for (int i = main.Depth - 1; i >= 0; i--)
        {
            if ((main.Entries[i].Flags & (AcquireFlags.Pending | AcquireFlags.Inherited)) == 0) { Add(main, main.Entries[i], "the program", forGood: false); }
        }
    }

    /// <summary>A test ends, or has come to its first await and has let go of what it has: what is on its thread is left behind, for whoever cleans up after it.</summary>
    internal static void TestEnds(HeldLocks thread)
    {
        for (int i = thread.Depth - 1; i >= thread.TestFrom && thread.Inside == 0; i--)
        {
            if (thread.Entries[i].Class.Kind.IsSemaphore()) { HandOns.Lose(thread, i, "the test"); }
        }

        thread.TestFrom = 0;
    }

    /// <summary>What is left, now that the process ends.</summary>
    internal static List<LockReport> Reports()
    {
        if (s_programHasEnded) { foreach (HeldLock entry in HandOns.Untaken()) { Add(LockThreads.Current, entry, "the async method that took it", forGood: false); } }
        List<Left> held = Held();
        bool settled = s_programHasEnded && held.Exists(static left => !left.ForGood) && IsSettled();
        var reports = new List<LockReport>();
        foreach (Left left in settled ? Held() : held)
        {
            LockInstance instance = left.Entry.Lock;
            if ((!left.ForGood && !settled) || reports.Exists(known => ReferenceEquals(known.Subject, instance))) { continue; }
            reports.Add(new LockReport(LockReportKind.HeldAtEnd, LockGrade.Confirmed, instance, [], [], left.Thread, left.Entry.Site, null, $"{left.Who} ended while it held the semaphore, and nobody has released it since") { Test = left.Test });
        }

        return reports;
    }

    private static List<Left> Held()
    {
        s_lock.Enter();
        try { return s_left.FindAll(IsHeld); }
        finally { s_lock.Exit(); }
    }

    /// <summary>Whether nothing in the process moves any more. Work that has let the program go on may still be on its way out.</summary>
    private static bool IsSettled()
    {
        for (int i = 0; i < MostLooks; i++)
        {
            if (Quiet.IsOver(new WaitGraph().Blocked())) { return true; }
            Native.Sleep(LookPeriod);
        }

        return false;
    }

    private static bool IsHeld(Left left) => left.Entry is { IsOver: false, Lock.Releases: > 0, Class: { SeenBalanced: true, IsNoLock: false } }
        && left.Semaphore is not SemaphoreSlim { CurrentCount: > 0 } && !SemaphoreReleases.CameFirst(left.Semaphore) && !IsClosing(left.Entry.Site);

    /// <summary>Who takes a semaphore where its owner ends means that nobody ever gets in again.</summary>
    private static bool IsClosing(int site)
    {
        string method = Modules.Find(site)?.Method ?? "";
        int end = method.IndexOf('(', StringComparison.Ordinal), start = end < 0 ? -1 : method.LastIndexOf('.', end);
        return Array.Exists(s_closing, verb => string.CompareOrdinal(method, start + 1, verb, 0, verb.Length) == 0);
    }
}
