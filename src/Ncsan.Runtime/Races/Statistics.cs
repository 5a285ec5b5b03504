using Ncsan.Runtime.Findings;

namespace Ncsan.Runtime.Races;

/// <summary>Everything that the detector did and everything that it lost, for the summary. The first nine are KCSAN's.</summary>
internal static class Statistics
{
    /// <summary>Watchpoints that were set up.</summary>
    internal static long SetupWatchpoints;

    /// <summary>Data races between instrumented accesses, repeats included.</summary>
    internal static long DataRaces;

    /// <summary>Assertions of exclusive access that failed, repeats included.</summary>
    internal static long AssertFailures;

    /// <summary>Lost: no slot was free near the page of the location.</summary>
    internal static long NoCapacity;

    /// <summary>Lost: two threads hit one watchpoint and the slower was turned away, or a side never told its half.</summary>
    internal static long ReportRaces;

    /// <summary>The value changed and nobody instrumented wrote it.</summary>
    internal static long RacesUnknownOrigin;

    /// <summary>Watched over its first bytes only, or not at all, because of its size or address.</summary>
    internal static long UnencodableAccesses;

    /// <summary>A match that the full comparison did not bear out. KCSAN's; always 0 here, where a whole address fits the word.</summary>
    internal static long EncodingFalsePositives;

    /// <summary>Not watched: the location is on the thread's own stack.</summary>
    internal static long StackAccesses;

    /// <summary>Not watched: no other thread had run instrumented code.</summary>
    internal static long Alone;

    /// <summary>Dropped by policy: both threads met at the location, and its value stayed the same.</summary>
    internal static long UnchangedValues;

    /// <summary>Dropped: the value changed while a burst ended, so whoever changed it may have run a clean copy.</summary>
    internal static long UnseenChanges;

    /// <summary>Not checked: a run of structs in an array whose type only the array itself knows.</summary>
    internal static long UnseenRanges;

    /// <summary>Dropped: the program says that the write may race.</summary>
    internal static long IntendedWrites;

    /// <summary>Dropped by the permissive policy.</summary>
    internal static long Permitted;

    /// <summary>Dropped: an instrumented framework raced with itself, with no code of the program on either stack, or made twice what it keeps for later.</summary>
    internal static long FrameworksOwn;

    /// <summary>Not watched: the delay budget was used up.</summary>
    internal static long OverBudget;

    /// <summary>Directed delays that the other side ended.</summary>
    internal static long DirectedHits;

    /// <summary>Directed delays whose time was up.</summary>
    internal static long DirectedTimeouts;

    /// <summary>Directed delays that ended because everybody else was blocked.</summary>
    internal static long DirectedBlocked;

    /// <summary>Executions of candidates' sites, as far as the slow path saw them: whether they are reached at all.</summary>
    internal static long DirectedVisits;

    /// <summary>Directed delays that ended because the other side stood elsewhere, or another thread waited instead.</summary>
    internal static long DirectedWentOn;

    /// <summary>Executions of a candidate's site by an actor that had waited there in vain several times in a row, and was let go.</summary>
    internal static long DirectedLetGo;

    /// <summary>Lost: pairs that nobody had ever waited for and that came up when the delay budget was used up.</summary>
    internal static long DirectedRefused;

    /// <summary>Time for which somebody waited at a directed watchpoint, in microseconds by the clock, once however many waited: what the budget is about.</summary>
    internal static long DirectedMicroseconds;

    /// <summary>Lost: near misses for which the table had no room.</summary>
    internal static long LostCandidates;

    /// <summary>Lost: touches that could not be remembered, since another thread kept the row of the table.</summary>
    internal static long LostTouches;

    /// <summary>Lost: an assertion scope whose location may have been moved by a collection.</summary>
    internal static long LostScopes;

    /// <summary>Lost: a finding did not reach the disk in time, or there were too many.</summary>
    internal static long LostFindings;

    /// <summary>Time that threads stood still at watchpoints, in microseconds.</summary>
    internal static long DelayMicroseconds;

    /// <summary>The counters by the name under which the summary shows them. A chain of calls and no list: a collection of our own would be compiled
    /// at the end of every program.</summary>
    internal static void Write(JsonLine line) => line
        .Put("setup_watchpoints", SetupWatchpoints).Put("used_watchpoints", Watchpoints.Used).Put("data_races", DataRaces).Put("assert_failures", AssertFailures)
        .Put("no_capacity", NoCapacity).Put("report_races", ReportRaces).Put("races_unknown_origin", RacesUnknownOrigin).Put("unencodable_accesses", UnencodableAccesses)
        .Put("encoding_false_positives", EncodingFalsePositives).Put("stack_accesses", StackAccesses).Put("alone", Alone).Put("unchanged_values", UnchangedValues)
        .Put("unseen_changes", UnseenChanges).Put("unseen_ranges", UnseenRanges).Put("intended_writes", IntendedWrites).Put("permitted", Permitted).Put("frameworks_own", FrameworksOwn).Put("over_budget", OverBudget)
        .Put("directed_hits", DirectedHits).Put("directed_timeouts", DirectedTimeouts).Put("directed_blocked", DirectedBlocked).Put("directed_went_on", DirectedWentOn).Put("directed_visits", DirectedVisits).Put("directed_let_go", DirectedLetGo).Put("directed_refused", DirectedRefused).Put("directed_microseconds", DirectedMicroseconds)
        .Put("new_candidates", Candidates.NewPairs).Put("lost_candidates", LostCandidates).Put("lost_touches", LostTouches).Put("lost_scopes", LostScopes).Put("lost_findings", LostFindings)
        .Put("delay_microseconds", DelayMicroseconds).Put("tests_entered", Threads.CurrentTest.Entered);

    internal static void Count(ref long counter) => Interlocked.Increment(ref counter);
}
