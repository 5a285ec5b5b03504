namespace Ncsan.Cli.Tests;

/// <summary><c>ncsan test</c> on both test platforms.</summary>
public sealed class TestVerbTests
{
    [Theory]
    [InlineData("XunitV2", "--filter", "FullyQualifiedName!~Fails")]
    [InlineData("XunitV3", "-method-", "*Fails")]
    public void FindingNamesItsTestAndSetsTheExitCode(string subject, params string[] arguments)
    {
        using var sandbox = new Sandbox();
        sandbox.Bring(Sandbox.Output(subject));
        string findings = Path.Combine(sandbox.Folder, "findings.jsonl");
        var outcome = Ncsan.RunIn(sandbox.Folder, null, ["test", Path.Combine(sandbox.App, subject + ".dll"), "--findings", findings, "--", .. arguments]);
        Assert.Contains("NCS0001 data race on BankTests._balance (int)", outcome.Error);
        Assert.Matches(@"test +Subject\.BankTests\.LosesUpdates\n", outcome.Error);
        Assert.Matches(@"test +Subject\.BankTests\.LosesUpdatesAsync\n", outcome.Error);
        Assert.Contains(subject == "XunitV2" ? "Passed:     4" : "Total: 4, Errors: 0, Failed: 0", outcome.Out);
        Assert.Equal(66, outcome.ExitCode);

        // The platform is in the record and not in the text, nor is the other test, from whose end it may have come to this one.
        Assert.Contains("\"testPlatform\":true", File.ReadAllText(findings));
        Assert.DoesNotContain("InvokeTestMethod", outcome.Error);
        Assert.Contains("started by BankTests.LosesUpdates() ", outcome.Error);
        string[] reports = outcome.Error.Split("\n\n");
        Assert.All(reports.Where(static r => r.Contains("BankTests.LosesUpdates\n")), static r => Assert.DoesNotContain("LosesUpdatesAsync()", r));
        Assert.All(reports.Where(static r => r.Contains("BankTests.LosesUpdatesAsync\n")), static r => Assert.DoesNotContain("LosesUpdates()", r));
    }

    [Theory]
    [InlineData("XunitV2", "--filter", "FullyQualifiedName~Passes")]
    [InlineData("XunitV3", "-method", "*Passes")]
    public void CleanTestsPass(string subject, params string[] arguments)
    {
        using var sandbox = new Sandbox();
        sandbox.Bring(Sandbox.Output(subject));
        var outcome = Ncsan.RunIn(sandbox.Folder, null, ["test", Path.Combine(sandbox.App, subject + ".dll"), "--", .. arguments]);
        Assert.Contains("no findings", outcome.Error);
        Assert.Equal(0, outcome.ExitCode);
    }

    [Theory]
    [InlineData("XunitV2", "--filter", "FullyQualifiedName~Fails")]
    [InlineData("XunitV3", "-method", "*Fails")]
    public void FailedTestKeepsItsExitCode(string subject, params string[] arguments)
    {
        using var sandbox = new Sandbox();
        sandbox.Bring(Sandbox.Output(subject));
        var outcome = Ncsan.RunIn(sandbox.Folder, null, ["test", Path.Combine(sandbox.App, subject + ".dll"), "--", .. arguments]);
        Assert.Contains("on purpose", outcome.Out + outcome.Error);
        Assert.Equal(1, outcome.ExitCode);
    }

    [Fact]
    public void ProgramWithoutTestsIsRefused()
    {
        using var sandbox = Sandbox.WithProgram();
        var outcome = Ncsan.Run("test", sandbox.Dll);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("ncsan: NCS2012 ", outcome.Error);
    }
}
