using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Settings;

namespace Ncsan.Runtime.Races.Watching;

/// <summary>What two threads do that meet at a watchpoint.</summary>
/// <remarks>
/// The thread that hits tells its side and goes on; the owner sees whether the value changes, and reports. One deviation from KCSAN: when
/// the owner is about to write and the other only reads, the value can change only after the owner has gone on, so KCSAN drops
/// that half of all meetings. Here the reader, who stands at its access too, stays and measures, and reports. Of two that write, one may
/// write what is there already: when they met and nothing changed, it is the owner's write that is measured the next time.
/// </remarks>
internal static unsafe class Encounter
{
    /// <summary>How long a side waits for the other's half. It is being made, but its thread may have lost its core.</summary>
    private const int HalfPatience = 2_000_000;

    /// <summary>How long the value may take to change after the writer went on; on busy cores, where a nap takes as long as the others let it, so many naps, up to
    /// the longer time.</summary>
    private const int ChangePatience = 5_000, LongestChangePatience = 100_000, LeastNaps = 40;

    /// <summary>The same the first time that two sites meet and nothing has changed so far: what writes may be a method that has to be compiled first.</summary>
    private const int FirstChangePatience = 50_000;

    /// <summary>A power of two. Pairs of sites that share a place are merely less patient.</summary>
    private const int MetPairs = 1024;

    private static readonly bool[] s_metUnchanged = new bool[MetPairs];

    private const int Nap = 20;

    /// <summary>Encounters in which somebody still waits or measures; the end of the process waits for them.</summary>
    private static int s_underWay;

    internal static bool AnyUnderWay => Volatile.Read(ref s_underWay) != 0;

    /// <summary>The current access hits a watchpoint.</summary>
    /// <returns>Whether the two meet. If not, the access is as good as any other to watch.</returns>
    internal static bool HitSlow(int slot, Stamp stamp, ref byte location, in Access access)
    {
        // An assertion about some bits cannot say whether this access is about them.
        if (access.Thread.AccessMask != 0) { return true; }
        if (access.Thread.Ignoring > 0)
        {
            if (access.Is(AccessKind.Write) && Watchpoints.TryConsume(slot, stamp)) { Watchpoints.WatcherOf(slot).Hit = new Hit(stamp, null, measures: false); }
            return true;
        }

        Watcher watcher = Watchpoints.WatcherOf(slot);

        // Two marked accesses are no race. If somebody else has the slot by now, a meeting is missed.
        if (access.Is(AccessKind.Marked) && (watcher.Kind & AccessKind.Marked) != 0) { return true; }
        if (!Candidates.MayMeet(watcher.Site, access.Site)) { return false; }
        fixed (byte* address = &location)
        {
            var before = ValueSnapshot.Take(address, access, access.Thread.FirstScratch(access.Size));
            AccessKind watched = watcher.Kind;
            bool measures = before.IsComparable && !access.Is(AccessKind.Assert)
                && (watched & (AccessKind.Write | AccessKind.Assert)) == AccessKind.Write && (!access.Is(AccessKind.Write) || Candidates.IsOwnersTurn(access.Site, watcher.Site));
            if (!Take(slot, stamp, watcher, access, (nuint)address, measures, out Hit? hit)) { return false; }
            if (!measures) { return true; }
            try
            {
                if (WaitUntil(static hit => hit.Owner is not null, hit)) { Conclude(hit.Side, hit.Owner!, address, before, access); }
                else { Statistics.Count(ref Statistics.ReportRaces); }
            }
            finally
            {
                Interlocked.Decrement(ref s_underWay);
            }
        }

        return true;
    }

    /// <summary>An access that outlasted its hook hits a watchpoint. Its location may be gone, so it is not read.</summary>
    internal static void HitAt(int slot, Stamp stamp, in Access access)
    {
        if (access.Thread.Ignoring == 0) { Take(slot, stamp, Watchpoints.WatcherOf(slot), access, 0, measures: false, out _); }
    }

    /// <summary>The current thread's watchpoint was hit. The slot is still taken and the location pinned.</summary>
    internal static void WasHit(int slot, Stamp stamp, byte* address, in ValueSnapshot before, in Access access)
    {
        Watcher watcher = Watchpoints.WatcherOf(slot);
        Interlocked.Increment(ref s_underWay);
        try
        {
            if (!WaitUntil(static at => at.Watcher.Hit?.Stamp == at.Stamp, (Watcher: watcher, Stamp: stamp)))
            {
                Statistics.Count(ref Statistics.ReportRaces);
                return;
            }

            Hit hit = watcher.Hit!;
            if (hit.IsIntended)
            {
                Statistics.Count(ref Statistics.IntendedWrites);
                return;
            }

            var mine = Side.Capture(access, (nuint)address, KnownPairs.Contains(access.Site, hit.Side.Site), waited: true);
            if (hit.Measures) { hit.Owner = mine; }
            else { Conclude(mine, hit.Side, address, before, access); }
        }
        finally
        {
            Interlocked.Decrement(ref s_underWay);
        }
    }

