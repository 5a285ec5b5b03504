using Ncsan.Locks.Tests.SelfTest;
using Ncsan.Runtime.Locks;

namespace Ncsan.Locks.Tests;

public class ValidatorTests
{
    [Theory]
    [InlineData("A B | B A", "Confirmed")]
    [InlineData("A B | B' A'", "ClassLevel")]
    [InlineData("A B ; B A", "OneThread")]
    [InlineData("G A B | G B A", "Guarded")]
    [InlineData("+@M B | +@N A | A ~@M | B ~@N", "Confirmed")]
    [InlineData("+@M B | +@N A | A ~@M ; B ~@N", "OneThread")]
    [InlineData("+@M B | A ~@M | B A", "Confirmed")]
    [InlineData("+@M B | A ~@M ; B A", "OneThread")]
    [InlineData("+@M A | A ~@M", "Confirmed")]
    [InlineData("G A B | G' B A", "Guarded by classes, confirmed by locks")]
    public void Every_cycle_has_its_grade(string script, string grade)
    {
        Script run = Script.Run(script);
        var all = run.Reports.Concat(run.Validator.Withheld).Select(report => report.Grade.ToString()).Distinct();
        Assert.Equal([grade.Split(' ')[0] == "Guarded" && grade.Contains("confirmed") ? "Confirmed" : grade], all);
    }

    /// <summary>What two nests hold around them keeps them apart if its modes exclude each other; and who upgrades waits for readers alone.</summary>
    [Theory]
    [InlineData("G:w A B | G:r B A", "Guarded")]
    [InlineData("G:r A B | G:w B A", "Guarded")]
    [InlineData("G:u A B | G:u B A", "Guarded")]
    [InlineData("G:w A B | G:u B A", "Guarded")]
    [InlineData("G:r A B | G:r B A", "Confirmed")]
    [InlineData("G:u A B | G:r B A", "Confirmed")]
    [InlineData("G:w A B ; G:r A B | G:r B A", "Confirmed")]
    [InlineData("A:u M A:w | A:w M", "")]
    [InlineData("A:u M A:w | A:u A:w M", "")]
    [InlineData("A:u M A:w | A:r M", "Confirmed")]
    public void Modes_of_reader_writer_locks_tell_what_excludes_what(string script, string grade)
    {
        Script run = Script.Run(script, Flavor.All.Single(flavor => flavor.Name == "RWLS write"));
        Assert.Equal(grade, string.Join(' ', run.Reports.Concat(run.Validator.Withheld).Select(report => report.Grade.ToString()).Distinct()));
    }

