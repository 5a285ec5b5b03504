using System.Text.RegularExpressions;

namespace Ncsan.Cli.Tests;

/// <summary><c>ncsan repro</c> as the check of a fix: a small program is found racy, changed, and asked about again.</summary>
public sealed class MendedCodeTests : IDisposable
{
    private const string Account = """
        public sealed class Account
        {
            private int _balance = 10;
            private readonly object _gate = new();

            public int Balance => _balance;

            public void Withdraw()
            {
                _balance--;
            }
        }
        """;

    private const string Program = """
        var account = new Account();
        var other = new Thread(account.Withdraw);
        other.Start();
        account.Withdraw();
        other.Join();
        """;

    private const string Tests = """
        public class BankTests
        {
            [Xunit.Fact]
            public void Withdraws()
            {
                var account = new Account();
                var other = new Thread(account.Withdraw);
                other.Start();
                account.Withdraw();
                other.Join();
            }

            [Xunit.Fact]
            public void Fails() => throw new System.Exception("not the test that is asked about");
        }
        """;

    private const string Reference = """<PackageReference Include="xunit.v3" Version="3.2.2" />""";

    /// <summary>The program comes to each of its accesses once, and a machine with other work may start the second thread long after: then there is nothing to see in that run.</summary>
    private const int Attempts = 3;

    private readonly Sandbox _sandbox = new("mended");

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void AProgramThatIsMendedByALockDoesNotMeetAnyMore()
    {
        string id = Find("run");
        Write("Account.cs", Account.Replace("_balance--;", "lock (_gate) { _balance--; }"));
        AssertSays(Repro(id), "not reproduced in 20 tries; the sites no longer meet\n", exitCode: 1);
    }

    [Fact]
    public void AProgramWhoseFieldIsAnotherHasNoSuchSite()
    {
        string id = Find("run");
        Write("Account.cs", Account.Replace("_balance", "_cents"));
        AssertSays(Repro(id), "not reproduced; the site is gone\n", exitCode: 1);
    }

    [Fact]
    public void AChangeThatMendsNothingIsToldFromAFix()
    {
        string id = Find("run");

        // More accesses before the racy one: its number is another now, and it races as before.
        Write("Account.cs", Account.Replace("_balance--;", "if (_gate is null || Limit < 0) { return; } _balance--;").Replace("public int Balance", "public int Limit { get; set; } public int Balance"));
        Reproduced.AtLeastAllButOne(Repro(id, "--times", "5"), 5);
    }

    [Fact]
    public void AProgramThatDoesNotComeThereIsToldFromOneThatIsMended()
    {
        string id = Find("run");
        Write("Program.cs", "Console.Error.WriteLine(\"no licence\"); return 3;\n" + Program.Replace("other.Join();", "other.Join(); return 0;"));
        AssertSays(Repro(id, "--times", "2"), "not reproduced in 2 tries; the sites no longer meet: none of them is reached (the program ends with 3 and says: no licence)\n", exitCode: 1);
    }

    [Fact]
    public void AProgramThatDoesNotBuildIsRefused()
    {
        string id = Find("run");
        Write("Account.cs", Account.Replace("_balance--;", "_balance--"));
        var outcome = Repro(id);
        Assert.Contains("ncsan: NCS2503 'ncsan run Bank", outcome.Error);
        Assert.Contains("NCS2007", outcome.Error);
        Assert.Equal(2, outcome.ExitCode);
    }

    [Fact]
    public void OfATestProjectOnlyTheTestOfTheFindingRunsUntilItIsMended()
    {
        string id = Find("test");
        Reproduced.AtLeastAllButOne(Repro(id, "--times", "3"), 3);
        Write("Account.cs", Account.Replace("_balance--;", "lock (_gate) { _balance--; }"));
        AssertSays(Repro(id, "--times", "3"), "not reproduced in 3 tries; the sites no longer meet\n", exitCode: 1);
        Write("Account.cs", Account.Replace("_balance", "_cents"));
        AssertSays(Repro(id, "--times", "3"), "not reproduced; the site is gone\n", exitCode: 1);
    }

    private string Project => Path.Combine(_sandbox.Folder, "Bank");

    private string Findings => Path.Combine(_sandbox.Folder, "findings.jsonl");

    /// <summary>Makes the program or the test project, and finds the race in it.</summary>
    private string Find(string verb)
    {
        Directory.CreateDirectory(Project);
        Write("Bank.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><NuGetAudit>false</NuGetAudit></PropertyGroup>
              <ItemGroup>{(verb == "test" ? Reference : "")}</ItemGroup>
            </Project>
            """);
        Write("Account.cs", Account);
        Write(verb == "test" ? "BankTests.cs" : "Program.cs", verb == "test" ? Tests : Program);
        return Enumerable.Range(0, Attempts).Select(_ => Found(verb)).FirstOrDefault(id => id is not null) ?? throw new Xunit.Sdk.XunitException($"not found in {Attempts} runs");
    }

    private string? Found(string verb)
    {
        var found = Ncsan.RunIn(_sandbox.Folder, null, verb, "Bank", "--sampling", "always", "--findings", Findings);
        Match id = Regex.Match(found.Error, @"NCS0001 data race on Account\._balance.*#([0-9a-f]{8})");
        return id.Success ? id.Groups[1].Value : null;
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(Project, name), text);

    private Outcome Repro(string id, params string[] more) => Ncsan.RunIn(_sandbox.Folder, null, ["repro", id, "--findings", Findings, .. more]);

    private static void AssertSays(Outcome outcome, string line, int exitCode)
    {
        Assert.True(outcome.Out == line, outcome.Out + outcome.Error);
        Assert.Equal(exitCode, outcome.ExitCode);
    }
}
