using Ncsan.Runtime.Races;
using Ncsan.Runtime.Races.Directed;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Tests;

/// <summary>How the pairs of a process share what all delays may take.</summary>
public sealed class DelayBudgetTests
{
    private const long Total = 2_000_000;

    [Fact]
    public void Who_was_never_waited_for_may_use_all_of_it_and_others_what_those_will_not_need()
    {
        Candidate[] pairs = [.. Enumerable.Range(0, 100).Select(static _ => Pair())];
        foreach (Candidate pair in pairs) { pair.Share(); }
        Assert.True(DelayBudget.Allows(pairs[0], Total - 1));
        pairs[0].TakeTurn();
        pairs[0].Ended(DirectedEnd.TimedOut, 1000, 1);
        Assert.False(DelayBudget.Allows(pairs[0], Total * 3 / 4 - 1));
        Assert.True(DelayBudget.Allows(pairs[1], Total - 1));

        // Once each has had its turn there is nothing to keep back.
        foreach (Candidate pair in pairs) { pair.TakeTurn(); }
        Assert.True(DelayBudget.Allows(pairs[0], Total * 3 / 4 - 1));
        Assert.False(DelayBudget.Allows(pairs[0], Total));
    }

    [Fact]
    public void Pairs_that_nobody_waited_for_are_counted_when_nothing_is_left()
    {
        Candidate fresh = Pair(), known = Pair();
        known.TakeTurn();
        long before = Statistics.DirectedRefused;
        Assert.True(DelayBudget.Allows(fresh, Total - 1));
        for (int visit = 0; visit < 3; visit++)
        {
            Assert.False(DelayBudget.Allows(fresh, Total));
            Assert.False(DelayBudget.Allows(known, Total));
        }

        Assert.Equal(before + 1, Statistics.DirectedRefused);
    }

    [Fact]
    public void A_pair_among_many_waits_for_less()
    {
        int few = DelayBudget.Slack;
        for (int i = 0; i < 1000; i++)
        {
            Candidate pair = Pair();
            pair.Share();
            pair.TakeTurn();
        }

        Assert.True(DelayBudget.Slack < few || few == DelayBudget.Slack && few == 8_000, $"{few} {DelayBudget.Slack}");
    }

    private static Candidate Pair() => new(new SiteKey("a.dll", 1, "A.M()", "A._x (int)"), new SiteKey("a.dll", 2, "A.N()", "A._x (int)")) { Gap = 100 };
}
