using Ncsan.Runtime;
using Ncsan.Runtime.Locks;

namespace Ncsan.Locks.Tests;

/// <summary>Where a spin lock lies is told by the code, and is lost when another copy of that takes over in between.</summary>
[Collection(Name)]
public sealed class SpinLocksTests : ProcessValidatorTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void A_release_whose_place_was_lost_leaves_nothing_held(int first, int second)
    {
        var locks = new SpinLock[2];
        Enter(locks, 0);
        Enter(locks, 1);
        Assert.Equal(2, LockThreads.Current.Depth);
        Hooks.SpinLockExit(ref locks[first], null, first, "[]", "?SpinLocksTests", 3);
        Hooks.SpinLockExit(ref locks[second], locks, second, "[]", "?SpinLocksTests", 4);
        Assert.Equal((0, 0), (LockThreads.Current.Depth, LockThreads.Current.Spinning));
    }

    /// <summary>Which of its class it is is not known then, so it is neither a static of its own nor the one that was taken before.</summary>
    [Fact]
    public void An_acquire_whose_place_was_lost_stands_for_any_of_its_class()
    {
        var locks = new SpinLock[2];
        Enter(locks, 0);
        bool taken = false;
        Hooks.SpinLockEnter(ref locks[1], ref taken, null, 1, "[]", "?SpinLocksTests", 5);
        Assert.Equal([false, true], LockThreads.Current.Entries[..2].Select(entry => entry.Lock.IsStandIn));
        Hooks.SpinLockExit(ref locks[1], locks, 1, "[]", "?SpinLocksTests", 6);
        Hooks.SpinLockExit(ref locks[0], locks, 0, "[]", "?SpinLocksTests", 7);
        Assert.Equal(0, LockThreads.Current.Depth);
    }

    private static void Enter(SpinLock[] locks, int index)
    {
        bool taken = false;
        Hooks.SpinLockEnter(ref locks[index], ref taken, locks, index, "[]", "?SpinLocksTests", index);
    }
}
