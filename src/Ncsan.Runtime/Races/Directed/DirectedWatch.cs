using System.Diagnostics;
using Ncsan.Runtime.Locks;
using Ncsan.Runtime.Settings;
using Ncsan.Runtime.Sites;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races.Directed;

/// <summary>
/// Makes a thread at a candidate's site wait for the other side: RaceFuzzer's postponing, on top of an ordinary watchpoint. The delay is set by
/// the gap that was seen, and ends at once when the other side comes, or when everybody else is blocked behind the waiting thread.
/// </summary>
/// <remarks>
/// When everybody is blocked or waits here, the one with the largest gap goes first, the youngest among equals that wait at one place: that way the outer of
/// two nested pairs, such as a flag and what it publishes, meets first. In every other round the smallest gap goes first: a gap says little where two pairs are
/// about as close, and who went in vain is not to go first again.
/// </remarks>
internal static class DirectedWatch
{
    /// <summary>The same of the other side of a pair that waits at another place.</summary>
    private const int ApartPolls = 2;

    private const int PollMicroseconds = 1_000;

    private static readonly Gate s_gate = new();
    private static readonly List<Waiter> s_waiters = [];
    private static int s_age;

    /// <summary>The candidate for whose other side it is worth waiting here, or null.</summary>
    internal static Candidate? Choose(nuint address, in Access access)
    {
        if (Candidates.Of(access.Site) is not { } candidates) { return null; }
        Statistics.Count(ref Statistics.DirectedVisits);
        Candidate? best = null;
        long spent = DelayBudget.Spent;
        int actor = Actors.Current(access.Thread).Number;
        foreach (Candidate candidate in candidates)
        {
            if (candidate.ObservedIn == Configuration.RunId) { continue; }
            CandidateSide here = Here(candidate, access.Site), there = There(candidate, access.Site);
            there.OtherCame(address, access.Size, access.Thread.Number, candidate.Gap);
            if (access.Visit < here.FromVisit || !candidate.IsWorthwhile || !DelayBudget.Allows(candidate, spent) || here.IsOrdered || Volatile.Read(ref here.Waiting) >= CandidateSide.MostWaiting || (best is not null && candidate.Gap <= best.Gap)) { continue; }
            if (candidate.IsTiredOf(actor))
            {
                Statistics.Count(ref Statistics.DirectedLetGo);
                continue;
            }

            if (here.LateWaits > 0 && NearMisses.HasPassed(address, there.Site, access.Thread)) { continue; }
            best = candidate;
        }

        return best is not null && Census.MayBeJoined(access.Thread) ? best : null;
    }

    /// <summary>Waits at an armed slot.</summary>
    internal static void Wait(int slot, nuint address, Candidate candidate, in Access access)
    {
        SanitizedThread thread = access.Thread;
        CandidateSide here = Here(candidate, access.Site), there = There(candidate, access.Site);
        bool isLate = NearMisses.HasPassed(address, there.Site, thread);
        var me = new Waiter(candidate, here, address, Interlocked.Increment(ref s_age), slot, Actors.Current(thread).VainWaits);
        DirectedEnd end = Wait(me, candidate.Delay(isLate), thread);
        if (end is not (DirectedEnd.TimedOut or DirectedEnd.Blocked)) { return; }
        if (isLate) { here.LateWaits++; }
        if (me.WasAlone) { here.WaitedInVain(address, thread.Number); }
        if (LockThreads.CurrentOrNull is { Depth: > 0 } held && LockThreads.SiteOfLockThatOthersWant(held) is > 0 and var site) { Candidates.AddGate(candidate, here, site); }
    }

