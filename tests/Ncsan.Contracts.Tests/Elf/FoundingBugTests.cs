using System.Text.Json;
using Ncsan.Contracts.Elf;
using Ncsan.Contracts.Model;
using Ncsan.Contracts.Report;
using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Tests.Elf;

/// <summary>The shape of the bug of August 2020: a small helper over a slot, out of line in two units, instrumented in one, called by what mirrors the interrupt state.</summary>
public sealed class FoundingBugTests
{
    private const string Kernel = "-mcmodel=kernel -fno-pic -fcf-protection=none -O1 -fno-inline-small-functions -fno-inline-functions-called-once -fno-early-inlining";

    private static ElfFrontEnd Open(string more = "") => ElfFrontEnd.Open(Compiler.Object($"{Compiler.Sanitized} {Kernel} {more}", "founding-lockdep.c", "founding-kcsan.c"), Profile.Shipped("linux")!);

    [Fact]
    public void The_verifier_names_the_helper_its_copy_its_slot_and_the_way_there()
    {
        using ElfFrontEnd elf = Open();
        Violation violation = Assert.Single(RuleSet.Check(elf.Graph), v => v.Severity == Severity.Error);
        Assert.Equal(CallRule.Leaves, violation.Rule);
        Assert.Equal("bad0301_lockdep_hardirqs_off", violation.Function.Name);
        Assert.Equal("arch_local_save_flags", violation.Target!.Name);
        Assert.Equal("founding-lockdep.c", violation.Target.Unit);
        Assert.Contains(violation.Because, b => b.Contains("copy in founding-lockdep.c] is instrumented: calls __tsan_read8", StringComparison.Ordinal));
        Assert.Contains(violation.Because, b => b.Contains("2 out-of-line copies, 2 of them instrumented", StringComparison.Ordinal));
        Assert.Contains(violation.Because, b => b.Contains("a debug assertion's read is instrumented", StringComparison.Ordinal));
        Assert.Contains(violation.Because, b => b.Contains("calls through pv_ops+0x8", StringComparison.Ordinal));
        Assert.Contains(violation.Mend, m => m.Contains("__always_inline", StringComparison.Ordinal));
        Assert.Contains(violation.Mend, m => m.Contains("its body is instrumented there", StringComparison.Ordinal));
        Assert.Equal("kcsan_setup_watchpoint", violation.Path[^3].Name);
    }

    [Fact]
    public void The_note_counts_the_copies_and_names_the_protected_caller()
    {
        using ElfFrontEnd elf = Open();
        CopyGroup group = Assert.Single(CopyRule.Groups(elf.Graph), g => g.Name == "arch_local_save_flags");
        Assert.Equal(2, group.Bodies.Count);
        Assert.Equal(2, group.Instrumented);
        Assert.Equal("bad0301_lockdep_hardirqs_off", Assert.Single(group.ProtectedCallers).Name);
        Assert.Contains(RuleSet.Check(elf.Graph), v => v.Rule == CopyRule.Copied && v.Severity == Severity.Note);
    }

    [Fact]
    public void The_listing_shows_the_slot_the_compare_the_trap_the_hook_and_the_relocations()
    {
        using ElfFrontEnd elf = Open();
        var output = new StringWriter();
        Assert.True(new ListReports(output).Listing(elf.Graph, "arch_local_save_flags"));
        string text = output.ToString();
        Assert.Contains("call __tsan_read8", text, StringComparison.Ordinal);
        Assert.Contains("hook, for a debug assertion", text, StringComparison.Ordinal);
        Assert.Matches(@"cmpq \$0, pv_ops\+0x8|test %r", text); // the compare of memory, or of the register that it was loaded into
        Assert.Contains("ud2", text, StringComparison.Ordinal);
        Assert.Contains("# pv_ops+0x8", text, StringComparison.Ordinal);
        Assert.Contains("R_X86_64_PC32 pv_ops+0x", text, StringComparison.Ordinal);
        Assert.False(new ListReports(output).Listing(elf.Graph, "no_such_function"));
    }

    [Fact]
    public void With_type_information_the_slot_has_its_members_name()
    {
        using ElfFrontEnd elf = Open("-gbtf");
        if (elf.Graph.Slots.All(s => s.Name == s.Place))
        {
            // Linking several .BTF sections into one leaves only the first readable: read it from one unit.
            string types = Compiler.Object($"{Compiler.Sanitized} {Kernel} -gbtf", "founding-lockdep.c");
            using ElfFrontEnd named = ElfFrontEnd.Open(types, Profile.Shipped("linux")!);
            Assert.Contains(named.Graph.Slots, s => s is { Name: "pv_ops.irq.save_fl", Place: "pv_ops+0x8" });
            return;
        }

        Assert.Contains(elf.Graph.Slots, s => s is { Name: "pv_ops.irq.save_fl", Place: "pv_ops+0x8" });
    }

