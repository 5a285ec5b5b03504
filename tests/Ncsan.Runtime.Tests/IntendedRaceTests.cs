using System.Runtime.CompilerServices;
using Ncsan.Runtime.Races;

namespace Ncsan.Runtime.Tests;

public class IntendedRaceTests
{
    private int _value;

    [Fact]
    public void An_intended_write_is_never_a_race_and_its_hit_is_known_to_the_owner()
    {
        // Not with unknown origin on: a writer that lost its core between its check and its write changes the value unseen, whoever it is.
        long dropped = Statistics.IntendedWrites;
        Assert.True(Stage.Clash(() => Read(60), () => IntendedWrite(61), () => Statistics.IntendedWrites > dropped + 3));
        Assert.Empty(Stage.FindingsOn(30));
    }

    [Fact]
    public void The_same_write_without_the_scope_is_a_race() =>
        Assert.True(Stage.Clash(() => Read(62), () => Write(63), () => Stage.FindingsOn(31).Count > 0));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void IntendedWrite(int site)
    {
        Hooks.IgnoreBegin();
        Write(site);
        Hooks.IgnoreEnd();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Write(int site)
    {
        Hooks.Write4(ref Unsafe.As<int, byte>(ref _value), Stage.Site(site));
        _value++;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Read(int site)
    {
        Hooks.Read4(ref Unsafe.As<int, byte>(ref _value), Stage.Site(site));
        return _value;
    }
}
