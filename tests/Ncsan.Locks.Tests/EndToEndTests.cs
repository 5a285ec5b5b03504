using System.Text.Json;

namespace Ncsan.Locks.Tests;

public class EndToEndTests(Subjects subjects) : IClassFixture<Subjects>
{
    public static TheoryData<string> Defects => [.. Subjects.Cases("NCS01").Where(name => !name.StartsWith("NCS0112", StringComparison.Ordinal))];

    public static TheoryData<string> Hangs => [.. Subjects.Cases("NCS0112")];

    [Theory]
    [MemberData(nameof(Defects))]
    public void A_defect_that_did_no_harm_is_reported_in_the_first_run(string name)
    {
        var run = subjects.Go(1, name);
        Assert.Equal(0, run.ExitCode);
        Assert.True(run.Rules.SequenceEqual([name[..7]]), run.Text);
    }

    [Theory]
    [MemberData(nameof(Hangs))]
    public void A_real_deadlock_ends_with_a_report_and_67(string name)
    {
        var run = subjects.Go(1, name);
        Assert.True(run.ExitCode == 67, run.Text);
        JsonElement hang = run.Findings.Single(finding => finding.GetProperty("rule").GetString() == "NCS0112");
        int threads = name[8] - '0';
        Assert.Equal(threads, hang.GetProperty("sections").EnumerateArray().Count(section => section.GetProperty("title").GetString()!.EndsWith(" hangs", StringComparison.Ordinal)));
        Assert.All(hang.GetProperty("sections").EnumerateArray().Take(threads), section => Assert.Contains(".cs", section.GetProperty("stack")[0].GetProperty("file").GetString()));
    }

    [Fact]
    public void A_semaphore_that_its_flow_takes_again_is_told_when_the_program_hangs_for_it()
    {
        var run = subjects.Go(1, "NCS0112_2_async_mutex_taken_again_by_its_flow");
        Assert.Equal(["NCS0102", "NCS0112"], run.Rules.Order());
    }

    /// <summary>By itself, and beside the race detector, which runs other copies of the code.</summary>
    [Theory]
    [InlineData("off")]
    [InlineData("always")]
    public void Clean_programs_are_silent(string sampling)
    {
        int times = Environment.GetEnvironmentVariable("NCSAN_LONG") == "1" ? 20 : 1;
        Assert.True(Subjects.Cases("Silent").Count() >= 50);
        var run = subjects.Go(times, "Silent", ("NCSAN_SAMPLING", sampling));
        Assert.True(run.ExitCode == 0, run.Text);
        Assert.True(!run.Rules.Any(), run.Text);
        Assert.True(!run.Output.Contains("ncsan:", StringComparison.Ordinal), run.Output);
    }

    /// <summary>Ten ways to hold a lock, each over each. The readers' locks have no writer, so nobody is ever kept out of them.</summary>
    [Fact]
    public void Every_mix_of_locks_in_both_orders_is_reported()
    {
        string[] kinds = ["Monitor", "Lock", "Writer", "Reader", "Upgradeable", "OldWriter", "OldReader", "Mutex", "Slim", "Semaphore"];
        var members = subjects.Go(1, "Mixed").Findings.Where(finding => finding.GetProperty("rule").GetString() == "NCS0101").Select(finding => finding.GetProperty("member").GetString()!).ToHashSet();
        foreach (string a in kinds)
        {
            foreach (string b in kinds)
            {
                bool found = members.Contains($"Mixes.s_a{a} -> Mixes.s_b{b} -> Mixes.s_a{a}") || members.Contains($"Mixes.s_b{b} -> Mixes.s_a{a} -> Mixes.s_b{b}");
                bool readers = a is "Reader" or "OldReader" || b is "Reader" or "OldReader";
                Assert.True(found != readers, $"{a} and {b}: {(found ? "reported" : "silent")}");
            }
        }
    }

    [Fact]
    public void Both_orders_on_one_thread_alone_are_a_note()
    {
        var run = subjects.Go(1, "Once");
        JsonElement finding = Assert.Single(run.Findings);
        Assert.Equal(("NCS0101", "note", "one thread"), (finding.GetProperty("rule").GetString(), finding.GetProperty("severity").GetString(), finding.GetProperty("certainty").GetString()));
        JsonElement withheld = Assert.Single(Facts(run).GetProperty("withheld").EnumerateArray());
        Assert.Equal("OneThread", withheld.GetProperty("grade").GetString());
    }