    /// <summary>Nobody hit the current thread's watchpoint: if the value changed, nobody instrumented changed it. That is reported if
    /// asked for, and always where an assertion says that nobody may.</summary>
    /// <param name="address">The location, still pinned.</param>
    /// <param name="before">Its value when the watch began.</param>
    /// <param name="access">The access of the thread that watched.</param>
    /// <param name="othersWereSeen">State was up all the time. If not, others ran their clean copies, and the change says nothing.</param>
    internal static void WasNotHit(byte* address, in ValueSnapshot before, in Access access, bool othersWereSeen)
    {
        if (!Configuration.UnknownOrigin && !access.Is(AccessKind.Assert)) { return; }
        var after = ValueSnapshot.Take(address, access, access.Thread.SecondScratch(access.Size));
        if (!after.DiffersFrom(before)) { return; }
        if (!othersWereSeen)
        {
            Statistics.Count(ref Statistics.UnseenChanges);
            return;
        }

        Statistics.Count(ref Statistics.RacesUnknownOrigin);
        Report(Side.Capture(access, (nuint)address, KnownPairs.Contains(access.Site, 0)), null, before.CapturedBeside(after), after.CapturedBeside(before));
    }

    /// <summary>Consumes the watchpoint and tells its owner this side. The encounter is under way until the one who measures is done.</summary>
    private static bool Take(int slot, Stamp stamp, Watcher watcher, in Access access, nuint address, bool measures, [NotNullWhen(true)] out Hit? hit)
    {
        hit = null;
        if (!Watchpoints.TryConsume(slot, stamp))
        {
            Statistics.Count(ref Statistics.ReportRaces);
            return false;
        }

        hit = new Hit(stamp, Side.Capture(access, address, KnownPairs.Contains(access.Site, watcher.Site)), measures);
        if (measures) { Interlocked.Increment(ref s_underWay); }
        watcher.Hit = hit;
        return true;
    }

    /// <summary>Sees whether the value changes, and reports what the policy wants reported.</summary>
    private static void Conclude(Side mine, Side theirs, byte* address, in ValueSnapshot before, in Access access)
    {
        bool assertion = mine.Is(AccessKind.Assert) || theirs.Is(AccessKind.Assert), masked = access.Thread.AccessMask != 0;
        bool decides = before.IsComparable && (masked || !(assertion || theirs.Is(AccessKind.Reordered)));
        ref bool metUnchanged = ref s_metUnchanged[((mine.Site * 31) + theirs.Site) & (MetPairs - 1)];
        int patience = metUnchanged ? ChangePatience : FirstChangePatience;
        long started = Stopwatch.GetTimestamp();
        var after = ValueSnapshot.Take(address, access, access.Thread.SecondScratch(access.Size));
        for (int naps = 0; decides && !after.DiffersFrom(before) && Stopwatch.GetElapsedTime(started).TotalMicroseconds < (naps < LeastNaps ? LongestChangePatience : patience); naps++)
        {
            Native.Sleep(Nap);
            after = ValueSnapshot.Take(address, access, access.Thread.SecondScratch(access.Size));
        }

        bool changed = after.DiffersFrom(before);
        metUnchanged |= decides && !changed;
        ValueChange change = changed ? ValueChange.Changed : !before.IsComparable ? ValueChange.Incomparable : masked ? ValueChange.SameWithinMask : ValueChange.Same;
        if (!Policy.Reports(mine.Kind, theirs.Kind, change))
        {
            Statistics.Count(ref Statistics.UnchangedValues);
            if (mine.Is(AccessKind.Write) && theirs.Is(AccessKind.Write)) { Candidates.MetUnchanged(mine.Site, theirs.Site); }
            return;
        }

        if (Configuration.Permissive && Permissive.Ignores(access.Kind, access.Size, before.Bits, after.Bits))
        {
            Statistics.Count(ref Statistics.Permitted);
            return;
        }

        Statistics.Count(ref assertion ? ref Statistics.AssertFailures : ref Statistics.DataRaces);

        // Where one side alone writes and the value stayed what it was, that write stored what was there.
        bool isSameValue = change == ValueChange.Same && decides && theirs.Is(AccessKind.Write) && !mine.Is(AccessKind.Write);
        CapturedValue? old = changed || isSameValue ? before.CapturedBeside(after) : null;
        Report(mine, theirs, old, changed ? after.CapturedBeside(before) : old);
    }

    private static void Report(Side mine, Side? theirs, CapturedValue? before, CapturedValue? after)
    {
        if (KnownPairs.TryCount(mine.Site, theirs?.Site ?? 0, told: mine.Stack is not null && (theirs is null || theirs.Stack is not null))) { return; }
        Reporter.Submit(new Finding(mine, theirs, before, after));
    }

    private static bool WaitUntil<T>(Func<T, bool> condition, T argument)
    {
        long end = Stopwatch.GetTimestamp() + (HalfPatience * Stopwatch.Frequency / 1_000_000);
        while (!condition(argument))
        {
            if (Stopwatch.GetTimestamp() > end) { return false; }
            Native.Sleep(Nap);
        }

        return true;
    }
}
