using Ncsan.Runtime.Races.Directed;

namespace Ncsan.Runtime.Tests;

/// <summary>What is remembered of the last touches of eight bytes.</summary>
public sealed class TouchRowTests
{
    private TouchRow _row;
    private long _now;

    [Fact]
    public void A_neighbour_does_not_take_the_place_of_a_member()
    {
        Add(actor: 1, site: 10, bytes: 0x0f, writes: true);
        Add(actor: 1, site: 11, bytes: 0xf0, writes: true);
        Add(actor: 2, site: 12, bytes: 0xf0, writes: true);
        Assert.Equal([10, 12], Sites());
    }

    [Fact]
    public void Two_readers_are_remembered_and_each_by_its_last_read()
    {
        Add(actor: 1, site: 10, bytes: 0xff, writes: false);
        Add(actor: 2, site: 11, bytes: 0xff, writes: false);
        Add(actor: 1, site: 12, bytes: 0xff, writes: false);
        Assert.Equal([11, 12], Sites());
    }

    [Fact]
    public void A_marked_touch_leaves_a_plain_one_that_came_before()
    {
        Add(actor: 1, site: 10, bytes: 0xff, writes: true);
        Add(actor: 1, site: 11, bytes: 0xff, writes: true, isMarked: true);
        Assert.Equal([10, 11], Sites());
    }

    [Fact]
    public void A_touch_under_a_lock_leaves_the_one_without_it_that_came_before()
    {
        var gate = new LockSet(4, 0, 0);
        Add(actor: 1, site: 10, bytes: 0xff, writes: false);
        Add(actor: 1, site: 11, bytes: 0xff, writes: false, locks: gate);
        Assert.Equal([10, 11], Sites());
        Add(actor: 1, site: 12, bytes: 0xff, writes: false);
        Assert.Equal([11, 12], Sites());
    }

    [Fact]
    public void A_touch_with_a_lock_less_is_remembered_in_the_other_s_place()
    {
        Add(actor: 1, site: 10, bytes: 0xff, writes: false, locks: new LockSet(4, 8, 0));
        Add(actor: 1, site: 11, bytes: 0xff, writes: false, locks: new LockSet(8, 0, 0));
        Assert.Equal([11], Sites());
    }

    [Fact]
    public void The_oldest_goes_when_there_is_no_room()
    {
        for (int actor = 1; actor <= 7; actor++) { Add(actor, site: 10 + actor, bytes: 0xff, writes: false); }
        Assert.Equal([12, 13, 14, 15, 16, 17], Sites());
    }

    [Fact]
    public void Another_location_begins_anew()
    {
        Add(actor: 1, site: 10, bytes: 0xff, writes: true);
        _row.Add(99, new Touch(2, 11, ++_now, 0xff, true, false, default, 0));
        Assert.Equal([11], Sites());
        Assert.False(_row.HasSeen(1, 10, notActor: 2));
    }

    [Fact]
    public void Who_asks_is_not_somebody_else()
    {
        Add(actor: 1, site: 10, bytes: 0xff, writes: true);
        Assert.True(_row.HasSeen(1, 10, notActor: 2));
        Assert.False(_row.HasSeen(1, 10, notActor: 1));
    }

    [Fact]
    public void One_thread_at_a_time_has_the_row()
    {
        Assert.True(_row.TryEnter());
        Assert.False(_row.TryEnter());
        _row.Leave();
        Assert.True(_row.TryEnter());
    }

    private void Add(int actor, int site, byte bytes, bool writes, bool isMarked = false, LockSet locks = default) => _row.Add(1, new Touch(actor, site, ++_now, bytes, writes, isMarked, locks, 0));

    private List<int> Sites()
    {
        var sites = new List<int>();
        foreach (Touch touch in _row.Touches) { if (touch.Actor != 0) { sites.Add(touch.Site); } }
        sites.Sort();
        return sites;
    }
}