    [Fact]
    public void Both_orders_under_one_outer_lock_are_a_note()
    {
        JsonElement finding = Assert.Single(subjects.Go(1, "Note_both").Findings);
        Assert.Equal(("NCS0101", "note", "guarded"), (finding.GetProperty("rule").GetString(), finding.GetProperty("severity").GetString(), finding.GetProperty("certainty").GetString()));
        Assert.DoesNotContain("it can", finding.ToString());
    }

    [Fact]
    public void A_report_holds_both_chains_with_their_stacks_in_source_lines()
    {
        var finding = Assert.Single(subjects.Go(1, "NCS0101_Monitor").Findings);
        Assert.Equal("possible deadlock", finding.GetProperty("kind").GetString());
        Assert.Equal("confirmed by instances", finding.GetProperty("certainty").GetString());
        var sections = finding.GetProperty("sections").EnumerateArray().ToArray();
        string[] tops = [.. sections.Take(2).Select(section => section.GetProperty("stack")[0].GetProperty("method").GetString()!)];
        Assert.Equal(["Orders.MonitorPair.Back()", "Orders.MonitorPair.Forth()"], tops);
        Assert.All(sections.Take(2), section => Assert.EndsWith("Orders.cs", section.GetProperty("stack")[0].GetProperty("file").GetString()));
        Assert.All(sections.Take(2), section => Assert.True(section.GetProperty("stack")[0].GetProperty("line").GetInt32() > 0));
        Assert.Contains(sections, section => section.GetProperty("title").GetString() == "How it hangs");
        Assert.Contains("No deadlock happened in this run; it can.", finding.ToString());
        Assert.Contains(sections, section => section.GetProperty("title").GetString()!.StartsWith("Locks held by"));
        Assert.Contains(sections, section => section.GetProperty("title").GetString() == "What to do");
    }

    /// <summary>What is entered inline runs on the thread that enters it, so one thread is enough to hang; and none, where the lock lets its holder in again.</summary>
    [Fact]
    public void Inline_code_hangs_its_own_thread_in_the_scenario()
    {
        JsonElement semaphore = Assert.Single(subjects.Go(1, "NCS0104_semaphore").Findings), monitor = Assert.Single(subjects.Go(1, "NCS0104_continuation").Findings);
        Assert.Equal(
            ["thread A", "takes Contexts.Door.s_gate #", "enters continuations of Contexts.Door._open", "waits for Contexts.Door.s_gate #"],
            semaphore.GetProperty("sections").EnumerateArray().Single(section => section.GetProperty("title").GetString() == "How it hangs").GetProperty("lines").EnumerateArray().Select(line => line.GetString()!.Trim().TrimEnd("0123456789".ToCharArray())));
        Assert.DoesNotContain("How it hangs", monitor.ToString());
        Assert.DoesNotContain("it can", monitor.ToString());
        Assert.Contains("no deadlock, but code inside the critical section", monitor.ToString());
    }

    [Fact]
    public void A_race_on_a_member_says_which_lock_usually_guards_it()
    {
        var run = subjects.Go(1, "Guarded", ("NCSAN_SAMPLING", "always"), ("NCSAN_SKIP_WATCH", "50"));
        Assert.True(run.Rules.All(rule => rule == "NCS0001") && run.Rules.Any(), run.Text);
        string id = run.Findings.First().GetProperty("id").GetString()!;
        JsonElement atExit = run.Lines.Single(line => line.GetProperty("record").GetString() == "repeat" && line.GetProperty("id").GetString() == id);
        Assert.Matches(@"^Guarded\.Account\._gate in (8\d|9\d) % of [\d,]+$", atExit.GetProperty("usualLock").GetString());
    }

    [Fact]
    public void Without_the_option_nothing_is_reported_and_programs_behave()
    {
        var run = subjects.Go(1, "NCS0101", ("NCSAN_LOCKS", "false"));
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Findings);
    }

    private static JsonElement Facts(Subjects.Run run) => run.Lines.Single(line => line.GetProperty("record").GetString() == "locks");
}
