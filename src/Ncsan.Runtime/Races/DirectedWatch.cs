using System.Diagnostics;
using Ncsan.Runtime.Settings;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races;

/// <summary>
/// Makes a thread at a candidate's site wait for the other side: RaceFuzzer's postponing, on top of an ordinary watchpoint. The delay is set by
/// the gap that was seen, and ends at once when the other side comes, or when everybody else is blocked behind the waiting thread.
/// </summary>
/// <remarks>
/// When everybody is blocked or waits here, the one with the largest gap goes first, the youngest among equals that wait at one place: that way the outer of
/// two nested pairs, such as a flag and what it publishes, meets first.
/// </remarks>
internal static class DirectedWatch
{
    /// <summary>How often in a row all others must be seen blocked, a millisecond apart: starting threads and compiling look blocked too.</summary>
    private const int BlockedPolls = 15;

    private const int PollMicroseconds = 1_000;

    private static readonly Gate s_gate = new();
    private static readonly List<Waiter> s_waiters = [];
    private static int s_age;

    internal static bool IsOverBudget => Volatile.Read(ref Statistics.DirectedMicroseconds) >= Configuration.DelayBudget * 1000L / 2;

    /// <summary>The candidate for whose other side it is worth waiting here, or null.</summary>
    internal static Candidate? Choose(in Access access)
    {
        if (Candidates.Of(access.Site) is not { } candidates) { return null; }
        Statistics.Count(ref Statistics.DirectedVisits);
        Candidate? best = null;
        long spent = Volatile.Read(ref Statistics.DirectedMicroseconds), budget = Configuration.DelayBudget * 1000L;
        foreach (Candidate candidate in candidates)
        {
            if (candidate.IsWorthwhile && spent < candidate.ShareOf(budget) && candidate.ObservedIn != Configuration.RunId && (best is null || candidate.Gap > best.Gap)) { best = candidate; }
        }

        return best is null || Census.IsAlone(access.Thread) ? null : best;
    }

    /// <summary>Waits at an armed slot.</summary>
    internal static void Wait(int slot, nuint address, Candidate candidate, SanitizedThread thread)
    {
        var me = new Waiter(candidate, address, Interlocked.Increment(ref s_age));
        Change(static (waiters, waiter) => waiters.Add(waiter), me);
        thread.IsWaiting = true;
        if (thread.Managed.IsThreadPoolThread) { PoolRoom.Take(); }
        long end = Stopwatch.GetTimestamp() + (candidate.Delay * Stopwatch.Frequency / 1_000_000);
        int blocked = 0;
        long spent = 0;
        var how = DirectedEnd.TimedOut;
        try
        {
            while (true)
            {
                if (Watchpoints.IsConsumed(slot)) { how = DirectedEnd.Hit; break; }
                if (Stopwatch.GetTimestamp() >= end) { break; }
                Native.Sleep(PollMicroseconds);
                bool isNext = IsNext(me);

                // One pays for all that wait, and only for what was asked for: what busy cores add is nobody's delay.
                spent += PollMicroseconds;
                if (isNext) { Interlocked.Add(ref Statistics.DirectedMicroseconds, PollMicroseconds); }
                blocked = isNext && OtherThreads.AreAllBlocked(thread) ? blocked + 1 : 0;
                if (blocked >= BlockedPolls && !Watchpoints.IsConsumed(slot)) { how = DirectedEnd.Blocked; break; }
            }
        }
        finally
        {
            thread.IsWaiting = false;
            if (thread.Managed.IsThreadPoolThread) { PoolRoom.GiveBack(); }
            Change(static (waiters, waiter) => waiters.Remove(waiter), me);
            Statistics.Count(ref how == DirectedEnd.Hit ? ref Statistics.DirectedHits : ref how == DirectedEnd.Blocked ? ref Statistics.DirectedBlocked : ref Statistics.DirectedTimeouts);
            candidate.Ended(how, spent);
        }
    }

    private static bool IsNext(Waiter me)
    {
        s_gate.Enter();
        try { return !s_waiters.Exists(other => other != me && other.GoesBefore(me)); }
        finally { s_gate.Leave(); }
    }

    private static void Change(Action<List<Waiter>, Waiter> change, Waiter waiter)
    {
        s_gate.Enter();
        try { change(s_waiters, waiter); }
        finally { s_gate.Leave(); }
    }

    private sealed record Waiter(Candidate Candidate, nuint Address, int Age)
    {
        internal bool GoesBefore(Waiter other) =>
            Candidate.Gap != other.Candidate.Gap ? Candidate.Gap > other.Candidate.Gap
            : Candidate == other.Candidate && Address != other.Address ? Address > other.Address == Candidate.LetsHigherGoFirst
            : Age > other.Age;
    }
}
