using Ncsan.Contracts.Il;
using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Tests.Il;

/// <summary>The sample of the founding thread says what its README says.</summary>
public sealed class ParavirtIrqFlagsSampleTests
{
    [Fact]
    public void The_forgotten_helper_and_the_slot_behind_it_are_named()
    {
        using var compiler = new IlCompiler();
        using IlFrontEnd read = IlFrontEnd.Read(new IlOptions([Compile(compiler)]));
        Assert.Collection(RuleSet.Check(read.Graph),
            v => Assert.Equal("call to ArchLocal.SaveFlags() leaves protected code", v.Message),
            v => Assert.Equal("indirect call through PvIrqOps.SaveFl can reach Xen.SaveFl(), which is not protected", v.Message));
    }

    [Fact]
    public void The_cured_program_keeps_the_contract()
    {
        using var compiler = new IlCompiler();
        using IlFrontEnd read = IlFrontEnd.Read(new IlOptions([Compile(compiler, "CURE")]));
        Assert.Empty(RuleSet.Check(read.Graph));
    }

    [Fact]
    public void The_broken_program_recurses_and_loses_the_interrupt_state()
    {
        using var compiler = new IlCompiler();
        (int exit, string output, _) = Child.Run(Compile(compiler));
        Assert.Equal(1, exit);
        Assert.Contains("the hardware says on, the tracker says off", output, StringComparison.Ordinal);
        Assert.Contains("entered itself 999 times", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("CURE")]
    public void The_listing_shows_the_slot_and_the_debug_null_test(params string[] symbols)
    {
        using var compiler = new IlCompiler();
        using IlFrontEnd read = IlFrontEnd.Read(new IlOptions([Compile(compiler, symbols)]));
        string name = Assert.Single(read.Find("ArchLocal.SaveFlags"));
        List<string> lines = [.. read.Listing(Assert.Single(read.Graph.Named(name))).Select(l => $"{l.Text} # {l.Comment}")];
        Assert.Equal(2, lines.Count(l => l.Contains("ldfld Func<ulong> PvIrqOps.SaveFl", StringComparison.Ordinal))); // the test of the slot, and its use
        Assert.Contains(lines, l => l.Contains("throw", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("Func<ulong>.Invoke()", StringComparison.Ordinal) && l.EndsWith("slot PvIrqOps.SaveFl", StringComparison.Ordinal));
    }

    [Fact]
    public void The_cured_program_does_neither()
    {
        using var compiler = new IlCompiler();
        (int exit, string output, _) = Child.Run(Compile(compiler, "CURE"));
        Assert.Equal(0, exit);
        Assert.Contains("entered itself 0 times", output, StringComparison.Ordinal);
    }

    private static string Compile(IlCompiler compiler, params string[] symbols)
    {
        compiler.Add(typeof(Ncsan.Annotations.NoInstrumentAttribute).Assembly.Location);
        string source = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "ParavirtIrqFlags.cs"));
        return compiler.Compile("ParavirtIrqFlags", "global using System; global using System.Linq;\n" + source, optimize: false, console: true, symbols);
    }
}
