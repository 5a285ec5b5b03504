namespace Ncsan.Cli.Tests;

/// <summary>What can go wrong is told of real races, from the program to the report and the exit code.</summary>
public sealed class HarmTests
{
    [Theory]
    [InlineData("lost update", "_lostUpdate")]
    [InlineData("torn value", "_tornValue")]
    [InlineData("broken collection", "_brokenCollection")]
    [InlineData("unsafe publication", "_unsafePublication")]
    [InlineData("stale flag", "_staleFlag")]
    public void ARaceIsOfItsClassAndFailsTheRun(string name, string member) => AssertClass(name, member, exitCode: 66);

    [Fact]
    public void AHarmlessOneIsANoteAndFailsOnlyTheRunOfWhoeverAsksForThat()
    {
        AssertClass("lazy initialisation", "_lazyInitialisation", exitCode: 0);
        AssertClass("lazy initialisation", "_lazyInitialisation", exitCode: 66, "--severity", "lazy initialisation=error");
    }

    private static void AssertClass(string name, string member, int exitCode, params string[] options)
    {
        using var sandbox = Sandbox.WithProgram();
        var outcome = sandbox.Run(["--sampling", "always", .. options, "--", "harm", name]);
        Assert.Contains("data race on Harm." + member, outcome.Error);
        Assert.Contains($"  {name}: ", outcome.Error);
        Assert.Contains("certainty observed", outcome.Error);
        Assert.Equal(exitCode, outcome.ExitCode);
    }
}
