using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Races.Directed;

/// <summary>Two sites that nearly met, with what was learnt of making them meet.</summary>
/// <remarks>What was learnt holds for a run, which may be several rounds. A pair that was waited for in vain rests for some of the next runs, twice as many after each time,
/// and is never given up: threads may meet tomorrow that did not today.</remarks>
internal sealed class Candidate(SiteKey first, SiteKey second)
{
    /// <summary>Beyond this nobody is made to wait.</summary>
    private const int LongestDelay = 2_000_000;

    private const int MostTimeouts = 3, MostBlockedEnds = 5, MostSpent = 2_200_000, MostHits = 8, RunTimeouts = 6, RunBlockedEnds = 6;

    private const int MostTests = 8, LongestRest = 4;

    /// <summary>How often in a row one actor waits in vain before it is left alone: it may do what others do later with objects of its own.</summary>
    private const int MostOfOne = 3;

    private readonly SortedSet<string> _tests = new(StringComparer.Ordinal);
    private int _timeouts, _blockedEnds, _hits, _turns, _refused;
    private bool _isCounted;

    /// <summary>Who waited last in vain, and how often in a row.</summary>
    private int _lastInVain, _inARow;
    private long _spent;

    internal SiteKey First => first;

    internal SiteKey Second => second;

    /// <summary>What was learnt of waiting at each of the two sites. One and the same when they are.</summary>
    internal CandidateSide AtFirst { get; init; } = new();

    /// <inheritdoc cref="AtFirst"/>
    internal CandidateSide AtSecond
    {
        get => first == second ? AtFirst : field;
        init;
    } = new();

    /// <summary>The shortest time between the two accesses that was seen, in microseconds.</summary>
    internal long Gap = LongestDelay;

    /// <summary>A test asks for it, so the budget is none of its business.</summary>
    internal bool IsAskedFor { get; init; }

    /// <summary>Its code is loaded in this process, so whoever comes by waits for it.</summary>
    internal bool IsAttached;

    /// <summary>The run that the numbers below speak of.</summary>
    internal string Run = "";

    /// <summary>Which build of the two modules everything here was learnt of.</summary>
    internal string Version = "";

    /// <summary>In how many rounds of the run somebody waited for it, or would have.</summary>
    internal int Tries;

    /// <summary>How often in the run a thread waited in vain until its time was up.</summary>
    internal int Timeouts;

    /// <summary>How often in the run everybody else was blocked behind the waiting thread.</summary>
    internal int BlockedEnds;

    /// <summary>How many runs in a row waited for it in vain.</summary>
    internal int Fruitless;

    /// <summary>For how many runs nobody is to wait for it, this one included.</summary>
    internal int Rest;

    /// <summary>How often two writes met and nothing changed.</summary>
    internal int Unchanged;

    /// <summary>The run in which it was last observed; within that run there is nothing more to learn from it.</summary>
    internal string ObservedIn = "";

    /// <summary>The tests that had a hand in it, sorted; none outside of tests; <see cref="AnyTest"/> alone when there are too many to name.</summary>
    internal IReadOnlyCollection<string> Tests => _tests;

    /// <summary>Stands for every test.</summary>
    internal const string AnyTest = "*";

    /// <summary>Waiting for it gains nothing in this run: it rests, or the order of the two accesses seems enforced.</summary>
    internal bool IsHopeless => ObservedIn != Run && (Rest > 0 || Timeouts >= RunTimeouts || (BlockedEnds >= RunBlockedEnds && Timeouts == 0) || (AtFirst.IsOrdered && AtSecond.IsOrdered));

    /// <summary>Whoever waited for it mostly had everybody else blocked behind.</summary>
    internal bool SeemsOrdered => BlockedEnds > Timeouts && ObservedIn.Length == 0;

    /// <summary>Somebody waited for it in this process, so the gaps seen here are those of the delays.</summary>
    internal bool WasWaitedFor => Volatile.Read(ref _spent) != 0;

    /// <summary>Whether a thread may still wait for it in this process.</summary>
    internal bool IsWorthwhile => !IsHopeless && _timeouts < MostTimeouts && _blockedEnds < MostBlockedEnds && _hits < MostHits && _spent < MostSpent;

    /// <summary>Whether an actor has waited for it in vain so often that it is another's turn.</summary>
    internal bool IsTiredOf(int actor) => _lastInVain == actor && _inARow >= MostOfOne;

    /// <summary>How often in the run somebody waited for it in vain.</summary>
    internal int InVain => Timeouts + BlockedEnds;

    /// <summary>Nobody has waited for it in this process, nor in vain before.</summary>
    internal bool IsFresh => Volatile.Read(ref _turns) == 0 && InVain == 0 && Fruitless == 0;

    /// <summary>Somebody waits for it, or nobody has to any more.</summary>
    internal void TakeTurn()
    {
        if (Interlocked.Increment(ref _turns) == 1 && _isCounted) { DelayBudget.HadTurn(); }
    }

    /// <summary>It came up with nothing left of the budget. Counted once, and only where nobody has ever waited for it.</summary>
    internal void Refuse()
    {
        if (IsFresh && Interlocked.Exchange(ref _refused, 1) == 0) { Statistics.Count(ref Statistics.DirectedRefused); }
    }

