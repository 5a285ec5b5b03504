using System.Text.RegularExpressions;

namespace Ncsan.Cli.Tests;

/// <summary><c>--rounds</c> and <c>ncsan repro</c>: what nearly met once is made to meet, and what met is shown again.</summary>
public sealed class ReproTests
{
    [Fact]
    public void AccessesASecondAndAHalfApartAreObservedInASecondRoundAndReproduced()
    {
        using var sandbox = Sandbox.WithProgram();
        string findings = Path.Combine(sandbox.Folder, "findings.jsonl");
        var found = sandbox.Run("--findings", findings, "--rounds", "3", "--sampling", "always", "--", "apart");
        Assert.Equal(66, found.ExitCode);
        Assert.Contains("ncsan: round 2 of at most 3", found.Error);
        Assert.DoesNotContain("ncsan: round 3", found.Error);
        Assert.Contains("NCS0001 data race on Account.Balance (int)", found.Error);

        string id = Regex.Match(found.Error, "#[0-9a-f]{8}").Value;
        var again = Ncsan.RunIn(sandbox.Folder, null, "repro", id, "--times", "3", "--findings", findings);
        Reproduced.AtLeastAllButOne(again, 3);
        Assert.Equal(0, again.ExitCode);
    }

    [Fact]
    public void ACrashBeforeAnythingWasFoundIsNoReasonToStopLooking()
    {
        using var sandbox = Sandbox.WithProgram();
        var found = sandbox.Run("--rounds", "3", "--sampling", "always", "--", "apart-crash");
        Assert.Contains("ncsan: round 2 of at most 3", found.Error);
        Assert.DoesNotContain("ncsan: round 3", found.Error);
        Assert.Contains("NCS0001 data race on Account.Balance (int)", found.Error);
        Assert.Equal(134, found.ExitCode);
    }

    [Fact]
    public void PairsThatTheDelayBudgetDidNotLastForAreSaid()
    {
        using var sandbox = Sandbox.WithProgram();
        var outcome = sandbox.Run("--rounds", "2", "--sampling", "always", "--delay-budget", "0", "--", "apart");
        Assert.Contains("ncsan: the delay budget was used up before threads had waited for 1 pair of accesses that nearly met; --delay-budget gives more than 0 ms\nncsan: no findings", outcome.Error);
    }

    [Fact]
    public void ARendezvousMakesTwoAccessesMeetThatAreThreeHundredMillisecondsApart()
    {
        using var sandbox = Sandbox.WithProgram();
        for (int i = 0; i < 3; i++)
        {
            var outcome = sandbox.Run("--rounds", "1", "--sampling", "always", "--", "rendezvous", "Account.Withdraw", "Account.Withdraw()");
            Assert.Contains("NCS0001 data race on Account.Balance (int)", outcome.Error);
            Assert.Equal(66, outcome.ExitCode);
        }
    }

    [Fact]
    public void ARendezvousInMethodsThatAreNotThereIsSaid()
    {
        using var sandbox = Sandbox.WithProgram();
        var outcome = sandbox.Run("--rounds", "1", "--sampling", "always", "--", "rendezvous", "Account.Withdraw", "Account.Renamed");
        Assert.Contains("ncsan: NCS2504 no access in Account.Withdraw conflicts with one in Account.Renamed", outcome.Error);
        Assert.DoesNotContain("NCS0001", outcome.Error);
        Assert.Equal(0, outcome.ExitCode);
    }

    [Theory]
    [InlineData("orders", "NCS0103", 66)]
    [InlineData("hang", "NCS0112", 67)]
    public void AFindingAboutLocksIsShownAgainAndItsLocksAreListed(string program, string rule, int exitCode)
    {
        using var sandbox = Sandbox.WithProgram();
        string findings = Path.Combine(sandbox.Folder, "findings.jsonl");
        var found = sandbox.Run("--findings", findings, "--", program);
        Assert.Equal(exitCode, found.ExitCode);
        string id = Regex.Match(found.Error, rule + " .*(#[0-9a-f]{8})").Groups[1].Value;
        Reproduced.AtLeastAllButOne(Ncsan.RunIn(sandbox.Folder, null, "repro", id, "--times", "2", "--findings", findings), 2);
        Assert.Contains("-> captured local locks of Program.Main[]", Ncsan.RunIn(sandbox.Folder, null, "locks", findings).Out);

        var emitted = Ncsan.RunIn(sandbox.Folder, null, "repro", id, "--emit", "here.cs", "--findings", findings);
        Assert.Contains("ncsan: NCS2505 no program by public API alone is known to show", emitted.Error);
        Assert.Equal(2, emitted.ExitCode);
    }

    [Fact]
    public void AnIdThatNobodyKnowsIsRefused()
    {
        using var sandbox = Sandbox.WithProgram();
        string findings = Path.Combine(sandbox.Folder, "findings.jsonl");
        sandbox.Run("--findings", findings, "--", "exit", "0");
        var outcome = Ncsan.RunIn(sandbox.Folder, null, "repro", "01234567", "--findings", findings);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("ncsan: NCS2501 there is no finding '01234567'", outcome.Error);
    }
}