    /// <summary>A lock is about to be taken behind which the other side of a candidate was seen blocked: gives way until that stands at its access.</summary>
    internal static void GiveWay(int site)
    {
        if (SanitizedThread.OutsideOrNull is not { } thread || Candidates.OfGate(site) is not { } candidates || Hooks.State == 0) { return; }
        thread.Guard++;
        try
        {
            foreach (Candidate candidate in candidates)
            {
                CandidateSide side = Candidates.SideOfGate(candidate, site);
                if (!candidate.IsWorthwhile || Volatile.Read(ref side.Waiting) > 0 || candidate.ObservedIn == Configuration.RunId || !DelayBudget.Allows(candidate, DelayBudget.Spent) || !Census.MayBeJoined(thread)) { continue; }
                Wait(new Waiter(candidate, side, 0, Interlocked.Increment(ref s_age), -1, 0), candidate.Delay(isLate: false), thread);
            }
        }
        finally { thread.Guard--; }
    }

    /// <summary>Two threads that both wait at a read miss the write that one of them would go on to: the one that comes waits in the other's stead.</summary>
    /// <returns>Whether somebody was relieved.</returns>
    internal static bool Relieve(nuint address, int site)
    {
        s_gate.Enter();
        try { return RelieveOne(address, site); }
        finally { s_gate.Leave(); }
    }

    private static bool RelieveOne(nuint address, int site)
    {
        Waiter? waiter = s_waiters.Find(waiter => waiter.Address == address && waiter.Side.Site == site && !waiter.IsRelieved);
        if (waiter is null || waiter.Side.Reliefs >= CandidateSide.MostReliefs) { return false; }
        waiter.Side.Reliefs++;
        return waiter.IsRelieved = true;
    }

    private static DirectedEnd Wait(Waiter me, int delay, SanitizedThread thread)
    {
        bool isOfPool = thread.Managed.IsThreadPoolThread;
        me.Candidate.TakeTurn();
        long started = Enter(me);
        long end = started + (Affordable(me.Candidate, delay) * Stopwatch.Frequency / 1_000_000);
        int blocked = 0, apart = 0;
        var how = DirectedEnd.TimedOut;
        thread.IsWaiting = true;
        if (isOfPool) { PoolRoom.Take(); }
        try
        {
            while (true)
            {
                if (me.Slot >= 0 && Watchpoints.IsConsumed(me.Slot)) { how = DirectedEnd.Hit; break; }
                if (me.IsRelieved) { how = DirectedEnd.WentOn; break; }
                if (Stopwatch.GetTimestamp() >= end || (!me.Candidate.IsAskedFor && DelayBudget.IsSpent)) { break; }
                Native.Sleep(PollMicroseconds);
                (bool isNext, bool goesOn) = Look(me);
                apart = goesOn ? apart + 1 : 0;
                if (apart >= ApartPolls) { how = DirectedEnd.WentOn; break; }
                blocked = isNext && OtherThreads.AreAllBlocked(thread) ? blocked + 1 : 0;
                if (blocked >= OtherThreads.Polls && !(me.Slot >= 0 && Watchpoints.IsConsumed(me.Slot))) { how = DirectedEnd.Blocked; break; }
            }
        }
        finally
        {
            if (isOfPool) { PoolRoom.GiveBack(); }
            thread.IsWaiting = false;
            Leave(me);
            Count(how);
            Actor actor = Actors.Current(thread);
            if (how != DirectedEnd.Hit) { actor.VainWaits++; }
            me.Candidate.Ended(how, Math.Max(1, (long)Stopwatch.GetElapsedTime(started).TotalMicroseconds), actor.Number);
        }

        return how;
    }

    /// <summary>What a delay grows by after others in vain has to fit into the candidate's share of the budget.</summary>
    private static long Affordable(Candidate candidate, int delay) =>
        candidate.IsAskedFor ? delay : Math.Min(delay, Math.Max(candidate.Delay(isLate: true), DelayBudget.LeftFor(candidate)));

    private static void Count(DirectedEnd how)
    {
        switch (how)
        {
            case DirectedEnd.Hit: Statistics.Count(ref Statistics.DirectedHits); break;
            case DirectedEnd.TimedOut: Statistics.Count(ref Statistics.DirectedTimeouts); break;
            case DirectedEnd.Blocked: Statistics.Count(ref Statistics.DirectedBlocked); break;
            default: Statistics.Count(ref Statistics.DirectedWentOn); break;
        }
    }

