namespace Ncsan.Cli.Tests;

/// <summary>What can go wrong is told of real races, from the program to the report and the exit code.</summary>
public sealed class HarmTests
{
    [Theory]
    [InlineData("lost update", "Harm._lostUpdate")]
    [InlineData("torn value", "Harm._tornValue")]
    [InlineData("broken collection", "Harm._brokenCollection")]
    [InlineData("unsafe publication", "Harm._unsafePublication")]
    [InlineData("stale flag", "Harm._staleFlag")]
    [InlineData("stale read", "Harm._staleRead")]
    [InlineData("mixed elements", "int[]")]
    public void ARaceIsOfItsClassAndFailsTheRun(string name, string member) => AssertClass(name, member, exitCode: 66);

    [Fact]
    public void AHarmlessOneIsANoteAndFailsOnlyTheRunOfWhoeverAsksForThat()
    {
        AssertClass("lazy initialisation", "Harm._lazyInitialisation", exitCode: 0);
        AssertClass("lazy initialisation", "Harm._lazyInitialisation", exitCode: 66, "--severity", "lazy initialisation=error");
    }

    private static void AssertClass(string name, string member, int exitCode, params string[] options)
    {
        using var sandbox = Sandbox.WithProgram();
        var outcome = sandbox.Run(["--sampling", "always", .. options, "--", "harm", name]);
        Assert.Contains("data race on " + member, outcome.Error);
        Assert.Contains($"  {name}: ", outcome.Error);
        Assert.Contains("certainty observed", outcome.Error);
        Assert.Equal(exitCode, outcome.ExitCode);
    }
}
