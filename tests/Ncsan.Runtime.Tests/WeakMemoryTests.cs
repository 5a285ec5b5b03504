using Ncsan.Runtime.Races;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Tests;

public class WeakMemoryTests
{
    private const AccessKind Read = AccessKind.Read, Write = AccessKind.Write, ReadWrite = AccessKind.Write | AccessKind.Compound;

    /// <summary>KCSAN's test_barrier: which barrier orders which access.</summary>
    [Theory]
    [InlineData(BarrierKind.Full, Read, true)]
    [InlineData(BarrierKind.Full, Write, true)]
    [InlineData(BarrierKind.Full, ReadWrite, true)]
    [InlineData(BarrierKind.Release, Read, true)]
    [InlineData(BarrierKind.Release, Write, true)]
    [InlineData(BarrierKind.Release, ReadWrite, true)]
    [InlineData(BarrierKind.Write, Read, false)]
    [InlineData(BarrierKind.Write, Write, true)]
    [InlineData(BarrierKind.Write, ReadWrite, true)]
    [InlineData(BarrierKind.Read, Read, true)]
    [InlineData(BarrierKind.Read, Write, false)]
    [InlineData(BarrierKind.Read, ReadWrite, true)]
    public void A_barrier_orders(BarrierKind barrier, AccessKind access, bool orders)
    {
        SanitizedThread thread = SanitizedThread.Current;
        WeakMemory.Hold(thread, 0x10000, 4, access, 0);
        Hooks.Barrier((int)barrier);
        Assert.Equal(!orders, thread.Reordered.IsThere);
        WeakMemory.Drop(thread);
        Assert.Equal(0, Sampler.Attentive);
    }

    [Fact]
    public void An_interlocked_operation_and_a_volatile_write_order_and_a_volatile_read_does_not()
    {
        SanitizedThread thread = SanitizedThread.Current;
        byte[] location = new byte[8];
        void Check(bool ordered, Action access)
        {
            WeakMemory.Hold(thread, 0x10000, 4, Write, 0);
            access();
            Assert.Equal(!ordered, thread.Reordered.IsThere);
            WeakMemory.Drop(thread);
        }

        Check(true, () => Hooks.ReadWriteMarked(ref location[0], 4, 0));
        Check(true, () => Hooks.WriteMarked(ref location[0], 4, 0));
        Check(false, () => Hooks.ReadMarked(ref location[0], 4, 0));
    }

    [Fact]
    public void An_access_is_no_longer_held_back_after_a_collection()
    {
        WeakMemory.Hold(SanitizedThread.Current, 0x10000, 4, Write, 0);
        Assert.True(WeakMemory.TryGet(SanitizedThread.Current, out _));
        GC.Collect(0);
        Assert.False(WeakMemory.TryGet(SanitizedThread.Current, out _));
    }

    [Fact]
    public void An_access_is_no_longer_held_back_after_State_was_down()
    {
        WeakMemory.Hold(SanitizedThread.Current, 0x10000, 4, Write, 0);
        Bursts.Raise();
        Assert.False(WeakMemory.TryGet(SanitizedThread.Current, out _));
    }

    [Theory]
    [InlineData(6, false)]
    [InlineData(7, true)]
    [InlineData(9, true)]
    [InlineData(10, false)]
    public void An_access_is_no_longer_held_back_after_its_own_method_is_left(int site, bool isOfTheMethod)
    {
        SanitizedThread thread = SanitizedThread.Current;
        WeakMemory.Hold(thread, 0x10000, 4, Write, site);
        Hooks.MethodExit(7, 3);
        Assert.Equal(!isOfTheMethod, thread.Reordered.IsThere);
        WeakMemory.Drop(thread);
    }

    [Fact]
    public void An_access_is_no_longer_held_back_after_an_exception()
    {
        WeakMemory.Start();
        WeakMemory.Hold(SanitizedThread.Current, 0x10000, 4, Write, 0);
        Assert.Throws<FormatException>(() => int.Parse("x"));
        Assert.False(WeakMemory.TryGet(SanitizedThread.Current, out _));
    }
}
