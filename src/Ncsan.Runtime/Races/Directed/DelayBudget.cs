using System.Diagnostics;
using Ncsan.Runtime.Framework;
using Ncsan.Runtime.Settings;

namespace Ncsan.Runtime.Races.Directed;

/// <summary>What all directed delays of a process may take together, and how the pairs share it: each is to have its turn before another has its second.</summary>
internal static class DelayBudget
{
    /// <summary>How much longer than twice the gap one waits: for one pair among few, and for one among many.</summary>
    private const int MostSlack = 50_000, LeastSlack = 8_000;

    /// <summary>Since when somebody has been waiting, by the clock; 0 while nobody is.</summary>
    private static long s_since;

    private static int s_pairs, s_fresh;

    private static long Total => Configuration.DelayBudget * 1000L;

    /// <summary>How long somebody waited so far, in microseconds; once, however many did.</summary>
    internal static long Spent
    {
        get
        {
            long since = Volatile.Read(ref s_since);
            return Volatile.Read(ref Statistics.DirectedMicroseconds) + (since == 0 ? 0 : (long)Stopwatch.GetElapsedTime(since).TotalMicroseconds);
        }
    }

    internal static bool IsSpent => Spent >= Total;

    internal static bool IsHalfSpent => Spent >= Total / 2;

    /// <summary>How much longer than twice the gap that was seen one waits, in microseconds; where the framework is instrumented threads start later.</summary>
    internal static int Slack => (FrameworkLink.IsOn ? 2 : 1) * (int)Math.Clamp(Total / Math.Max(1, Volatile.Read(ref s_pairs)), LeastSlack, MostSlack);

    /// <summary>A pair that threads are to wait for in this process.</summary>
    internal static void Add()
    {
        Interlocked.Increment(ref s_pairs);
        Interlocked.Increment(ref s_fresh);
    }

    /// <summary>One of them has had its turn, or needs none any more.</summary>
    internal static void HadTurn() => Interlocked.Decrement(ref s_fresh);

    /// <summary>Whether there is something left for a pair: of the whole budget for one that nobody ever waited for, of what those will not need for any other.</summary>
    internal static bool Allows(Candidate candidate, long spent)
    {
        if (spent < ShareOf(candidate)) { return true; }
        candidate.Refuse();
        return false;
    }

    /// <summary>What is left for a pair, in microseconds.</summary>
    internal static long LeftFor(Candidate candidate) => ShareOf(candidate) - Spent;

    private static long ShareOf(Candidate candidate)
    {
        long total = Total;
        if (candidate.IsAskedFor) { return long.MaxValue; }
        if (candidate.IsFresh) { return total; }
        long reserve = Math.Min(total / 2, (long)Math.Max(0, Volatile.Read(ref s_fresh)) * Slack);
        return Math.Min(total - reserve, candidate.Fruitless > 0 || candidate.InVain > 1 ? total / 2 : total * 3 / 4);
    }

    /// <summary>Somebody begins to wait while nobody else does. Under the gate of those who wait.</summary>
    internal static void Begin(long now) => Volatile.Write(ref s_since, now);

    /// <summary>Nobody waits any more.</summary>
    internal static void End()
    {
        Interlocked.Add(ref Statistics.DirectedMicroseconds, (long)Stopwatch.GetElapsedTime(s_since).TotalMicroseconds);
        Volatile.Write(ref s_since, 0);
    }
}