    /// <summary>It has a share in the budget of this process.</summary>
    internal void Share()
    {
        _isCounted = true;
        DelayBudget.Add();
    }

    /// <summary>How long to wait for the other side: set by the gap seen, and longer after each time that was in vain.</summary>
    /// <param name="isLate">The other side has been here already, so a longer delay gains little.</param>
    internal int Delay(bool isLate) => (int)Math.Min(LongestDelay, ((2 * Gap) + DelayBudget.Slack) << (isLate ? 0 : 2 * Math.Min(Timeouts, 3)));

    internal void AddTest(string test)
    {
        if (_tests.Contains(AnyTest)) { return; }
        _tests.Add(test);
        if (test != AnyTest && _tests.Count <= MostTests) { return; }
        _tests.Clear();
        _tests.Add(AnyTest);
    }

    /// <summary>When the two accesses nearly met, the thread that came later had been at the first one's site at a higher address before: as in a loop that writes an element and reads the next.</summary>
    internal bool HigherFirst;

    /// <summary>It is about elements of an array: where two threads stand in it says which of them comes to the other.</summary>
    internal bool IsOfElements { get; } = first.Member.Contains('[', StringComparison.Ordinal);

    /// <summary>Of two threads that wait, only one may go on first, and it matters which: in every other round it is the other one.</summary>
    internal bool IsOtherWayRound => Tries % 2 == 1 != HigherFirst;

    /// <summary>This process belongs to a run. In a new one all is to be tried again, unless the pair rests; of another build nothing is known.</summary>
    internal void Begin(string run, string version)
    {
        bool isNew = Version.Length > 0 && Version != version;
        if (Run.Length > 0 && Run != run)
        {
            if (ObservedIn == Run) { Fruitless = 0; }
            else if (InVain > 0) { Rest = RestAfter(++Fruitless); }
            else if (Rest > 0) { Rest--; }
            (Tries, Timeouts, BlockedEnds) = (0, 0, 0);
            (AtFirst.Ordered, AtSecond.Ordered) = (0, 0);
        }

        if (isNew)
        {
            (Fruitless, Rest, AtFirst.Gate, AtSecond.Gate) = (0, 0, 0, 0);
        }

        (Run, Version) = (run, version);
    }

    /// <summary>How many runs the pair rests. One for which the other side was seen to wait for the delayed one rests sooner than one that may only have had no luck.</summary>
    private int RestAfter(int fruitless)
    {
        bool seemsOrdered = AtFirst.Ordered + AtSecond.Ordered > 0 || Timeouts == 0;
        return (1 << Math.Min(seemsOrdered ? fruitless : fruitless - 1, LongestRest)) - 1;
    }

    /// <summary>A delay has ended.</summary>
    /// <param name="end">How.</param>
    /// <param name="microseconds">How long it was.</param>
    /// <param name="actor">Whose it was.</param>
    internal void Ended(DirectedEnd end, long microseconds, int actor)
    {
        Interlocked.Add(ref _spent, microseconds);
        bool again = _lastInVain == actor;
        if (end != DirectedEnd.Hit) { (_lastInVain, _inARow) = (actor, again ? _inARow + 1 : 1); }
        switch (end)
        {
            case DirectedEnd.Hit:
                Interlocked.Increment(ref _hits);
                break;
            case DirectedEnd.TimedOut:
                Interlocked.Increment(ref _timeouts);
                Interlocked.Increment(ref Timeouts);
                break;
            case DirectedEnd.Blocked:
                // What one actor does again and again says no more of the pair than what it does once.
                if (again) { break; }
                Interlocked.Increment(ref _blockedEnds);
                Interlocked.Increment(ref BlockedEnds);
                break;
        }
    }

    /// <summary>Takes over what this process learnt of the same pair.</summary>
    internal void Merge(Candidate other)
    {
        Gap = Math.Min(Gap, other.Gap);
        foreach (string test in other.Tests) { AddTest(test); }
        Unchanged = Math.Max(Unchanged, other.Unchanged);
        HigherFirst |= other.HigherFirst;
        if (other.ObservedIn.Length > 0) { ObservedIn = other.ObservedIn; }
        if (!other.IsAttached) { return; }
        bool isSame = Run == other.Run;
        Tries = isSame ? Math.Max(Tries, other.Tries) : other.Tries;
        Timeouts = isSame ? Math.Max(Timeouts, other.Timeouts) : other.Timeouts;
        BlockedEnds = isSame ? Math.Max(BlockedEnds, other.BlockedEnds) : other.BlockedEnds;
        (Run, Version, Fruitless, Rest) = (other.Run, other.Version, other.Fruitless, other.Rest);
        AtFirst.Merge(other.AtFirst, isSame);
        AtSecond.Merge(other.AtSecond, isSame);
    }
}

/// <summary>How a directed delay ended.</summary>
internal enum DirectedEnd
{
    /// <summary>Somebody came.</summary>
    Hit,

    /// <summary>Its time was up.</summary>
    TimedOut,

    /// <summary>Every other thread was blocked, and this one was the first to be let go.</summary>
    Blocked,

    /// <summary>The other side waits as well, and this one goes to meet it; or another thread that came to the same place waits in its stead.</summary>
    WentOn,
}
