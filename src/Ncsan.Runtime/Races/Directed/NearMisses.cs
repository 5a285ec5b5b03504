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
/// Fixed size, by a hash of the address; a row is written without a lock. Objects move and rows are overwritten in part:
/// a wrong row costs a useless candidate, never a report, which only a watchpoint makes. Only the first executions of a site are
/// remembered, since what runs often is found by sampling.
/// </remarks>
internal static class NearMisses
{
    private const int Rows = 65_536, Granule = 8;

    /// <summary>Copies of arrays are remembered up to here.</summary>
    private const int LongestAccess = WatchWord.PageSize;

    /// <summary>A flow that is resumed so soon after the end of one that it forked off has awaited it, in microseconds.</summary>
    private const int PromptMicroseconds = 2_000;

    private static readonly long s_prompt = PromptMicroseconds * Stopwatch.Frequency / 1_000_000;
    private static readonly Row[] s_rows = new Row[Rows];

    /// <summary>Notes an access that is about to happen, and learns what it nearly met.</summary>
    internal static void Touch(nuint address, in Access access)
    {
        if (FrameworkLink.IsFrameworkSite(access.Site) && !FrameworkLink.HasCandidates(access.Site)) { return; }
        if (access.Is(AccessKind.Assert | AccessKind.Scoped) || access.Thread.IsOnStack(address)) { return; }
        Actor actor = Actors.Current(access.Thread);
        long now = actor.LastSeenAt = Stopwatch.GetTimestamp();
        LockSet locks = LockSet.Held();
        bool marked = access.Is(AccessKind.Marked);
        int test = CurrentTest.Number;
        if (access.Is(AccessKind.Collection))
        {
            Touch((address / Granule * 2) + 1, new Touch(actor.Number, access.Site, now, byte.MaxValue, marked, locks, test), actor, access);
            return;
        }

        nuint end = address + (nuint)Math.Min(access.Size, LongestAccess);
        for (nuint at = address; at < end; at = (at / Granule * Granule) + Granule)
        {
            int first = (int)(at % Granule), count = (int)nuint.Min(Granule - (nuint)first, end - at);
            Touch(at / Granule * 2, new Touch(actor.Number, access.Site, now, (byte)(((1 << count) - 1) << first), marked, locks, test), actor, access);
        }
    }

    /// <summary>Whether somebody else was seen at a site with this location.</summary>
    internal static bool HasPassed(nuint address, int site, SanitizedThread thread)
    {
        ref Row row = ref RowOf(address / Granule * 2);
        ref Row ofCollection = ref RowOf((address / Granule * 2) + 1);
        int actor = Actors.Current(thread).Number;
        return row.HasSeen(address / Granule * 2, site, actor) || ofCollection.HasSeen((address / Granule * 2) + 1, site, actor);
    }

    private static ref Row RowOf(nuint granule) => ref s_rows[(int)((granule * 0x9E3779B97F4A7C15) >> (64 - BitOperations.Log2(Rows)))];

    private static void Touch(nuint granule, Touch now, Actor actor, in Access access)
    {
        ref Row row = ref RowOf(granule);
        if (row.Granule != granule)
        {
            row = new Row { Granule = granule };
        }
        else
        {
            Learn(row.Write, now, actor);
            if (access.Is(AccessKind.Write))
            {
                Learn(row.Read, now, actor);
                Learn(row.OtherRead, now, actor);
            }
        }

        if (access.Is(AccessKind.Write)) { row.Write = now; }
        else if (row.Read.Actor == now.Actor || row.Read.Actor == 0) { row.Read = now; }
        else { row.OtherRead = now; }
    }

    private static void Learn(Touch earlier, Touch now, Actor actor)
    {
        if (earlier.Actor == 0 || earlier.Actor == now.Actor || (earlier.Bytes & now.Bytes) == 0 || (earlier.IsMarked && now.IsMarked)) { return; }
        if (earlier.Locks.Excludes(now.Locks) || actor.ComesAfter(earlier.Actor, earlier.Time, s_prompt)) { return; }
        Candidates.Learn(earlier.Site, now.Site, Math.Max(0, now.Time - earlier.Time) * 1_000_000 / Stopwatch.Frequency, earlier.Test, now.Test);
    }

    private struct Row
    {
        internal nuint Granule;
        internal Touch Write, Read, OtherRead;

        internal readonly bool HasSeen(nuint granule, int site, int notActor) =>
            Granule == granule && ((Write.Site == site && Write.Actor != notActor) || (Read.Site == site && Read.Actor != notActor) || (OtherRead.Site == site && OtherRead.Actor != notActor));
    }
}

/// <summary>Who touched a location, where and when.</summary>
/// <param name="Actor">The number of who it was.</param>
/// <param name="Site">Where.</param>
/// <param name="Time">When.</param>
/// <param name="Bytes">Which of the row's eight bytes, a bit each.</param>
/// <param name="IsMarked">Whether the access is marked: with another marked one it is no race.</param>
/// <param name="Locks">What was held.</param>
/// <param name="Test">The number of the test that ran, or 0.</param>
internal readonly record struct Touch(int Actor, int Site, long Time, byte Bytes, bool IsMarked, LockSet Locks, int Test);
