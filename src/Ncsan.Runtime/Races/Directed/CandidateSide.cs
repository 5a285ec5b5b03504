using System.Diagnostics;

namespace Ncsan.Runtime.Races.Directed;

/// <summary>What was learnt of waiting at one of the two sites of a candidate.</summary>
internal sealed class CandidateSide
{
    /// <summary>Once may be chance.</summary>
    private const int EnoughEvidence = 2;

    /// <summary>Within this time, beyond the gap that was seen, the other side follows on the end of a delay, in microseconds.</summary>
    private const int Prompt = 3_000;

    private VainWait? _last;

    /// <summary>The number of the site in this process, or 0.</summary>
    internal int Site;

    /// <summary>How often in the run the other side followed at once on a delay here that was in vain, as if it had waited for the end of it: TSVD's inference of order.</summary>
    internal int Ordered;

    /// <summary>One more than the id, in the site's module, of the place where the thread that waits here took the lock behind which others were seen blocked;
    /// 0 for none. It is there that it has to wait, or the other side never comes.</summary>
    internal int Gate;

    /// <summary>In a reproduction: from which of its executions on a thread waits here.</summary>
    internal int FromVisit { get; init; }

    /// <summary>In a reproduction: it was here that a thread stood when the other came, so of two that wait it is the other that goes on.</summary>
    internal bool Stays { get; init; }

    /// <summary>How often in this process a thread waited here in vain though the other side had been here before.</summary>
    internal int LateWaits;

    /// <summary>How many threads wait here now, each at a location of its own.</summary>
    internal int Waiting;

    /// <summary>More at once only take threads from the program.</summary>
    internal const int MostWaiting = 3;

    /// <summary>How often in this process one thread waited here in another's stead.</summary>
    internal int Reliefs;

    internal const int MostReliefs = 16;

    internal bool IsOrdered => Ordered >= EnoughEvidence;

    /// <summary>A thread has waited here, nobody else did meanwhile, and nobody came.</summary>
    internal void WaitedInVain(nuint address, int thread) => _last = new VainWait(address, thread, Stopwatch.GetTimestamp());

    /// <summary>A thread comes to the other side.</summary>
    internal void OtherCame(nuint address, int size, int thread, long gap)
    {
        if (_last is not { } last || last.Thread == thread || last.Address - address >= (nuint)size) { return; }
        _last = null;
        if (Stopwatch.GetElapsedTime(last.EndedAt).TotalMicroseconds <= (gap * 3 / 2) + Prompt) { Ordered++; }
    }

    internal void Merge(CandidateSide other, bool isSameRun)
    {
        Ordered = isSameRun ? Math.Max(Ordered, other.Ordered) : other.Ordered;
        Gate = other.Gate;
    }

    private sealed record VainWait(nuint Address, int Thread, long EndedAt);
}