    [Fact]
    public void From_the_hooks_the_frontier_is_the_tracepoint_and_the_helper_and_the_profile_cuts_the_report()
    {
        Profile profile = Profile.Shipped("linux")!;
        using ElfFrontEnd elf = Open();
        Recursion found = new RecursionRule(profile, ["hooks"]).Search(elf.Graph);
        Assert.Equal(["arch_local_save_flags", "trace_irq_disable"], found.Frontier.Select(f => f.Function.Name).Order());
        FrontierEntry traced = found.Frontier.Single(f => f.Function.Name == "trace_irq_disable");
        Assert.Equal(["kcsan_setup_watchpoint", "trace_hardirqs_off", "trace_irq_disable"], traced.Path.Select(f => f.Name).Skip(1));
        Assert.Contains(found.Cuts, c => c.Functions.Any(f => f.Name == "print_report"));

        profile.Add("keep", "print_report");
        Assert.Contains(new RecursionRule(profile, ["hooks"]).Search(elf.Graph).Frontier, f => f.Function.Name == "only_behind_a_cut");
    }

    [Fact]
    public void From_a_named_root_the_search_begins_there_and_an_unknown_root_is_refused()
    {
        using ElfFrontEnd elf = Open();
        Assert.Contains(new RecursionRule(Profile.Shipped("linux")!, ["trace_hardirqs_off"]).Search(elf.Graph).Frontier, f => f.Path.Count == 2);
        Assert.Throws<ArgumentException>(() => new RecursionRule(Profile.Shipped("linux")!, ["nobody"]).Search(elf.Graph));
    }

    [Fact]
    public void An_unresolved_call_on_a_way_from_the_hooks_fails_a_strict_search_unless_the_profile_accepts_it()
    {
        Profile profile = Profile.Shipped("linux")!;
        using ElfFrontEnd elf = Open();
        Assert.DoesNotContain(new RecursionRule(profile, ["hooks"]).Check(elf.Graph), v => v.Rule == RecursionRule.MayReach);
        Violation open = Assert.Single(new RecursionRule(profile, ["hooks"]) { Strict = true }.Check(elf.Graph), v => v.Rule == RecursionRule.MayReach);
        Assert.Equal("ask", open.Function.Name);

        profile.Add(new StringReader("open ask   # the caller's own\nopen nobody  # gone"), "mine.profile");
        Recursion found = new RecursionRule(profile, ["hooks"]).Search(elf.Graph);
        Assert.Equal(("ask", "the caller's own"), (Assert.Single(found.Open).Function.Name, found.Open[0].Reason));
        Assert.Empty(found.Unresolved);
        Assert.DoesNotContain(new RecursionRule(profile, ["hooks"]) { Strict = true }.Check(elf.Graph), v => v.Rule == RecursionRule.MayReach);
        Assert.Equal(["nobody"], profile.Unused("open"));
    }

    [Fact]
    public void The_lists_are_whole_in_json()
    {
        using ElfFrontEnd elf = Open();
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            JsonReport.Write(json, elf.Graph, RuleSet.Check(elf.Graph), lists =>
            {
                lists.Slots();
                lists.Copies();
                lists.Listings(["arch_local_save_flags"]);
                lists.Recursion(new RecursionRule(Profile.Shipped("linux")!, ["hooks"]).Search(elf.Graph));
            });
        }

        using JsonDocument document = JsonDocument.Parse(stream.ToArray());
        JsonElement root = document.RootElement;
        JsonElement slot = Assert.Single(root.GetProperty("slots").EnumerateArray(), s => s.GetProperty("place").GetString() == "pv_ops+0x8");
        Assert.Equal("native_save_fl", slot.GetProperty("holds")[0].GetProperty("function").GetString());
        Assert.True(slot.GetProperty("called").GetArrayLength() >= 2);
        Assert.Contains(root.GetProperty("copies").EnumerateArray(), c => c.GetProperty("name").GetString() == "arch_local_save_flags" && c.GetProperty("bodies").GetArrayLength() == 2);
        Assert.Equal(2, root.GetProperty("listings").GetArrayLength());
        Assert.Equal("ask", Assert.Single(root.GetProperty("recursion").GetProperty("unresolved").EnumerateArray()).GetProperty("function").GetString());
    }

    [Fact]
    public void Bodies_that_are_the_same_are_listed_once()
    {
        using ElfFrontEnd elf = Open();
        var output = new StringWriter();
        new ListReports(output).Listing(elf.Graph, "arch_local_save_flags");
        Assert.Contains("the same once more, in founding-kcsan.c", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_build_is_no_worse_than_itself_and_one_more_of_the_same_fault_is_worse()
    {
        using ElfFrontEnd elf = Open();
        IReadOnlyList<Violation> found = RuleSet.Check(elf.Graph);
        Assert.Empty(Difference.Worse(found, found));
        Assert.Equal(found.Count, Difference.Worse([], found).Count);
        Assert.Equal(found[0], Assert.Single(Difference.Worse(found, [.. found, found[0]])));
        Assert.Empty(Difference.Worse(found, []));
        Violation copies = found.Single(v => v.Rule == CopyRule.Copied);
        Assert.Equal(copies, Assert.Single(Difference.Worse([copies with { Weight = copies.Weight - 1 }], [copies])));
    }
}
