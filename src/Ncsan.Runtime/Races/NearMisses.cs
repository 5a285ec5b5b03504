using System.Diagnostics;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races;

/// <summary>
/// Remembers of recent locations who touched them last. A conflicting touch by another thread is a near miss: the two sites could meet,
/// and become a candidate for the next run.
/// </summary>
/// <remarks>
/// Fixed size, by a hash of the address; a row is one line of the cache and is written without a lock. Objects move and rows are overwritten in part:
/// a wrong row costs a useless candidate, never a report, which only a watchpoint makes. Only the first executions of a site are
/// remembered, since what runs often is found by sampling.
/// </remarks>
internal static class NearMisses
{
    private const int Rows = 65_536, Granule = 8;

    private static readonly Row[] s_rows = new Row[Rows];

    /// <summary>Notes an access that is about to happen, and learns what it nearly met.</summary>
    internal static void Touch(nuint address, in Access access)
    {
        if (access.Is(AccessKind.Assert | AccessKind.Scoped)) { return; }
        nuint granule = (address / Granule * 2) + (access.Is(AccessKind.Collection) ? 1u : 0u);
        ref Row row = ref s_rows[(int)((granule * 0x9E3779B97F4A7C15) >> 48)];
        var now = new Touch(access.Thread.Number, access.Site, Stopwatch.GetTimestamp());
        if (row.Granule != granule)
        {
            row = new Row { Granule = granule };
        }
        else
        {
            Learn(row.Write, now, access);
            if (access.Is(AccessKind.Write))
            {
                Learn(row.Read, now, access);
                Learn(row.OtherRead, now, access);
            }
        }

        if (access.Is(AccessKind.Write)) { row.Write = now; }
        else if (row.Read.Thread == now.Thread || row.Read.Thread == 0) { row.Read = now; }
        else { row.OtherRead = now; }
    }

    private static void Learn(Touch earlier, Touch now, in Access access)
    {
        if (earlier.Thread == 0 || earlier.Thread == now.Thread || Creation.IsBefore(earlier.Thread, earlier.Time, access.Thread)) { return; }
        Candidates.Learn(earlier.Site, now.Site, (now.Time - earlier.Time) * 1_000_000 / Stopwatch.Frequency);
    }

    private struct Row
    {
        internal nuint Granule;
        internal Touch Write, Read, OtherRead;
    }
}

/// <summary>Who touched a location, where and when.</summary>
internal readonly record struct Touch(int Thread, int Site, long Time);
