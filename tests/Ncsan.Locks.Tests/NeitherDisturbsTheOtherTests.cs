using Ncsan.Runtime;
using Ncsan.Runtime.Locks;
using Ncsan.Runtime.Threads;

namespace Ncsan.Locks.Tests;

/// <summary>Law 1: entering one checker leaves what the other keeps of the thread as it was, however they are nested.</summary>
[Collection(Name)]
public sealed class NeitherDisturbsTheOtherTests : ProcessValidatorTests
{
    private static readonly object s_a = new(), s_b = new();
    private static int s_location;

    private sealed record RaceState(int Guard, int Ignoring, int Atomic, bool Flat, int Next, ulong Mask, int Asserted, int State);

    private sealed record LockState(int Depth, ulong Key, ulong LockKey, int Spinning, int Inside, object? Wanted);

    private static RaceState Races()
    {
        SanitizedThread thread = SanitizedThread.Current;
        return new(thread.Guard, thread.Ignoring, thread.AtomicNesting, thread.IsInFlatAtomic, thread.AtomicNext, thread.AccessMask, thread.Asserted.Count, Hooks.State);
    }

    private static LockState Locks()
    {
        HeldLocks thread = LockThreads.Current;
        return new(thread.Depth, thread.Key, thread.LockKey, thread.Spinning, thread.Inside, thread.Wanted);
    }

    private static void Lock(object gate, Action inside)
    {
        bool taken = false;
        Hooks.MonitorEnterTaken(gate, ref taken, null, "NeitherDisturbsTheOther.gate", 1, null);
        inside();
        Hooks.MonitorExit(gate, 2, null);
    }

    private static void Access()
    {
        ref byte location = ref System.Runtime.CompilerServices.Unsafe.As<int, byte>(ref s_location);
        Hooks.Read4(ref location, 3);
        Hooks.Write4(ref location, 4);
        Hooks.ReadWriteMarked(ref location, 4, 5);
    }

    [Fact]
    public void The_race_detector_leaves_the_held_locks_as_they_were() => Lock(s_a, () =>
    {
        LockState before = Locks();
        Hooks.IgnoreBegin();
        Access();
        Hooks.AtomicNestableBegin();
        Access();
        Assert.Equal(before, Locks());
        Hooks.AtomicNestableEnd();
        Hooks.IgnoreEnd();
        Assert.Equal(before, Locks());
    });

    [Fact]
    public void The_lock_validator_leaves_the_detectors_thread_as_it_was()
    {
        Hooks.IgnoreBegin();
        Hooks.AtomicNestableBegin();
        RaceState before = Races();
        Lock(s_a, () =>
        {
            Assert.Equal(before, Races());
            Lock(s_b, () => Assert.Equal(before, Races()));
            LockNotes.AssertHeld(s_a, null, "gate", held: true, 6);
        });
        Assert.Equal(before, Races());
        Hooks.AtomicNestableEnd();
        Hooks.IgnoreEnd();
    }

    /// <summary>The founding thread's reproducer: a raw save around a traced one. What the outer saved is what the outer finds.</summary>
    [Theory]
    [InlineData("race(lock())")]
    [InlineData("lock(race())")]
    [InlineData("race(lock(race(lock())))")]
    [InlineData("lock(race(lock(race())))")]
    public void Nested_either_way_each_finds_what_it_saved(string nesting)
    {
        var (races, locks) = (Races(), Locks());
        Nest(nesting);
        Assert.Equal((races, locks), (Races(), Locks()));
    }

    private static void Nest(string rest)
    {
        if (rest.Length == 0 || rest[0] == ')') { return; }
        string inner = rest[(rest.IndexOf('(') + 1)..];
        if (rest.StartsWith("lock"))
        {
            RaceState saved = Races();
            Lock(rest.Length % 2 == 0 ? s_a : s_b, () => Nest(inner));
            Assert.Equal(saved, Races());
            return;
        }

        LockState held = Locks();
        SanitizedThread thread = SanitizedThread.Current;
        int guard = thread.Guard++;
        Access();
        Nest(inner);
        thread.Guard--;
        Assert.Equal(guard, thread.Guard);
        Assert.Equal(held, Locks());
    }

    [Fact]
    public void A_release_under_the_other_checkers_guard_is_still_seen()
    {
        LockState before = Locks();
        bool taken = false;
        Hooks.MonitorEnterTaken(s_a, ref taken, null, "gate", 1, null);
        SanitizedThread.Current.Guard++;
        Hooks.MonitorExit(s_a, 2, null);
        SanitizedThread.Current.Guard--;
        Assert.Equal(before, Locks());
    }
}
