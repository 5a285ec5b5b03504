using Ncsan.Runtime.Races;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Tests;

public unsafe class WatchpointTests
{
    [Fact]
    public void A_watchpoint_goes_from_armed_to_consumed_to_free()
    {
        using var page = new Page();
        int slot = Watchpoints.Insert(page.At(0), Plain(AccessKind.Write), out Stamp stamp);
        Assert.Equal(slot, Watchpoints.Find(ref page.Ref(0), 4, AccessKind.Read, out Stamp found));
        Assert.Equal(stamp, found);
        Assert.False(Watchpoints.IsConsumed(slot));

        Assert.True(Watchpoints.TryConsume(slot, found));
        Assert.True(Watchpoints.IsConsumed(slot));
        Assert.False(Watchpoints.TryConsume(slot, found));
        Assert.False(Watchpoints.Consume(slot, stamp));
        Assert.Equal(-1, Watchpoints.Find(ref page.Ref(0), 4, AccessKind.Read, out _));

        Watchpoints.Remove(slot);
        Assert.False(Watchpoints.AnyNear(page.At(0)));
    }

    [Fact]
    public void The_stamp_of_an_earlier_arming_consumes_nothing()
    {
        using var page = new Page();
        int slot = Watchpoints.Insert(page.At(0), Plain(AccessKind.Write), out Stamp old);
        Watchpoints.Remove(slot);
        int again = Watchpoints.Insert(page.At(0), Plain(AccessKind.Write), out Stamp stamp);

        Assert.Equal(slot, again);
        Assert.False(Watchpoints.TryConsume(slot, old));
        Assert.True(Watchpoints.Consume(slot, stamp));
        Watchpoints.Remove(slot);
    }

    [Fact]
    public void A_page_has_room_for_three_and_the_fourth_is_refused()
    {
        using var page = new Page();
        int[] slots = [.. Enumerable.Range(0, 3).Select(i => Watchpoints.Insert(page.At(i * 8), Plain(AccessKind.Write), out _))];
        Assert.Equal(3, slots.Distinct().Count());
        Assert.DoesNotContain(-1, slots);
        Assert.Equal(-1, Watchpoints.Insert(page.At(64), Plain(AccessKind.Write), out _));
        for (int i = 0; i < 3; i++) { Assert.Equal(slots[i], Watchpoints.Find(ref page.Ref(i * 8), 4, AccessKind.Read, out _)); }
        foreach (int slot in slots) { Watchpoints.Remove(slot); }
        Assert.Equal(0, Watchpoints.Used);
    }

    [Fact]
    public void A_read_does_not_find_a_read_and_a_neighbour_is_not_found()
    {
        using var page = new Page();
        int slot = Watchpoints.Insert(page.At(8), Plain(AccessKind.Read), out _);
        Assert.Equal(-1, Watchpoints.Find(ref page.Ref(8), 4, AccessKind.Read, out _));
        Assert.Equal(-1, Watchpoints.Find(ref page.Ref(12), 4, AccessKind.Write, out _));
        Assert.Equal(slot, Watchpoints.Find(ref page.Ref(11), 2, AccessKind.Write, out _));
        Watchpoints.Remove(slot);
    }

    /// <summary>As from a barrier: who looks while the other has a slot but no stamp yet would take himself for the first, and so would the other.</summary>
    [Fact]
    public void Of_two_threads_that_arm_at_one_moment_exactly_one_sees_the_other()
    {
        const int Times = 50_000;
        using var page = new Page();
        int arrived = 0, alone = 0, both = 0;
        bool[] seen = new bool[2];
        void Arm(int me)
        {
            Access access = Plain(AccessKind.Write);
            for (int i = 1; i <= Times; i++)
            {
                Meet(3 * i - 2);
                int slot = Watchpoints.Insert(page.At(0), access, out Stamp stamp);
                seen[me] = Watchpoints.FindOlder(ref page.Ref(0), access, stamp, out _) >= 0;
                Meet(3 * i - 1);
                Watchpoints.Remove(slot);
                if (me == 0) { (alone, both) = (alone + (seen[0] || seen[1] ? 0 : 1), both + (seen[0] && seen[1] ? 1 : 0)); }
                Meet(3 * i);
            }
        }

        void Meet(int time)
        {
            Interlocked.Increment(ref arrived);
            for (var spin = new SpinWait(); Volatile.Read(ref arrived) < 2 * time; spin.SpinOnce(sleep1Threshold: -1)) { }
        }

        var other = new Thread(() => Arm(1));
        other.Start();
        Arm(0);
        other.Join();
        Assert.Equal((0, 0), (alone, both));
    }

    [Fact]
    public void A_bare_address_is_not_matched_after_a_collection()
    {
        using var page = new Page();
        int slot = Watchpoints.Insert(page.At(0), Plain(AccessKind.Write), out _);
        int collections = GC.CollectionCount(0);
        Assert.Equal(slot, Watchpoints.FindAt(page.At(0), collections, 4, AccessKind.Write, out _));
        GC.Collect(0);
        Assert.Equal(-1, Watchpoints.FindAt(page.At(0), collections, 4, AccessKind.Write, out _));
        Watchpoints.Remove(slot);
    }

    private static Access Plain(AccessKind kind) => new(kind, 0, 4, null, SanitizedThread.Current);

    private readonly struct Page() : IDisposable
    {
        private readonly byte* _start = (byte*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc(WatchWord.PageSize, WatchWord.PageSize);

        internal nuint At(int offset) => (nuint)(_start + offset);

        internal ref byte Ref(int offset) => ref _start[offset];

        public void Dispose() => System.Runtime.InteropServices.NativeMemory.AlignedFree(_start);
    }
}