    private static long Enter(Waiter me)
    {
        long now = Stopwatch.GetTimestamp();
        s_gate.Enter();
        try
        {
            if (s_waiters.Count == 0) { DelayBudget.Begin(now); }

            // Neither saw the other's watchpoint when both armed theirs at one moment, as from a barrier.
            if (me.Slot >= 0) { RelieveOne(me.Address, me.Side.Site); }
            s_waiters.Add(me);
            me.Side.Waiting++;
        }
        finally { s_gate.Leave(); }
        return now;
    }

    private static void Leave(Waiter me)
    {
        s_gate.Enter();
        try
        {
            s_waiters.Remove(me);
            me.Side.Waiting--;
            if (s_waiters.Count == 0) { DelayBudget.End(); }
        }
        finally { s_gate.Leave(); }
    }

    /// <summary>Whether this one is the first to be let go when all are blocked, and whether it is to go and meet the other side of its pair, which waits elsewhere.</summary>
    private static (bool IsNext, bool GoesOn) Look(Waiter me)
    {
        bool isNext = true, goesOn = false;
        s_gate.Enter();
        try
        {
            foreach (Waiter other in s_waiters)
            {
                if (other == me) { continue; }
                me.WasAlone = false;
                isNext &= !other.GoesBefore(me);
                goesOn |= me.GoesToMeet(other);
            }
        }
        finally { s_gate.Leave(); }
        return (isNext, goesOn);
    }

    private static CandidateSide Here(Candidate candidate, int site) => candidate.AtFirst.Site == site ? candidate.AtFirst : candidate.AtSecond;

    private static CandidateSide There(Candidate candidate, int site) => candidate.AtFirst.Site == site ? candidate.AtSecond : candidate.AtFirst;

    /// <summary>A thread that waits.</summary>
    /// <param name="Candidate">For whom.</param>
    /// <param name="Side">Where.</param>
    /// <param name="Address">At which location; 0 before a lock.</param>
    /// <param name="Age">Since when, in order.</param>
    /// <param name="Slot">Its watchpoint, or -1 before a lock.</param>
    /// <param name="VainWaits">How often its actor has waited in vain before: who does that often will come by again, who comes for the first time may not.</param>
    private sealed record Waiter(Candidate Candidate, CandidateSide Side, nuint Address, int Age, int Slot, int VainWaits)
    {
        internal volatile bool IsRelieved;

        /// <summary>Nobody else has waited meanwhile.</summary>
        internal bool WasAlone = true;

        internal bool GoesBefore(Waiter other) =>
            Candidate == other.Candidate && Side.Stays != other.Side.Stays ? other.Side.Stays
            : Candidate.Gap != other.Candidate.Gap ? Candidate.Gap > other.Candidate.Gap != (Candidate.IsOtherWayRound || other.Candidate.IsOtherWayRound)
            : Candidate == other.Candidate && Address != other.Address && VainWaits != other.VainWaits ? VainWaits > other.VainWaits
            : Candidate == other.Candidate && Address != other.Address ? Address > other.Address == Candidate.IsOtherWayRound
            : Age > other.Age;

        internal bool GoesToMeet(Waiter other)
        {
            if (Candidate != other.Candidate || Address == other.Address || (Side == other.Side && Candidate.First != Candidate.Second)) { return false; }
            if (Slot < 0 || other.Slot < 0) { return Slot < 0; }
            return Side.Stays != other.Side.Stays ? other.Side.Stays
                : VainWaits != other.VainWaits ? VainWaits > other.VainWaits
                : Side != other.Side && !Candidate.IsOfElements ? (Side == Candidate.AtFirst) == Candidate.IsOtherWayRound
                : Address > other.Address == Candidate.IsOtherWayRound;
        }
    }
}
