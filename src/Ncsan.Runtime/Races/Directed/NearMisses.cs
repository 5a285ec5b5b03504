using System.Diagnostics;
using System.Numerics;
using Ncsan.Runtime.Framework;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races.Directed;

/// <summary>
/// Remembers of recent locations who touched them last. A conflicting touch by somebody else is a near miss: the two sites could meet,
/// and become a candidate for the next run.
/// </summary>
/// <remarks>
/// Fixed size, by a hash of the address. Objects move and locations share rows:
/// a wrong row costs a useless candidate, never a report, which only a watchpoint makes. Only the first executions of a site are
/// remembered, since what runs often is found by sampling.
/// </remarks>
internal static class NearMisses
{
    private const int Rows = 32_768, Granule = 8;

    /// <summary>Copies of arrays are remembered up to here.</summary>
    private const int LongestAccess = WatchWord.PageSize;

    /// <summary>A flow that is resumed so soon after the end of one that it forked off has awaited it, in microseconds.</summary>
    private const int PromptMicroseconds = 2_000;

    private static readonly long s_prompt = PromptMicroseconds * Stopwatch.Frequency / 1_000_000;
    private static readonly TouchRow[] s_rows = new TouchRow[Rows];

    /// <summary>Notes an access that is about to happen, and learns what it nearly met.</summary>
    internal static void Touch(nuint address, in Access access)
    {
        if (FrameworkLink.IsFrameworkSite(access.Site) && !FrameworkLink.HasCandidates(access.Site)) { return; }
        if (access.Is(AccessKind.Assert | AccessKind.Scoped) || access.Thread.IsOnStack(address)) { return; }
        Actor actor = Actors.Current(access.Thread);
        long now = actor.LastSeenAt = Stopwatch.GetTimestamp();
        LockSet locks = LockSet.Held();
        bool writes = access.Is(AccessKind.Write), marked = access.Is(AccessKind.Marked);
        int test = CurrentTest.Number;
        if (access.Is(AccessKind.Collection))
        {
            Touch((address / Granule * 2) + 1, new Touch(actor.Number, access.Site, now, byte.MaxValue, writes, marked, locks, test), actor, address, access.Thread);
            return;
        }

        nuint end = address + (nuint)Math.Min(access.Size, LongestAccess);
        for (nuint at = address; at < end; at = (at / Granule * Granule) + Granule)
        {
            int first = (int)(at % Granule), count = (int)nuint.Min(Granule - (nuint)first, end - at);
            Touch(at / Granule * 2, new Touch(actor.Number, access.Site, now, (byte)(((1 << count) - 1) << first), writes, marked, locks, test), actor, address, access.Thread);
        }

        access.Thread.Trail.Add(access.Site, address);
    }

    /// <summary>Whether somebody else was seen at a site with this location.</summary>
    internal static bool HasPassed(nuint address, int site, SanitizedThread thread)
    {
        ref TouchRow row = ref RowOf(address / Granule * 2);
        ref TouchRow ofCollection = ref RowOf((address / Granule * 2) + 1);
        int actor = Actors.Current(thread).Number;
        return row.HasSeen(address / Granule * 2, site, actor) || ofCollection.HasSeen((address / Granule * 2) + 1, site, actor);
    }

    private static ref TouchRow RowOf(nuint granule) => ref s_rows[(int)((granule * 0x9E3779B97F4A7C15) >> (64 - BitOperations.Log2(Rows)))];

    private static void Touch(nuint granule, Touch now, Actor actor, nuint address, SanitizedThread thread)
    {
        ref TouchRow row = ref RowOf(granule);
        if (!row.TryEnter())
        {
            Statistics.Count(ref Statistics.LostTouches);
            return;
        }

        try { Touch(ref row, granule, now, actor, address, thread); }
        finally { row.Leave(); }
    }

    private static void Touch(ref TouchRow row, nuint granule, Touch now, Actor actor, nuint address, SanitizedThread thread)
    {
        if (row.Granule == granule) { foreach (ref readonly Touch earlier in row.Touches) { Learn(earlier, now, actor, address, thread); } }
        row.Add(granule, now);
    }

    private static void Learn(in Touch earlier, in Touch now, Actor actor, nuint address, SanitizedThread thread)
    {
        if (earlier.Actor == 0 || earlier.Actor == now.Actor || (earlier.Bytes & now.Bytes) == 0 || !(earlier.Writes || now.Writes) || (earlier.IsMarked && now.IsMarked)) { return; }
        if (earlier.Locks.Excludes(now.Locks) || actor.ComesAfter(earlier.Actor, earlier.Time, s_prompt)) { return; }
        Candidates.Learn(earlier.Site, now.Site, Math.Max(0, now.Time - earlier.Time) * 1_000_000 / Stopwatch.Frequency, earlier.Test, now.Test, higherFirst: thread.Trail.WasAbove(earlier.Site, address));
    }
}
