using System.Text.RegularExpressions;

namespace Ncsan.Cli.Tests;

/// <summary><c>ncsan repro ID --emit</c>: a finding becomes a program of its own, or one sentence why it does not.</summary>
public sealed class EmitTests : IDisposable
{
    private const string Bank = """
        public sealed class Bank
        {
            private int _balance = 10, _audits;
            private readonly Secret _secret = new();

            public void Withdraw(int amount)
            {
                if (_balance >= amount) { _balance -= amount; }
            }

            public int Balance => _balance;

            public void Run()
            {
                var other = new Thread(() => _audits++);
                other.Start();
                _audits++;
                other.Join();
            }

            public void Report(IPrinter printer) => _secret.Count++;

            internal void Hide() => _secret.Count++;
        }

        public interface IPrinter { void Print(); }

        internal sealed class Printer : IPrinter { public void Print() { } }

        internal sealed class Secret { public int Count; }
        """;

    private readonly Sandbox _sandbox = new("emit");

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void TwoThreadsOnOneObjectShowTheRaceUntilItIsMended()
    {
        string id = Find("bank.Withdraw(1)", @"_balance \(int\)");
        var emitted = Emit(id);
        Assert.True(emitted.ExitCode == 0, emitted.Error);
        Assert.StartsWith("repro.cs: two threads call Bank.Withdraw(int) on one Bank; 'ncsan run repro.cs' reports data race on Bank._balance (int) #" + id, emitted.Out);

        // What it was tried with is not the folder's last run.
        Assert.Contains("#" + id, Ncsan.RunIn(_sandbox.Folder, null, "report").Out);
        string program = File.ReadAllText(Program);
        Assert.Contains("#:property AdditionalExplicitAssemblyReferences=Bank/bin/Debug/net10.0/Bank.dll", program);
        Assert.Contains("var bank = new Bank();", program);
        Assert.Contains("Start(start, () => { bank.Withdraw(1); }),", program);

        // Under the SDK alone it is a program that ends.
        Assert.Equal((0, ""), (Ncsan.Execute("dotnet", ["run", "repro.cs"], _sandbox.Folder) is var plain ? plain.ExitCode : -1, plain.Out));

        File.WriteAllText(Path.Combine(Project, "Bank.cs"), Bank.Replace("if (_balance >= amount) { _balance -= amount; }", "lock (_secret) { if (_balance >= amount) { _balance -= amount; } }"));
        Assert.Equal(0, Ncsan.Execute("dotnet", ["build", "Bank", "-v", "q"], _sandbox.Folder).ExitCode);
        var mended = Ncsan.RunIn(_sandbox.Folder, null, "run", "repro.cs", "--sampling", "always");
        Assert.DoesNotContain("NCS0001", mended.Error);
        Assert.Equal(0, mended.ExitCode);
    }

    [Fact]
    public void AMethodThatStartsItsThreadsItselfIsCalledOnce()
    {
        string id = Find("bank.Run()", @"_audits \(int\)", threads: 1);
        var emitted = Emit(id);
        Assert.True(emitted.ExitCode == 0, emitted.Error);
        Assert.StartsWith("repro.cs: Bank.Run() starts the threads itself; ", emitted.Out);
        Assert.Contains("    try { bank.Run(); }", File.ReadAllText(Program));
    }

    [Theory]
    [InlineData("bank.Hide()", "Bank.Hide() is reached through nothing that is public.")]
    [InlineData("bank.Report(new Printer())", "a IPrinter cannot be made: no public constructor or factory takes what can be made up.")]
    public void WhatPublicApiCannotReachIsSaid(string use, string why)
    {
        string id = Find(use, @"Secret\.Count \(int\)");
        var emitted = Emit(id);
        Assert.Equal($"ncsan: NCS2505 no program by public API alone is known to show #{id}: {why}", emitted.Error.Trim());
        Assert.Equal(2, emitted.ExitCode);
        Assert.False(File.Exists(Program));
    }

    [Fact]
    public void AFileOfSomebodyElseIsLeftAlone()
    {
        string id = Find("bank.Withdraw(1)", @"_balance \(int\)");
        File.WriteAllText(Program, "// mine\n");
        var emitted = Emit(id);
        Assert.Equal("ncsan: NCS2003 'repro.cs' is there already, and is not a program that 'ncsan repro' wrote.", emitted.Error.Trim());
        Assert.Equal(2, emitted.ExitCode);
        Assert.Equal("// mine\n", File.ReadAllText(Program));
        Assert.Contains("NCS2009", Ncsan.RunIn(_sandbox.Folder, null, "repro", id, "--findings", Findings, "--emit", "repro.txt").Error);
    }

    private string Project => Path.Combine(_sandbox.Folder, "Bank");

    private string Findings => Path.Combine(_sandbox.Folder, "findings.jsonl");

    private string Program => Path.Combine(_sandbox.Folder, "repro.cs");

    private Outcome Emit(string id) => Ncsan.RunIn(_sandbox.Folder, null, "repro", id, "--findings", Findings, "--emit", "repro.cs");

    /// <summary>Makes a program that uses one bank on two threads, and finds the race in it.</summary>
    private string Find(string use, string member, int threads = 2)
    {
        Directory.CreateDirectory(Project);
        File.WriteAllText(Path.Combine(Project, "Bank.csproj"), """<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup></Project>""");
        File.WriteAllText(Path.Combine(Project, "Bank.cs"), Bank);
        File.WriteAllText(Path.Combine(Project, "Program.cs"), $"var bank = new Bank(); Thread[] all = [{string.Join(", ", Enumerable.Repeat($"new(() => {use})", threads))}]; foreach (var t in all) t.Start(); foreach (var t in all) t.Join();");
        var found = Ncsan.RunIn(_sandbox.Folder, null, "run", "Bank", "--sampling", "always", "--findings", Findings);
        Match id = Regex.Match(found.Error, $@"NCS0001 data race on \w*\.?{member}.*#([0-9a-f]{{8}})");
        Assert.True(id.Success, found.Out + found.Error);
        return id.Groups[1].Value;
    }
}