    /// <summary>Classes of one field whose owners have two types: their order proves nothing, unless the very locks close the circle.</summary>
    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "Confirmed InstanceInversion")]
    public void Locks_of_one_field_are_ordered_by_instance_whatever_their_owners_types(bool same, string expected)
    {
        Script run = new(Flavor.All[0]);
        LockClass wheel = run.Validator.AddClass("Part.Gate of Wheel", LockKind.Monitor), axle = run.Validator.AddClass("Part.Gate of Axle", LockKind.Monitor);
        wheel.Place = axle.Place = "Part.Gate";
        LockInstance first = run.Validator.AddInstance(wheel), second = run.Validator.AddInstance(axle), third = same ? first : run.Validator.AddInstance(wheel);
        foreach (var (outer, inner, thread) in new[] { (first, second, Thread(1)), (second, third, Thread(2)) })
        {
            run.Validator.Acquire(thread, outer, WantMode.Exclusive, AcquireFlags.None, 1);
            run.Validator.Acquire(thread, inner, WantMode.Exclusive, AcquireFlags.None, 2);
        }

        Assert.Equal(expected, string.Join(", ", run.Reports.Concat(run.Validator.Withheld).Select(report => $"{report.Grade} {report.Kind}")));
    }

    [Fact]
    public void A_cycle_is_told_once_however_often_it_is_closed()
    {
        Script run = Script.Run("A B | B A | A B C | C B A | D A B | B D A");
        Assert.Single(run.Reports, report => report.Cycle.Count == 2 && report.Key == run.Reports[0].Key);
    }

    [Fact]
    public void A_cycle_keeps_where_each_edge_was_recorded_first()
    {
        Script run = Script.Run("A B | A B | B A");
        LockReport report = Assert.Single(run.Reports);
        Assert.Equal(["B", "A"], report.Cycle.Select(edge => edge.From.Class.Name));
        Assert.Equal([3, 1], report.Cycle.Select(edge => edge.First.Thread.Id));
        Assert.Equal((101, 102), (report.Cycle[1].First.HeldSite, report.Cycle[1].First.Site));
        Assert.Equal(["B"], report.Held.Select(held => held.Name));
    }

    /// <summary>Readers came first at both edges, and keep nobody waiting there who passes waiting writers: the stacks to show are those of the writers.</summary>
    [Fact]
    public void A_report_shows_the_stacks_of_the_modes_that_close_the_cycle()
    {
        Script run = Script.Run("A:R B:R | A:w B:R | B:R A:R | B:w A:R", Flavor.All.Single(flavor => flavor.Name == "RWLS write"));
        LockReport report = Assert.Single(run.Reports);
        Assert.Equal([3, 1], report.Cycle.Select(edge => edge.First.Thread.Id));
        IReadOnlyList<Dependency> shown = Witness.Of(report.Cycle);
        Assert.Equal([4, 2], shown.Select(edge => edge.First.Thread.Id));
        Assert.All(shown, edge => Assert.Equal((HoldMode.Exclusive, WantMode.RecursiveShared), LockModes.Of(edge.Modes)));
    }

    [Fact]
    public void A_semaphore_is_believed_to_be_a_lock_only_after_its_taker_released_it()
    {
        (Script run, LockInstance semaphore, LockInstance other) = SemaphoreAndMonitor();
        Validator validator = run.Validator;
        HeldLocks one = Thread(1), two = Thread(2);
        validator.Acquire(one, semaphore, WantMode.Exclusive, AcquireFlags.None, 1);
        validator.Acquire(one, other, WantMode.Exclusive, AcquireFlags.None, 2);
        validator.Acquire(two, other, WantMode.Exclusive, AcquireFlags.None, 3);
        validator.Acquire(two, semaphore, WantMode.Exclusive, AcquireFlags.None, 4);
        Assert.Empty(run.Reports);
        validator.Release(one, other, null, 5);
        validator.Release(one, semaphore, null, 6);
        Assert.Equal(LockReportKind.CircularDependency, Assert.Single(run.Reports).Kind);
    }

    [Fact]
    public void A_cycle_over_a_semaphore_is_refuted_by_a_release_of_somebody_else_after_it()
    {
        (Script run, LockInstance semaphore, LockInstance other) = SemaphoreAndMonitor();
        HeldLocks one = Thread(1), two = Thread(2);
        run.Validator.Acquire(one, semaphore, WantMode.Exclusive, AcquireFlags.None, 1);
        run.Validator.Acquire(one, other, WantMode.Exclusive, AcquireFlags.None, 2);
        run.Validator.Release(one, other, null, 3);
        run.Validator.Release(one, semaphore, null, 4);
        run.Validator.Acquire(two, other, WantMode.Exclusive, AcquireFlags.None, 5);
        run.Validator.Acquire(two, semaphore, WantMode.Exclusive, AcquireFlags.None, 6);
        Assert.Single(run.Reports);
        run.Validator.Release(one, semaphore, null, 7);
        Assert.Empty(run.Reports);
        Assert.Empty(run.Validator.Withheld);
    }

    [Fact]
    public void A_semaphore_released_by_others_is_a_signal_and_never_reported()
    {
        (Script run, LockInstance semaphore, LockInstance other) = SemaphoreAndMonitor();
        HeldLocks one = Thread(1), two = Thread(2);
        run.Validator.Acquire(one, semaphore, WantMode.Exclusive, AcquireFlags.None, 1);
        run.Validator.Acquire(one, other, WantMode.Exclusive, AcquireFlags.None, 2);
        run.Validator.Acquire(two, other, WantMode.Exclusive, AcquireFlags.None, 3);
        run.Validator.Release(two, semaphore, null, 4);
        run.Validator.Acquire(two, semaphore, WantMode.Exclusive, AcquireFlags.None, 5);
        run.Validator.Release(one, semaphore, null, 6);
        Assert.Empty(run.Reports);
        Assert.True(semaphore.Class.Unordered);
    }

    [Theory]
    [InlineData("A B | B C | C A", 2, 99, 99, 99, "lock classes")]
    [InlineData("A B | B C | C A", 99, 2, 99, 99, "dependencies")]
    [InlineData("A B | B C | C A", 99, 99, 2, 99, "pairs of locks")]
    [InlineData("A B | B C | C A", 99, 99, 99, 2, "chains of locks")]
    public void A_limit_is_said_in_one_sentence_and_keeps_what_was_known(string script, int classes, int dependencies, int pairs, int chains, string about)
    {
        var run = new Script(Flavor.All[0], new LockLimits { Classes = classes, Dependencies = dependencies, Pairs = pairs, Chains = chains });
        run.Go(script + " | A B C A");
        Assert.Contains(about, Assert.Single(run.Exhausted));
        Assert.Empty(run.Reports);

        run.Go("A B | B A");
        Assert.Equal(classes == 2 || dependencies == 2 || pairs == 2 || chains == 2, run.Exhausted.Count == 1);
    }

    [Fact]
    public void More_held_locks_than_the_limit_are_said_once()
    {
        var run = new Script(Flavor.All[0], new LockLimits { Depth = 3 });
        run.Go("A B C D E F | A B C D E F");
        Assert.Contains("holds more than 3 locks", Assert.Single(run.Exhausted));
        Assert.Empty(run.Reports);
    }

    [Fact]
    public void More_reports_than_wait_for_semaphores_to_show_what_they_are_are_said_once()
    {
        (Script run, LockInstance semaphore, LockInstance other) = SemaphoreAndMonitor(new LockLimits { Doubts = 0 });
        Take(run.Validator, semaphore, other);
        Take(run.Validator, other, semaphore);
        Take(run.Validator, other, semaphore);
        Assert.Contains("keeps 0 reports", Assert.Single(run.Exhausted));
    }

    [Fact]
    public void A_warm_chain_allocates_nothing_and_is_not_validated_again()
    {
        Script run = Script.Run("A B C");
        var validator = run.Validator;
        LockInstance[] locks = [.. "ABC".Select(name => validator.AddInstance(validator.AddClass(name.ToString(), LockKind.Monitor)))];
        HeldLocks thread = Thread(1);
        void Once()
        {
            foreach (LockInstance taken in locks) { validator.Acquire(thread, taken, WantMode.Exclusive, AcquireFlags.None, 1); }
            validator.Acquire(thread, locks[0], WantMode.Exclusive, AcquireFlags.None, 1);
            validator.Release(thread, locks[0], null, 1);
            foreach (LockInstance taken in locks) { validator.Release(thread, taken, null, 1); }
        }

        for (int i = 0; i < 100; i++) { Once(); }
        long misses = validator.ChainMisses, before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) { Once(); }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(misses, validator.ChainMisses);
        Assert.Equal((0, ChainKey.Empty), (thread.Depth, thread.Key));
    }

    [Fact]
    public void Validating_a_new_chain_visits_each_edge_reached_at_most_once_a_mode()
    {
        long small = Visits(200), large = Visits(400);
        Assert.InRange(large, small, small * 5 / 2);

        // A ladder: 2 edges a rung, every rung reached from the top by exponentially many paths. The last acquire searches all of it.
        static long Visits(int rungs)
        {
            var validator = new Validator(_ => { });
            LockInstance[] left = Locks(validator, rungs), right = Locks(validator, rungs);
            for (int i = 0; i + 1 < rungs; i++)
            {
                foreach (LockInstance held in (LockInstance[])[left[i], right[i]])
                {
                    foreach (LockInstance wanted in (LockInstance[])[left[i + 1], right[i + 1]]) { Take(validator, held, wanted); }
                }
            }

            LockInstance top = Locks(validator, 1)[0];
            long before = validator.Graph.EdgesVisited;
            Take(validator, top, left[0]);
            return validator.Graph.EdgesVisited - before;
        }
    }

    [Fact]
    public void Ten_thousand_classes_and_a_hundred_thousand_chains_fit_in_64_MB()
    {
        long before = GC.GetTotalMemory(true);
        var validator = new Validator(_ => { });
        LockInstance[] locks = Locks(validator, 10_000);
        HeldLocks thread = Thread(1);
        // A thousand groups of ten locks; in each every pair and the first 55 triples are taken in order.
        for (int group = 0; group < locks.Length; group += 10)
        {
            int left = 100;
            for (int i = 0; i < 10; i++) { for (int j = i + 1; j < 10; j++, left--) { Chain(group + i, group + j); } }
            for (int i = 0; i < 10; i++) { for (int j = i + 1; j < 10; j++) { for (int k = j + 1; k < 10 && left > 0; k++, left--) { Chain(group + i, group + j, group + k); } } }
        }

        void Chain(params ReadOnlySpan<int> taken)
        {
            foreach (int i in taken) { validator.Acquire(thread, locks[i], WantMode.Exclusive, AcquireFlags.None, 1); }
            while (thread.Depth > 0) { validator.Release(thread, thread.Entries[thread.Depth - 1].Lock, null, 1); }
        }

        long used = GC.GetTotalMemory(true) - before;
        Assert.Equal(10_000, validator.Graph.Classes.Count);
        Assert.Equal(100_000, validator.ChainCount);
        Assert.True(used < 64 << 20, $"{used >> 20} MB");
        GC.KeepAlive(validator);
        GC.KeepAlive(locks);
    }

    private static LockInstance[] Locks(Validator validator, int count)
        => [.. Enumerable.Range(0, count).Select(i => validator.AddInstance(validator.AddClass($"L{i}", LockKind.Monitor)))];

    private static void Take(Validator validator, LockInstance held, LockInstance wanted)
    {
        HeldLocks thread = Thread(1);
        validator.Acquire(thread, held, WantMode.Exclusive, AcquireFlags.None, 1);
        validator.Acquire(thread, wanted, WantMode.Exclusive, AcquireFlags.None, 2);
    }

    private static (Script Run, LockInstance Semaphore, LockInstance Monitor) SemaphoreAndMonitor(LockLimits? limits = null)
    {
        var run = new Script(Flavor.All[0], limits);
        return (run, run.Validator.AddInstance(run.Validator.AddClass("S", LockKind.SemaphoreSlim)), run.Validator.AddInstance(run.Validator.AddClass("M", LockKind.Monitor)));
    }

    private static HeldLocks Thread(int id) => new(new ThreadIdentity(id, null, false));
}
