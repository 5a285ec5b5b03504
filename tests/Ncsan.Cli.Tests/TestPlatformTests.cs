using System.Text.RegularExpressions;

namespace Ncsan.Cli.Tests;

/// <summary>How <c>ncsan test</c> and <c>ncsan repro</c> tell a test program which tests to run, and what becomes of it when that is not understood.</summary>
public sealed class TestPlatformTests
{
    [Fact]
    public void OfAProjectWithThePlatformsCommandLineOnlyTheTestsRunAgain()
    {
        using var sandbox = new Sandbox();
        var found = Test(sandbox, "XunitV3Platform");
        Assert.Contains("ncsan: round 2 of at most 3: 1 test, ", found.Error);
        Assert.DoesNotContain("NCS2015", found.Error);
        Assert.Matches(@"total: 2\n(.*\n)*.*total: 1\n", found.Out);
        AssertFound(found);
        Reproduced.AtLeastAllButOne(Repro(sandbox, found, "3"), 3);
    }

    [Fact]
    public void ARoundThatIsRefusedIsRunWithEveryTest()
    {
        using var sandbox = new Sandbox();
        var found = Test(sandbox, "XunitV3Stubborn");
        Assert.Contains("ncsan: NCS2015 round 2 ran no test: told '-method', the test run ended with 3. It is run again with every test.", found.Error);
        AssertFound(found);

        var again = Repro(sandbox, found, "3");
        Assert.Contains("ncsan: NCS2015 told '-method Subject.LaterTests.FilesTwice', the test run ended with 3 and ran no test. Every test runs instead.", again.Error);
        Reproduced.AtLeastAllButOne(again, 3);
    }

    [Fact]
    public void ACommandWhoseTestsDoNotRunAnyMoreSaysNothingOfItsSites()
    {
        using var sandbox = new Sandbox();
        var found = Test(sandbox, "XunitV3Platform");
        string findings = Findings(sandbox);
        File.WriteAllText(findings, File.ReadAllText(findings).Replace("XunitV3Platform.dll\"]", "XunitV3Platform.dll\",\"--\",\"--nonsense\"]"));
        var again = Repro(sandbox, found, "3");
        Assert.Contains("ncsan: NCS2503 ", again.Error);
        Assert.Contains("no test is known to have run, and the test run ended with 5", again.Error);
        Assert.Equal((2, ""), (again.ExitCode, again.Out));
    }

    [Theory]
    [InlineData("XunitV3", 3, "--filter-class", "X")]
    [InlineData("XunitV3Platform", 5, "-class", "X")]
    [InlineData("XunitV2", 1, "--nonsense:X")]
    [InlineData("XunitV3", 0, "-class", "X")]
    public void ARunWithoutATestIsNotCalledClean(string subject, int exitCode, params string[] arguments)
    {
        using var sandbox = new Sandbox();
        var outcome = Test(sandbox, subject, ["--", .. arguments]);
        Assert.EndsWith($"ncsan: NCS2015 no test is known to have run; the test run ended with {exitCode}.\n", outcome.Error.TrimEnd() + "\n");
        Assert.DoesNotContain("no findings", outcome.Error);
        Assert.Equal(exitCode, outcome.ExitCode);
    }

    private static void AssertFound(Outcome found)
    {
        Assert.Contains("NCS0001 data race on LaterTests._papers (int)", found.Error);
        Assert.Matches(@"test +Subject\.LaterTests\.FilesTwice\n", found.Error);
        Assert.Equal(66, found.ExitCode);
    }

    private static Outcome Test(Sandbox sandbox, string subject, params string[] more)
    {
        sandbox.Bring(Sandbox.Output(subject));
        return Ncsan.RunIn(sandbox.Folder, null, ["test", "--findings", Findings(sandbox), Path.Combine(sandbox.App, subject + ".dll"), .. more]);
    }

    private static Outcome Repro(Sandbox sandbox, Outcome found, string times) =>
        Ncsan.RunIn(sandbox.Folder, null, "repro", Regex.Match(found.Error, "#[0-9a-f]{8}").Value, "--times", times, "--findings", Findings(sandbox));

    private static string Findings(Sandbox sandbox) => Path.Combine(sandbox.Folder, "findings.jsonl");
}
