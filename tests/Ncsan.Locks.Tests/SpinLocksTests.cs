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

    private static void Enter(SpinLock[] locks, int index)
    {
        bool taken = false;
        Hooks.SpinLockEnter(ref locks[index], ref taken, locks, index, "[]", "?SpinLocksTests", index);
    }
}
