using Ncsan.Runtime.Races;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Tests;

/// <summary>For whom it is worth waiting, and for how long nobody does after it was in vain.</summary>
public sealed class CandidateTests
{
    private readonly Candidate _pair = new(new SiteKey("a.dll", 1, "A.M()", "A._x (int)"), new SiteKey("a.dll", 2, "A.N()", "A._x (int)")) { Gap = 100 };

    [Fact]
    public void What_was_waited_for_in_vain_rests_ever_longer_and_always_comes_back()
    {
        var active = new List<int>();
        for (int run = 0; run < 80; run++)
        {
            _pair.Begin($"run{run}", "v1");
            if (_pair.IsHopeless) { continue; }
            active.Add(run);
            _pair.Ended(DirectedEnd.TimedOut, 1000, 1);
        }

        Assert.Equal([0, 1, 3, 7, 15, 31, 47, 63, 79], active);
    }

    [Fact]
    public void What_looks_ordered_rests_one_time_sooner()
    {
        _pair.Begin("one", "v1");
        _pair.Ended(DirectedEnd.Blocked, 1000, 1);
        _pair.Begin("two", "v1");
        Assert.True(_pair.IsHopeless);
        _pair.Begin("three", "v1");
        Assert.False(_pair.IsHopeless);
    }

    [Fact]
    public void The_rounds_of_a_run_share_what_was_in_vain()
    {
        _pair.Begin("one", "v1");
        for (int i = 0; i < 6; i++) { _pair.Ended(DirectedEnd.TimedOut, 1000, 1); }
        _pair.Begin("one", "v1");
        Assert.True(_pair.IsHopeless);
        _pair.Begin("two", "v1");
        Assert.False(_pair.IsHopeless);
    }

    [Fact]
    public void What_was_observed_begins_anew()
    {
        foreach (string run in new[] { "one", "two" })
        {
            _pair.Begin(run, "v1");
            _pair.Ended(DirectedEnd.TimedOut, 1000, 1);
        }

        _pair.ObservedIn = "two";
        _pair.Begin("three", "v1");
        Assert.Equal((0, 0), (_pair.Fruitless, _pair.Rest));
        Assert.False(_pair.IsHopeless);
    }

    [Fact]
    public void Another_build_begins_anew()
    {
        for (int run = 0; run < 3; run++)
        {
            _pair.Begin($"run{run}", "v1");
            _pair.Ended(DirectedEnd.TimedOut, 1000, 1);
        }

        _pair.AtFirst.Gate = 5;
        _pair.Begin("next", "v2");
        Assert.Equal((0, 0, 0), (_pair.Fruitless, _pair.Rest, _pair.AtFirst.Gate));
        Assert.False(_pair.IsHopeless);
    }

    [Fact]
    public void Who_is_hit_again_and_again_by_somebody_else_stops_waiting()
    {
        _pair.Begin("one", "v1");
        for (int i = 0; i < 8; i++)
        {
            Assert.True(_pair.IsWorthwhile);
            _pair.Ended(DirectedEnd.Hit, 1000, 1);
        }

        Assert.False(_pair.IsWorthwhile);
    }

    [Fact]
    public void A_delay_grows_with_each_time_in_vain_unless_the_other_side_has_passed()
    {
        int once = 200 + DelayBudget.Slack;
        Assert.Equal(once, _pair.Delay(isLate: false));
        _pair.Ended(DirectedEnd.TimedOut, 1000, 1);
        Assert.Equal(4 * once, _pair.Delay(isLate: false));
        Assert.Equal(once, _pair.Delay(isLate: true));
    }

    [Theory]
    [InlineData(2, 2, 0x1000, 8, true)]
    [InlineData(1, 2, 0x1000, 8, false)]
    [InlineData(2, 1, 0x1000, 8, false)]
    [InlineData(2, 2, 0x1008, 8, false)]
    [InlineData(2, 2, 0x0ff8, 16, true)]
    public void The_other_side_that_follows_on_delays_at_once_twice_waits_for_them(int times, int other, int address, int size, bool ordered)
    {
        var side = new CandidateSide();
        for (int i = 0; i < times; i++)
        {
            side.WaitedInVain(0x1000, thread: 1);
            side.OtherCame((nuint)address, size, other, gap: 10_000_000);
            side.OtherCame((nuint)address, size, other, gap: 10_000_000);
        }

        Assert.Equal(ordered, side.IsOrdered);
    }

