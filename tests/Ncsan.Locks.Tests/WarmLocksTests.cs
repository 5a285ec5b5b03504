using System.Runtime.CompilerServices;
using Ncsan.Runtime;
using Ncsan.Runtime.Locks;

namespace Ncsan.Locks.Tests;

/// <summary>The fast path of Monitor and Lock leaves the same behind as the validator would, and keeps nothing alive.</summary>
[Collection(Name)]
public sealed class WarmLocksTests : ProcessValidatorTests
{
    /// <summary>Acquires and releases in any order, over and over, against a validator without a fast path. All on one thread, which no order hangs by itself.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_is_taken_and_released_the_stack_and_the_order_are_those_of_the_slow_path(int seed)
    {
        Exception? failed = null;
        var thread = new Thread(() => { try { Compare(seed); } catch (Exception fault) { failed = fault; } });
        thread.Start();
        thread.Join();
        Assert.Null(failed);
    }

    private static void Compare(int seed)
    {
        const int Locks = 4;
        object[] gates = [.. Enumerable.Range(0, Locks).Select(_ => new object())];
        HeldLocks thread = LockThreads.Current, slow = new(thread.Thread);
        var validator = new Validator(static _ => { });
        LockInstance[] instances = [.. gates.Select((_, i) => validator.AddInstance(validator.AddClass($"gate {i} of {seed}", LockKind.Monitor)))];
        var random = new Random(seed);
        int[] counts = new int[Locks];
        int warm = 0;
        for (int step = 0; step < 20_000; step++)
        {
            int at = random.Next(Locks);
            if (counts[at] > 0 && random.Next(3) > 0)
            {
                counts[at]--;
                Hooks.MonitorExit(gates[at], 8 + at, null);
                validator.Release(slow, instances[at], null, 8 + at);
            }
            else if (counts.Sum() < 6)
            {
                counts[at]++;
                bool taken = false;
                Hooks.MonitorEnterTaken(gates[at], ref taken, null, $"gate {at} of {seed}", at, null);
                validator.Acquire(slow, instances[at], WantMode.Exclusive, AcquireFlags.None, at);
                Assert.True(taken);
            }

            warm += thread.Depth > 0 && thread.Entries[thread.Depth - 1].WarmAt > 0 ? 1 : 0;
            Assert.Equal(Stack(slow, entry => Array.IndexOf(instances, entry.Lock)), Stack(thread, entry => Array.IndexOf(gates, entry.Object)));
        }

        while (thread.Depth > 0) { Hooks.MonitorExit(thread.Entries[thread.Depth - 1].Object!, 1, null); }
        Assert.InRange(warm, 1_000, 20_000);
        Assert.Equal(instances.Select(instance => Order(instance, instances)), gates.Select(gate => Order(LockBinding.Known(gate)!, [.. gates.Select(known => LockBinding.Known(known)!)])));
    }

    [Fact]
    public void A_lock_that_was_taken_over_and_over_is_collected()
    {
        WeakReference gone = TakeManyTimes();
        GC.Collect();
        Assert.False(gone.IsAlive);
    }

    [Fact]
    public void What_becomes_a_spinning_lock_is_looked_at_again()
    {
        object gate = new();
        for (int i = 0; i < 10; i++) { Take(gate); }
        LockNotes.Spinning(gate, null, "gate that spins", 40);
        bool taken = false;
        Hooks.MonitorEnterTaken(gate, ref taken, null, "gate that spins", 41, null);
        Assert.Equal(1, LockThreads.Current.Spinning);
        Hooks.MonitorExit(gate, 42, null);
        Assert.Equal(0, LockThreads.Current.Spinning);
    }

    /// <summary>A pin is of the hold, so it must not come back with the next one.</summary>
    [Fact]
    public void What_was_pinned_is_not_pinned_the_next_time()
    {
        object gate = new();
        for (int i = 0; i < 10; i++) { Take(gate); }
        bool taken = false;
        Hooks.MonitorEnterTaken(gate, ref taken, null, "gate", 41, null);
        LockNotes.Pin(gate, null, "gate", pin: true, 43);
        Assert.Equal(1, LockThreads.Current.Entries[0].Pins);
        LockNotes.Pin(gate, null, "gate", pin: false, 44);
        Hooks.MonitorExit(gate, 42, null);
        taken = false;
        Hooks.MonitorEnterTaken(gate, ref taken, null, "gate", 41, null);
        Assert.Equal((1, 0), (LockThreads.Current.Depth, LockThreads.Current.Entries[0].Pins));
        Hooks.MonitorExit(gate, 42, null);
    }

    [Fact]
    public void What_another_thread_has_is_waited_for()
    {
        object gate = new();
        for (int i = 0; i < 10; i++) { Take(gate); }
        using var holds = new ManualResetEventSlim();
        var holder = new Thread(() => { lock (gate) { holds.Set(); Thread.Sleep(50); } });
        holder.Start();
        holds.Wait(TestContext.Current.CancellationToken);
        long waits = LockThreads.Current.Waits;
        Take(gate);
        holder.Join();
        Assert.Equal((waits + 1, 0), (LockThreads.Current.Waits, LockThreads.Current.Depth));
    }

    /// <summary>The hang watch looks at the entries of all threads.</summary>
    [Fact]
    public void Others_may_read_the_entries_while_they_change()
    {
        HeldLocks thread = LockThreads.Current;
        using var ends = new CancellationTokenSource();
        int read = 0;
        var reader = Task.Run(() => { for (; !ends.IsCancellationRequested; read++) { foreach (ref HeldLock entry in thread.Entries.AsSpan()) { _ = entry.Object; } } }, TestContext.Current.CancellationToken);
        object[] gates = [new(), new(), new()];
        for (int i = 0; i < 100_000 || Volatile.Read(ref read) < 1_000; i++)
        {
            // Now over one lock, now over none, and every other time by the slow path.
            bool taken = false;
            if (i % 3 == 0) { Hooks.MonitorEnterTaken(gates[0], ref taken, null, "first gate", 61, null); }
            if (i % 4 == 0) { WarmLocks.Cool(); }
            Take(gates[1 + (i % 2)], 41 + (2 * (i % 2)));
            if (i % 3 == 0) { Hooks.MonitorExit(gates[0], 62, null); }
        }

        ends.Cancel();
        Assert.Null(Record.Exception(reader.Wait));
    }

    private static string Stack(HeldLocks thread, Func<HeldLock, int> indexOf) => string.Join(" ", thread.Entries.Take(thread.Depth).Select(entry => $"{indexOf(entry)}x{entry.Count}"));

    private static string Order(LockInstance instance, LockInstance[] all) => string.Join(" ", instance.After.Select(edge => Array.IndexOf(all, edge.To)).Order());

    private static void Take(object gate, int site = 41)
    {
        bool taken = false;
        Hooks.MonitorEnterTaken(gate, ref taken, null, "gate", site, null);
        Hooks.MonitorExit(gate, site + 1, null);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference TakeManyTimes()
    {
        object gate = new();
        for (int i = 0; i < 10; i++) { Take(gate); }
        return new WeakReference(gate);
    }
}
