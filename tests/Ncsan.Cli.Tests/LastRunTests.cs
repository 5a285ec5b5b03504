namespace Ncsan.Cli.Tests;

/// <summary>Whose run <c>report</c>, <c>repro</c> and <c>locks</c> take when they are told none.</summary>
public sealed class LastRunTests
{
    private const string Note = "ncsan: no run of this folder is known; this is your last one, of ";

    [Fact]
    public void TheLastRunOfTheFolderComesBeforeOneElsewhere()
    {
        using Sandbox mine = Sandbox.WithProgram("mine"), other = Sandbox.WithProgram("other"), nowhere = new("nowhere");
        Run(mine, mine.Folder, "race");
        In(mine, other.Folder, "run", other.Dll, "--rounds", "1", "--", "exit", "0");

        var own = In(mine, mine.Folder, "report");
        Assert.Contains("NCS0001 data race on Account.Balance (int)", own.Out);
        Assert.DoesNotContain(Note, own.Error);
        var elsewhere = In(mine, nowhere.Folder, "report");
        Assert.Contains("no findings", elsewhere.Out);
        Assert.Contains($"{Note}'{other.Folder}'\n", elsewhere.Error);
        Assert.Contains(Note, In(mine, nowhere.Folder, "locks").Error);
        Assert.Contains(Note, In(mine, nowhere.Folder, "repro", "01234567").Error);
    }

    [Fact]
    public void TheLastRunOfAProjectIsKnownInsideOfIt()
    {
        using Sandbox project = Sandbox.WithProgram("project"), nowhere = new("nowhere");
        File.WriteAllText(Path.Combine(project.Folder, "Bank.csproj"), "<Project />");
        string inside = Directory.CreateDirectory(Path.Combine(project.Folder, "src")).FullName;
        Run(project, nowhere.Folder, "race");
        var report = In(project, inside, "report");
        Assert.Contains("NCS0001", report.Out);
        Assert.DoesNotContain(Note, report.Error);
    }

    [Fact]
    public void WithoutAnyRunThatIsSaid()
    {
        using Sandbox sandbox = new("nothing");
        var outcome = In(sandbox, sandbox.Folder, "report");
        Assert.Contains("ncsan: NCS2001 there is no findings file of a last run; name one.", outcome.Error);
        Assert.Equal(2, outcome.ExitCode);
    }

    private static void Run(Sandbox sandbox, string folder, params string[] arguments) => In(sandbox, folder, ["run", sandbox.Dll, "--rounds", "1", "--sampling", "always", "--", .. arguments]);

    /// <summary>Users are told apart by their caches: that of the first sandbox of a test is the one.</summary>
    private static Outcome In(Sandbox sandbox, string folder, params string[] arguments) => Ncsan.RunIn(folder, new Dictionary<string, string> { ["NCSAN_CACHE"] = Cache(sandbox) }, arguments);

    private static string Cache(Sandbox sandbox) => Path.Combine(sandbox.Folder, "cache");
}