    [Fact]
    public void The_other_side_that_comes_much_later_waited_for_nobody()
    {
        var side = new CandidateSide();
        for (int i = 0; i < 2; i++)
        {
            side.WaitedInVain(0x1000, thread: 1);
            Thread.Sleep(10);
            side.OtherCame(0x1000, 8, thread: 2, gap: 0);
        }

        Assert.False(side.IsOrdered);
    }

    [Fact]
    public void A_recipe_says_where_to_wait_and_from_when_on()
    {
        string store = Directory.CreateTempSubdirectory("ncsan-store").FullName;
        try
        {
            LearntSite later = new("a.dll", 2, "A.N()", "A._x (int)") { FromVisit = 7, Stays = true }, sooner = new("a.dll", 1, "A.M()", "A._x (int)") { FromVisit = 3 };
            LearntCandidates.WriteOnly(store, [(later, sooner)], higherFirst: true, ownersTurn: true);
            Candidate read = Assert.Single(CandidateStore.Read(store));
            Assert.Equal((3, false, 7, true), (read.AtFirst.FromVisit, read.AtFirst.Stays, read.AtSecond.FromVisit, read.AtSecond.Stays));
            Assert.True(read is { IsOtherWayRound: true, Unchanged: 1 });
        }
        finally { Directory.Delete(store, recursive: true); }
    }

    [Fact]
    public void The_store_keeps_all_of_it()
    {
        string store = Directory.CreateTempSubdirectory("ncsan-store").FullName;
        try
        {
            _pair.Begin("one", "v1");
            _pair.Ended(DirectedEnd.TimedOut, 1000, 1);
            _pair.Ended(DirectedEnd.Blocked, 1000, 2);
            (_pair.AtFirst.Ordered, _pair.AtSecond.Ordered, _pair.AtFirst.Gate, _pair.AtSecond.Gate) = (1, 2, 3, 4);
            (_pair.Tries, _pair.Fruitless, _pair.Rest, _pair.Unchanged, _pair.ObservedIn) = (5, 6, 7, 8, "zero");
            _pair.AddTest("T.M");
            _pair.HigherFirst = true;
            CandidateStore.Write(store, [_pair]);
            Candidate read = Assert.Single(CandidateStore.Read(store));
            Assert.Equal((100, "one", "v1", 5, 1, 1), (read.Gap, read.Run, read.Version, read.Tries, read.Timeouts, read.BlockedEnds));
            Assert.Equal((1, 2, 3, 4), (read.AtFirst.Ordered, read.AtSecond.Ordered, read.AtFirst.Gate, read.AtSecond.Gate));
            Assert.Equal((6, 7, 8, "zero"), (read.Fruitless, read.Rest, read.Unchanged, read.ObservedIn));
            Assert.Equal(["T.M"], read.Tests);
            Assert.True(read.HigherFirst);
            Assert.Equal((_pair.First, _pair.Second), (read.First, read.Second));
        }
        finally { Directory.Delete(store, recursive: true); }
    }

    [Fact]
    public void Who_waits_in_vain_again_and_again_counts_once_and_is_left_alone()
    {
        _pair.Begin("one", "v1");
        for (int i = 0; i < 3; i++)
        {
            Assert.False(_pair.IsTiredOf(7));
            _pair.Ended(DirectedEnd.Blocked, 1000, 7);
        }

        Assert.True(_pair.IsTiredOf(7));
        Assert.False(_pair.IsTiredOf(8));
        Assert.Equal(1, _pair.BlockedEnds);
        Assert.True(_pair.IsWorthwhile);
        _pair.Ended(DirectedEnd.Blocked, 1000, 8);
        Assert.Equal((2, false), (_pair.BlockedEnds, _pair.IsTiredOf(7)));
    }
}
