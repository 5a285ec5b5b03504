namespace Ncsan.Cli.Tests;

/// <summary>However the program ends, its exit code and its findings stay.</summary>
public sealed class EndTests
{
    [Theory]
    [InlineData("crash", "crashed on purpose")]
    [InlineData("fail-fast", "failed fast on purpose")]
    public void CrashKeepsItsExitCodeAndItsFindings(string how, string words)
    {
        using var sandbox = Sandbox.WithProgram();
        var outcome = sandbox.Run("--sampling", "always", "--", how);
        Assert.Equal(134, outcome.ExitCode);
        Assert.Contains(words, outcome.Error);
        Assert.Contains("NCS0001 data race on Account.Balance (int)", outcome.Error);
        Assert.Contains("ncsan: 1 finding", outcome.Error);
    }

    [Theory]
    [InlineData(Signals.Terminate)]
    [InlineData(Signals.Interrupt)]
    public async Task SignalEndsAnEndlessProgramAndFindingsAreKept(int signal)
    {
        Signals.SkipIfIgnored(signal);
        using var sandbox = Sandbox.WithProgram();
        using var process = Ncsan.Start(sandbox.Folder, "run", sandbox.Dll, "--sampling", "always", "--json", "found.jsonl", "--", "forever");
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal("ready", process.StandardOutput.ReadLine());
        Signals.Send(process, signal);
        process.WaitForExit();
        Assert.Contains("ncsan: 1 finding", await error);
        Assert.Contains("Account.Balance", File.ReadAllText(Path.Combine(sandbox.Folder, "found.jsonl")));
        Assert.Contains(process.ExitCode, new[] { 66, 128 + signal });
    }

    [Fact]
    public void ProgramThatHandlesCtrlCEndsItsOwnWay()
    {
        Signals.SkipIfIgnored(Signals.Interrupt);
        using var sandbox = Sandbox.WithProgram();
        using var process = Ncsan.Start(sandbox.Folder, "run", sandbox.Dll, "--", "graceful");
        Assert.Equal("ready", process.StandardOutput.ReadLine());
        Signals.Send(process, Signals.Interrupt);
        Assert.Equal("stopped", process.StandardOutput.ReadLine());
        process.WaitForExit();
        Assert.Equal(5, process.ExitCode);
    }
}
