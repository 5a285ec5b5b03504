using System.Diagnostics;
using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Settings;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races;

/// <summary>What two threads do that meet at a watchpoint.</summary>
/// <remarks>
/// The thread that hits tells its side and goes on; the owner sees whether the value changes, and reports. One deviation from KCSAN: when
/// the owner is about to write and the other only reads, the value can change only after the owner has gone on, so KCSAN drops
/// that half of all meetings. Here the reader, who stands at its access too, stays and measures, and reports.
/// </remarks>
internal static unsafe class Encounter
{
    /// <summary>How long a side waits for the other's half. It is being made, but its thread may have lost its core.</summary>
    private const int HalfPatience = 2_000_000;

    /// <summary>How long the value may take to change after the writer went on.</summary>
    private const int ChangePatience = 5_000;

    private const int Nap = 20;

    /// <summary>Encounters in which somebody still waits or measures; the end of the process waits for them.</summary>
    private static int s_underWay;

    internal static bool AnyUnderWay => Volatile.Read(ref s_underWay) != 0;

    /// <summary>The current access hits a watchpoint.</summary>
    internal static void HitSlow(int slot, Stamp stamp, ref byte location, int size, AccessKind kind, int site, ReferenceMap? references, SanitizedThread thread)
    {
        if (thread.Ignoring > 0) { return; }
        Watcher watcher = Watchpoints.WatcherOf(slot);
        fixed (byte* address = &location)
        {
            var before = ValueSnapshot.Take(address, size, kind, references, thread.FirstScratch(size));
            if (!Watchpoints.TryConsume(slot, stamp))
            {
                Statistics.Count(ref Statistics.ReportRaces);
                return;
            }

            bool measures = !Configuration.Strict && before.IsComparable
                && (kind & (AccessKind.Write | AccessKind.Assert)) == 0 && (watcher.Kind & (AccessKind.Write | AccessKind.Assert)) == AccessKind.Write;
            var hit = new Hit(stamp, Side.Capture(thread, site, kind, size, KnownPairs.Contains(site, watcher.Site)), measures);
            Interlocked.Increment(ref s_underWay);
            try
            {
                watcher.Hit = hit;
                if (!measures) { return; }
                if (!WaitFor(static hit => hit.Owner is not null, hit))
                {
                    Statistics.Count(ref Statistics.ReportRaces);
                    return;
                }

                Conclude(hit.Side, hit.Owner!, address, before, size, kind, references, thread);
            }
            finally
            {
                Interlocked.Decrement(ref s_underWay);
            }
        }
    }

    /// <summary>The current thread's watchpoint was hit. The slot is still taken and the location pinned.</summary>
    internal static void WasHit(int slot, Stamp stamp, byte* address, in ValueSnapshot before, int size, AccessKind kind, int site, ReferenceMap? references, SanitizedThread thread)
    {
        Watcher watcher = Watchpoints.WatcherOf(slot);
        Interlocked.Increment(ref s_underWay);
        try
        {
            if (!WaitFor(static at => at.Watcher.Hit?.Stamp == at.Stamp, (Watcher: watcher, Stamp: stamp)))
            {
                Statistics.Count(ref Statistics.ReportRaces);
                return;
            }

            Hit hit = watcher.Hit!;
            Side mine = Side.Capture(thread, site, kind, size, KnownPairs.Contains(site, hit.Side.Site));
            if (hit.Measures) { hit.Owner = mine; }
            else { Conclude(mine, hit.Side, address, before, size, kind, references, thread); }
        }
        finally
        {
            Interlocked.Decrement(ref s_underWay);
        }
    }

    /// <summary>Nobody hit the current thread's watchpoint: if the value changed, nobody instrumented changed it.</summary>
    internal static void WasNotHit(byte* address, in ValueSnapshot before, int size, AccessKind kind, int site, ReferenceMap? references, SanitizedThread thread)
    {
        var after = ValueSnapshot.Take(address, size, kind, references, thread.SecondScratch(size));
        if (!after.DiffersFrom(before)) { return; }
        Statistics.Count(ref Statistics.RacesUnknownOrigin);
        Report(Side.Capture(thread, site, kind, size, KnownPairs.Contains(site, 0)), null, before.Text, after.Text);
    }

    /// <summary>Sees whether the value changes, and reports what the policy wants reported.</summary>
    private static void Conclude(Side mine, Side theirs, byte* address, in ValueSnapshot before, int size, AccessKind kind, ReferenceMap? references, SanitizedThread thread)
    {
        bool assertion = ((mine.Kind | theirs.Kind) & AccessKind.Assert) != 0;
        long end = Stopwatch.GetTimestamp() + (ChangePatience * Stopwatch.Frequency / 1_000_000);
        var after = ValueSnapshot.Take(address, size, kind, references, thread.SecondScratch(size));
        while (before.IsComparable && !assertion && !after.DiffersFrom(before) && Stopwatch.GetTimestamp() < end)
        {
            Native.Sleep(Nap);
            after = ValueSnapshot.Take(address, size, kind, references, thread.SecondScratch(size));
        }

        bool changed = after.DiffersFrom(before);
        ValueChange change = !before.IsComparable ? ValueChange.Incomparable : changed ? ValueChange.Changed : ValueChange.Same;
        if (!Policy.Reports(mine.Kind, theirs.Kind, change))
        {
            Statistics.Count(ref Statistics.UnchangedValues);
            return;
        }

        if (Configuration.Permissive && Permissive.Ignores(kind, size, before.Bits, after.Bits))
        {
            Statistics.Count(ref Statistics.Permitted);
            return;
        }

        Statistics.Count(ref assertion ? ref Statistics.AssertFailures : ref Statistics.DataRaces);
        Report(mine, theirs, changed ? before.Text : null, changed ? after.Text : null);
    }

    private static void Report(Side mine, Side? theirs, string? before, string? after)
    {
        int other = theirs?.Site ?? 0;
        if (KnownPairs.TryCount(mine.Site, other)) { return; }
        Reporter.Submit(new Finding(mine, theirs, before, after));
    }

    private static bool WaitFor<T>(Func<T, bool> condition, T argument)
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
