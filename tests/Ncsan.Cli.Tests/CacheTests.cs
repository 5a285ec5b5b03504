namespace Ncsan.Cli.Tests;

/// <summary>The rewritten copy: made once, made again when it must be, safe to share.</summary>
public sealed class CacheTests
{
    [Fact]
    public void UnchangedInputIsNotRewrittenAgain()
    {
        using var sandbox = Sandbox.WithProgram();
        sandbox.Run();
        var before = Times(sandbox.Copy);
        Assert.Equal(0, sandbox.Run("--sampling", "always").ExitCode);
        Assert.Equal(0, sandbox.Run().ExitCode);
        Assert.Equal(before, Times(sandbox.Copy));
    }

    [Fact]
    public void ChangedContentFileComesAlongAndNothingElseIsTouched()
    {
        using var sandbox = Sandbox.WithProgram();
        sandbox.Run();
        var before = Times(sandbox.Copy);
        File.WriteAllText(Path.Combine(sandbox.App, "content.txt"), "changed");
        Assert.Contains("content changed", sandbox.Run("--", "echo").Out);
        Assert.Equal(before["Subject.dll"], Times(sandbox.Copy)["Subject.dll"]);
    }

    [Fact]
    public void RebuiltAssemblyOfTheSameContentIsNotRewritten()
    {
        using var sandbox = Sandbox.WithProgram();
        sandbox.Run();
        var before = Times(sandbox.Copy);
        File.SetLastWriteTimeUtc(sandbox.Dll, DateTime.UtcNow.AddMinutes(1));
        sandbox.Run();
        Assert.Equal(before["Subject.dll"], Times(sandbox.Copy)["Subject.dll"]);
    }

    [Fact]
    public void RemovedFileGoesAndAddedFileComes()
    {
        using var sandbox = Sandbox.WithProgram();
        sandbox.Run();
        File.Move(Path.Combine(sandbox.App, "content.txt"), Path.Combine(sandbox.App, "renamed.txt"));
        sandbox.Run();
        Assert.False(File.Exists(Path.Combine(sandbox.Copy, "content.txt")));
        Assert.True(File.Exists(Path.Combine(sandbox.Copy, "renamed.txt")));
    }

    [Fact]
    public void OtherOptionsMakeAnotherCopy()
    {
        using var sandbox = Sandbox.WithProgram();
        sandbox.Run();
        string rewritten = Sandbox.Contents(sandbox.Copy)["Subject.dll"];
        var outcome = sandbox.Run("--exclude", "Subj*");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(Sandbox.Contents(sandbox.App)["Subject.dll"], Sandbox.Contents(sandbox.Copy)["Subject.dll"]);
        Assert.Contains("1 blind spot", outcome.Error);
        sandbox.Run();
        Assert.Equal(rewritten, Sandbox.Contents(sandbox.Copy)["Subject.dll"]);
    }

    [Fact]
    public async Task TwoFirstRunsAtOnceBothSucceed()
    {
        using var sandbox = Sandbox.WithProgram();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => sandbox.Run("--", "exit", "4"))));
        Assert.All(outcomes, o => Assert.Equal(4, o.ExitCode));
        Assert.All(outcomes, o => Assert.Contains("no findings", o.Error));
    }

    [Fact]
    public void CopyInUseIsLeftAloneWhenTheProgramChanges()
    {
        Signals.SkipIfIgnored(Signals.Interrupt);
        using var sandbox = Sandbox.WithProgram();
        using var running = Ncsan.Start(sandbox.Folder, "run", sandbox.Dll, "--", "graceful");
        Assert.Equal("ready", running.StandardOutput.ReadLine());
        var before = Times(sandbox.Copy);
        File.WriteAllText(Path.Combine(sandbox.App, "content.txt"), "changed");
        Assert.Contains("content changed", sandbox.Run("--", "echo").Out);
        Assert.Equal(before, Times(sandbox.Copy));
        Signals.Send(running, Signals.Interrupt);
        running.WaitForExit();
        Assert.Equal(5, running.ExitCode);
    }

    [Fact]
    public void WhatTheProgramWroteBesideItselfStays()
    {
        using var sandbox = Sandbox.WithProgram();
        sandbox.Run();
        File.WriteAllText(Path.Combine(sandbox.Copy, "state.db"), "state");
        File.WriteAllText(Path.Combine(sandbox.App, "content.txt"), "changed");
        sandbox.Run();
        Assert.Equal("state", File.ReadAllText(Path.Combine(sandbox.Copy, "state.db")));
    }

    private static Dictionary<string, DateTime> Times(string folder) => Directory.EnumerateFiles(folder).ToDictionary(f => Path.GetFileName(f), File.GetLastWriteTimeUtc);
}
