using System.Text.Json;

namespace Ncsan.Cli.Tests;

/// <summary><c>ncsan run</c> on programs that are as they should be.</summary>
public sealed class RunTests
{
    [Fact]
    public void RaceIsReportedWithBothSidesAndExitCode66()
    {
        using var sandbox = Sandbox.WithProgram();
        var outcome = sandbox.Run("--sampling", "always", "--", "race");
        Assert.Equal(66, outcome.ExitCode);
        Assert.Contains("NCS0001 data race on Account.Balance (int)", outcome.Error);
        Assert.Contains("thread 'teller-1'", outcome.Error);
        Assert.Contains("thread 'teller-2'", outcome.Error);
        Assert.Contains("Program.cs:", outcome.Error);
        Assert.Matches(@"ncsan: 1 finding \(1 error\)[^\n]*\n*$", outcome.Error);
        Assert.Equal("", outcome.Out);
    }

    [Fact]
    public void CleanProgramKeepsItsExitCode()
    {
        using var sandbox = Sandbox.WithProgram();
        var outcome = sandbox.Run("--", "exit", "7");
        Assert.Equal(7, outcome.ExitCode);
        Assert.Contains("ncsan: no findings", outcome.Error);
    }

    [Fact]
    public void FolderStdinArgumentsAndContentFilesAreTheProgramsOwn()
    {
        using var sandbox = Sandbox.WithProgram("naïve path ☃");
        var outcome = Ncsan.Execute("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "ncsan.dll"), "run", sandbox.Dll, "--", "echo", "a b", "--json", "ü"], sandbox.Folder, null, "from stdin");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal([$"cwd {sandbox.Folder}", "in from stdin", "args a b|--json|ü", "content content comes along"], outcome.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("to stderr", outcome.Error);
    }

    [Fact]
    public void NothingIsRewrittenInPlace()
    {
        using var sandbox = Sandbox.WithProgram();
        var before = Sandbox.Contents(sandbox.App);
        Assert.Equal(0, sandbox.Run().ExitCode);
        Assert.Equal(before, Sandbox.Contents(sandbox.App));
        Assert.NotEqual(before["Subject.dll"], Sandbox.Contents(sandbox.Copy)["Subject.dll"]);
        Assert.Equal(Path.Combine(sandbox.Copy, ""), sandbox.Run("--", "where").Out.Split('\n')[0].TrimEnd('/', '\\'));
    }

    [Fact]
    public void ExecutableRunsByItself()
    {
        using var sandbox = Sandbox.WithProgram();
        var outcome = Ncsan.Run("run", Path.Combine(sandbox.App, OperatingSystem.IsWindows() ? "Subject.exe" : "Subject"), "--", "where");
        Assert.Equal(0, outcome.ExitCode);
        Assert.StartsWith(sandbox.Copy, outcome.Out.Split('\n')[1]);
    }

    [Fact]
    public void ProjectFolderIsBuiltFirst()
    {
        using var sandbox = new Sandbox();
        foreach (string file in new[] { "Program.cs", "Harm.cs", "content.txt" }) { File.Copy(Path.Combine(Ncsan.Root, "tests/Ncsan.Cli.Tests/Subjects/Program", file), Path.Combine(sandbox.Folder, file)); }
        File.WriteAllText(Path.Combine(sandbox.Folder, "Subject.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup>
              <ItemGroup><Reference Include="{Path.Combine(Sandbox.Output("Program"), "Ncsan.Annotations.dll")}" /></ItemGroup>
            </Project>
            """);
        var outcome = Ncsan.RunIn(sandbox.Folder, null, "run", ".");
        Assert.Equal((0, "Hello"), (outcome.ExitCode, outcome.Out.Trim()));
        File.WriteAllText(Path.Combine(sandbox.Folder, "Program.cs"), "this is no C#");
        outcome = Ncsan.RunIn(sandbox.Folder, null, "run", ".");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("NCS2007", outcome.Error);
        Assert.Contains("error CS", outcome.Error);
    }

    [Fact]
    public void ExitCodeForFindingsCanBeChosenAndNotesCanPass()
    {
        using var sandbox = Sandbox.WithProgram();
        Assert.Equal(3, sandbox.Run("--sampling", "always", "--exit-code", "3", "--", "race").ExitCode);
        Assert.Equal(0, sandbox.Run("--sampling", "always", "--fail-on", "never", "--", "race").ExitCode);
    }

    [Fact]
    public void SuppressedFindingDoesNotFailTheRun()
    {
        using var sandbox = Sandbox.WithProgram();
        File.WriteAllText(Path.Combine(sandbox.Folder, "known.txt"), "# a subject of tests\nrace:Account.Balance\nrace:Nobody\n");
        var outcome = sandbox.Run("--sampling", "always", "--suppressions", "known.txt", "--", "race");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("no findings, 1 silenced", outcome.Error);
        Assert.Contains("race:Nobody", outcome.Error);
    }

    [Fact]
    public void JsonFileHoldsTheFindingAndRendersAgain()
    {
        using var sandbox = Sandbox.WithProgram();
        Assert.Equal(66, sandbox.Run("--sampling", "always", "--json", "found.jsonl", "--", "race").ExitCode);
        string file = Path.Combine(sandbox.Folder, "found.jsonl");
        using var finding = JsonDocument.Parse(File.ReadLines(file).First(l => l.Contains("\"finding\"", StringComparison.Ordinal)));
        Assert.Equal("Account.Balance (int)", finding.RootElement.GetProperty("member").GetString());
        Assert.Equal(2, finding.RootElement.GetProperty("accesses").GetArrayLength());

        var again = Ncsan.Run("report", file);
        Assert.Equal(66, again.ExitCode);
        Assert.Contains("NCS0001 data race on Account.Balance (int)", again.Out);
        Assert.Contains("assemblies_rewritten", Ncsan.Run("report", file, "--gaps").Out);
        Assert.Contains("accesses_left_alone_constructing", Ncsan.Run("report", file, "--gaps").Out);
    }

    [Fact]
    public void ThousandThreadsAreNoTrouble()
    {
        using var sandbox = Sandbox.WithProgram();
        var outcome = sandbox.Run("--sampling", "always", "--rounds", "1", "--", "threads");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal("balance 0", outcome.Out.Trim());
    }
}
