using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Races;

/// <summary>Two sites that nearly met, with what was learnt of making them meet.</summary>
internal sealed class Candidate(SiteKey first, SiteKey second)
{
    /// <summary>Beyond this nobody is made to wait.</summary>
    private const int LongestDelay = 2_000_000;

    private const int Slack = 50_000, MostTimeouts = 3, MostBlockedEnds = 5, MostSpent = 2_200_000, LifetimeTimeouts = 6, LifetimeBlockedEnds = 6;

    private const int MostTests = 8;

    private readonly SortedSet<string> _tests = new(StringComparer.Ordinal);
    private int _timeouts, _blockedEnds;
    private long _spent;

    internal SiteKey First => first;

    internal SiteKey Second => second;

    /// <summary>The shortest time between the two accesses that was seen, in microseconds.</summary>
    internal long Gap = LongestDelay;

    /// <summary>A test asks for it, so the budget is none of its business.</summary>
    internal bool IsAskedFor { get; init; }

    /// <summary>Its code is loaded in this process, so whoever comes by waits for it.</summary>
    internal bool IsAttached;

    /// <summary>In how many runs somebody waited for it, or would have.</summary>
    internal int Tries;

    /// <summary>How often, over all runs, a thread waited in vain until its time was up.</summary>
    internal int Timeouts;

    /// <summary>How often, over all runs, everybody else was blocked behind the waiting thread.</summary>
    internal int BlockedEnds;

    /// <summary>How often two writes met and nothing changed.</summary>
    internal int Unchanged;

    /// <summary>The run in which it was last observed; within that run there is nothing more to learn from it.</summary>
    internal string ObservedIn = "";

    /// <summary>The tests that had a hand in it, sorted; none outside of tests; <see cref="AnyTest"/> alone when there are too many to name.</summary>
    internal IReadOnlyCollection<string> Tests => _tests;

    /// <summary>Stands for every test.</summary>
    internal const string AnyTest = "*";

    /// <summary>Waiting for it gains nothing: the order of the two accesses seems enforced.</summary>
    internal bool IsHopeless => ObservedIn.Length == 0 && (Timeouts >= LifetimeTimeouts || (BlockedEnds >= LifetimeBlockedEnds && Timeouts == 0));

    /// <summary>Whoever waited for it mostly had everybody else blocked behind.</summary>
    internal bool SeemsOrdered => BlockedEnds > Timeouts && ObservedIn.Length == 0;

    /// <summary>Somebody waited for it in this process, so the gaps seen here are those of the delays.</summary>
    internal bool WasWaitedFor => Volatile.Read(ref _spent) != 0;

    /// <summary>Whether a thread may still wait for it in this process.</summary>
    internal bool IsWorthwhile => !IsHopeless && _timeouts < MostTimeouts && _blockedEnds < MostBlockedEnds && _spent < MostSpent;

    /// <summary>Up to where the delays of all candidates may have used up the budget for this one to have its turn: one that nobody ever waited for
    /// comes before one that was waited for in vain.</summary>
    internal long ShareOf(long budget) => IsAskedFor ? long.MaxValue : (Timeouts + BlockedEnds) switch { 0 => budget, 1 => budget * 3 / 4, _ => budget / 2 };

    /// <summary>How long to wait for the other side: set by the gap seen, and longer after each time that was in vain.</summary>
    internal int Delay => (int)Math.Min(LongestDelay, ((2 * Gap) + Slack) << (2 * Math.Min(Timeouts, 3)));

    internal void AddTest(string test)
    {
        if (_tests.Contains(AnyTest)) { return; }
        _tests.Add(test);
        if (test != AnyTest && _tests.Count <= MostTests) { return; }
        _tests.Clear();
        _tests.Add(AnyTest);
    }

    /// <summary>Of two threads that wait for the same pair at different places, as in a loop over an array, only one may go on, and it matters which: in every other
    /// run it is the one at the higher address.</summary>
    internal bool LetsHigherGoFirst => Tries % 2 == 1;

    internal void Ended(DirectedEnd end, long microseconds)
    {
        Interlocked.Add(ref _spent, microseconds);
        switch (end)
        {
            case DirectedEnd.TimedOut:
                Interlocked.Increment(ref _timeouts);
                Interlocked.Increment(ref Timeouts);
                break;
            case DirectedEnd.Blocked:
                Interlocked.Increment(ref _blockedEnds);
                Interlocked.Increment(ref BlockedEnds);
                break;
        }
    }

    /// <summary>Takes over what another run learnt of the same pair.</summary>
    internal void Merge(Candidate other)
    {
        Gap = Math.Min(Gap, other.Gap);
        Tries = Math.Max(Tries, other.Tries);
        foreach (string test in other.Tests) { AddTest(test); }
        Timeouts = Math.Max(Timeouts, other.Timeouts);
        BlockedEnds = Math.Max(BlockedEnds, other.BlockedEnds);
        Unchanged = Math.Max(Unchanged, other.Unchanged);
        if (other.ObservedIn.Length > 0) { ObservedIn = other.ObservedIn; }
    }
}

/// <summary>How a directed delay ended.</summary>
internal enum DirectedEnd
{
    /// <summary>The other side came.</summary>
    Hit,

    /// <summary>Its time was up.</summary>
    TimedOut,

    /// <summary>Every other thread was blocked, and this one was the first to be let go.</summary>
    Blocked,
}
