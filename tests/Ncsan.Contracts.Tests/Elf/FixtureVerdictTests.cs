using Ncsan.Contracts.Elf;
using Ncsan.Contracts.Model;
using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Tests.Elf;

/// <summary>Each function of a fixture says its verdict in its name; the verifier must say the same of all of them, however they were compiled.</summary>
public sealed class FixtureVerdictTests
{
    private static readonly string[] s_fixtures = ["calls.c", "slots.c", "regions.c", "implicit.c", "switches.c", "instrumented.c"];
    private static readonly string[] s_flags = ["-mcmodel=kernel -fno-pic -fcf-protection=none", "-fPIC", "-fno-pic -mindirect-branch=thunk-extern -mfunction-return=thunk-extern -fcf-protection=none", "-Os -fno-pic", "-O0 -fno-pic"];

    public static TheoryData<string, string> Matrix()
    {
        var rows = new TheoryData<string, string>();
        foreach (string fixture in s_fixtures) { foreach (string flags in s_flags) { rows.Add(fixture, flags); } }
        return rows;
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public void Every_function_has_the_verdict_of_its_name(string fixture, string flags)
    {
        using ElfFrontEnd elf = ElfFrontEnd.Open(Compiler.Object($"{Compiler.Sanitized} {flags}", fixture), Profile.Shipped("linux")!);
        var expected = elf.Graph.Functions.Select(f => f.Name).Where(n => n.StartsWith("bad", StringComparison.Ordinal)).Select(n => $"NCS{n[3..7]} {n}").ToHashSet();
        var found = RuleSet.Check(elf.Graph).Where(v => v.Severity == Severity.Error).Select(v => $"{v.Rule} {v.Function.Name}").ToHashSet();
        Assert.NotEmpty(expected);
        Assert.Contains(elf.Graph.Functions, f => f.Name.StartsWith("good_", StringComparison.Ordinal));
        Assert.Equal(expected.Order(), found.Order());
    }

    [Fact]
    public void All_violations_of_a_function_are_reported_not_the_first()
    {
        using ElfFrontEnd elf = ElfFrontEnd.Open(Compiler.Object($"{Compiler.Sanitized} -fno-pic -DTWICE", "regions.c"), Profile.Shipped("linux")!);
        Assert.Equal(Tier.Sound, elf.Graph.Tier);
        using ElfFrontEnd calls = ElfFrontEnd.Open(Compiler.Object($"{Compiler.Sanitized} -fno-pic", "calls.c"), Profile.Shipped("linux")!);
        Assert.Equal(1, RuleSet.Check(calls.Graph).Count(v => v.Function.Name == "bad0301_region_on_one_path_only"));
        Assert.Equal(1, RuleSet.Check(calls.Graph).Count(v => v.Function.Name == "bad0301_call_behind_region"));
    }
}
