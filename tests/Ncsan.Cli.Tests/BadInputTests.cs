using Mono.Cecil;

namespace Ncsan.Cli.Tests;

/// <summary>Bad input gets one sentence, an id and the right exit code, and nothing is lost.</summary>
public sealed class BadInputTests
{
    [Fact]
    public void MissingFile() => AssertRefused("NCS2001", Ncsan.Run("run", "/no/such/program.dll"));

    [Fact]
    public void NoNameAndALinkToNowhere()
    {
        using var sandbox = new Sandbox("sp ace \u00fc\u4e2d");
        string link = Path.Combine(sandbox.Folder, "link.dll");
        File.CreateSymbolicLink(link, "nowhere.dll");
        AssertRefused("NCS2001", Ncsan.Run("run", ""));
        AssertRefused("NCS2001", Ncsan.Run("run", link));
    }

    [Fact]
    public void LinkToNowhereBesideTheProgramIsNoObstacle()
    {
        using var sandbox = Sandbox.WithProgram();
        File.CreateSymbolicLink(Path.Combine(sandbox.App, "link.txt"), "nowhere.txt");
        Assert.Equal((0, "Hello", false), (sandbox.Run() is var o ? o.ExitCode : 0, o.Out.Trim(), o.Error.Contains("NCS2", StringComparison.Ordinal)));
    }

    [Fact]
    public void UnknownOption()
    {
        using var sandbox = Sandbox.WithProgram();
        AssertRefused("NCS2009", sandbox.Run("--no-such-option"));
        AssertRefused("NCS2009", sandbox.Run("--overhead", "much"));
        AssertRefused("NCS2009", sandbox.Run("--exit-code", "x"));
        AssertRefused("NCS2009", Ncsan.Run("no-such-verb"));
    }

    [Fact]
    public void NotAProgram()
    {
        using var sandbox = Sandbox.WithProgram();
        string text = Path.Combine(sandbox.Folder, "text.dll"), lone = Path.Combine(sandbox.Folder, "lone");
        File.WriteAllText(text, "no assembly");
        File.WriteAllText(lone, "#!/bin/sh");
        AssertRefused("NCS2002", Ncsan.Run("run", text));
        AssertRefused("NCS2002", Ncsan.Run("run", lone));
        AssertRefused("NCS2002", Ncsan.Run("run", typeof(ModuleDefinition).Assembly.Location));
        AssertRefused("NCS2002", Ncsan.Run("run", Directory.CreateDirectory(Path.Combine(sandbox.Folder, "empty")).FullName));
    }

    [Fact]
    public void TruncatedMainAssembly()
    {
        using var sandbox = Sandbox.WithProgram();
        using (var stream = File.OpenWrite(sandbox.Dll)) { stream.SetLength(700); }
        AssertRefused("NCS2002", sandbox.Run());
    }

    [Fact]
    public void NoRuntimeConfig()
    {
        using var sandbox = Sandbox.WithProgram();
        File.Delete(Path.Combine(sandbox.App, "Subject.runtimeconfig.json"));
        AssertRefused("NCS2004", sandbox.Run());
    }

    [Fact]
    public void BrokenRuntimeConfig()
    {
        using var sandbox = Sandbox.WithProgram();
        File.WriteAllText(Path.Combine(sandbox.App, "Subject.runtimeconfig.json"), "{ not json");
        AssertRefused("NCS2004", sandbox.Run());
    }

    [Theory]
    [InlineData(".NETFramework,Version=v4.8")]
    [InlineData(".NETStandard,Version=v2.0")]
    public void WrongFramework(string framework)
    {
        using var sandbox = Sandbox.WithProgram();
        using (var module = ModuleDefinition.ReadModule(new MemoryStream(File.ReadAllBytes(sandbox.Dll))))
        {
            var attribute = module.Assembly.CustomAttributes.Single(a => a.AttributeType.Name == "TargetFrameworkAttribute");
            attribute.ConstructorArguments[0] = new CustomAttributeArgument(module.TypeSystem.String, framework);
            module.Write(sandbox.Dll);
        }

        AssertRefused("NCS2008", sandbox.Run());
    }

    [Fact]
    public void ProgramForAnEarlierFrameworkRunsOnThisOne()
    {
        using var sandbox = Sandbox.WithProgram();
        string config = Path.Combine(sandbox.App, "Subject.runtimeconfig.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"10.0.0\"", "\"8.0.0\"").Replace("net10.0", "net8.0"));
        Assert.Equal((0, "Hello"), (sandbox.Run() is var o ? o.ExitCode : 0, o.Out.Trim()));
    }

    [Fact]
    public void FileInThePlaceOfTheCopyMovesItToTheUsersCache()
    {
        using var sandbox = Sandbox.WithProgram();
        File.WriteAllText(sandbox.Copy, "in the way");
        var outcome = sandbox.Run("--", "where");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("NCS2003", outcome.Error);
        Assert.StartsWith(Ncsan.UserCache, outcome.Out);
        Assert.Equal("in the way", File.ReadAllText(sandbox.Copy));
    }

    [Fact]
    public void NowhereToWrite()
    {
        using var sandbox = Sandbox.WithProgram();
        File.WriteAllText(sandbox.Copy, "in the way");
        AssertRefused("NCS2003", Ncsan.RunIn(sandbox.Folder, new Dictionary<string, string> { ["NCSAN_CACHE"] = "/proc/ncsan" }, "run", sandbox.Dll));
    }

    [Fact]
    public void FullDiskUnderTheFindings()
    {
        // /dev/full refuses every write as a full disk does, for root too.
        using var sandbox = Sandbox.WithProgram();
        AssertRefused("NCS2006", sandbox.Run("--findings", "/dev/full"));
    }

    [Fact]
    public void FullDiskUnderTheCopy()
    {
        using var sandbox = Sandbox.WithProgram();
        string small = Directory.CreateDirectory(Path.Combine(sandbox.Folder, "small")).FullName;
        if (Ncsan.Execute("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", small]).ExitCode != 0) { Assert.Skip("mounting a small file system needs root"); }
        try
        {
            File.WriteAllText(sandbox.Copy, "in the way");
            AssertRefused("NCS2006", Ncsan.RunIn(sandbox.Folder, new Dictionary<string, string> { ["NCSAN_CACHE"] = small }, "run", sandbox.Dll));
        }
        finally
        {
            Ncsan.Execute("umount", [small]);
        }
    }

    [Fact]
    public void AssembliesThatCannotBeRewrittenComeAlongAndTheSummarySaysSo()
    {
        using var sandbox = Sandbox.WithProgram();
        byte[] native = new byte[4096], whole = File.ReadAllBytes(sandbox.Dll);
        "MZ"u8.CopyTo(native);
        File.WriteAllBytes(Path.Combine(sandbox.App, "native.dll"), native);
        File.WriteAllBytes(Path.Combine(sandbox.App, "truncated.dll"), whole[..900]);
        File.WriteAllBytes(Path.Combine(sandbox.App, "mixed.dll"), Mixed(whole));
        // The last run is the user's, so here it needs a user of its own.
        var own = new Dictionary<string, string> { ["NCSAN_CACHE"] = Path.Combine(sandbox.Folder, "cache") };
        var outcome = Ncsan.RunIn(sandbox.Folder, own, "run", sandbox.Dll);
        Assert.Equal((0, "Hello"), (outcome.ExitCode, outcome.Out.Trim()));
        Assert.Contains("NCS1001 'native.dll'", outcome.Error);
        Assert.Contains("'truncated.dll'", outcome.Error);
        Assert.Contains("NCS1002 'mixed.dll'", outcome.Error);
        Assert.Contains("3 blind spots", outcome.Error);
        foreach (string name in new[] { "native.dll", "truncated.dll", "mixed.dll" }) { Assert.Equal(File.ReadAllBytes(Path.Combine(sandbox.App, name)), File.ReadAllBytes(Path.Combine(sandbox.Copy, name))); }
        Assert.Contains("mixed.dll", Ncsan.RunIn(sandbox.Folder, own, "report", "--gaps").Out);
    }

    [Fact]
    public void InstrumentedProgramIsRunAsItIsAndNotInstrumentedTwice()
    {
        using var sandbox = Sandbox.WithProgram();
        string once = Path.Combine(sandbox.Folder, "once");
        var outcome = Ncsan.Run("instrument", sandbox.App, "-o", once);
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("1 instrumented", outcome.Error);

        outcome = Ncsan.Run("run", Path.Combine(once, "Subject.dll"), "--sampling", "always", "--", "race");
        Assert.Equal(66, outcome.ExitCode);
        Assert.Contains("NCS2005", outcome.Error);
        AssertRefused("NCS2005", Ncsan.Run("instrument", Path.Combine(once, "Subject.dll"), "-o", Path.Combine(sandbox.Folder, "twice")));
    }

    [Fact]
    public void InstrumentNeverWritesInPlace()
    {
        using var sandbox = Sandbox.WithProgram();
        AssertRefused("NCS2009", Ncsan.Run("instrument", sandbox.App, "-o", sandbox.App));
        AssertRefused("NCS2009", Ncsan.Run("instrument", sandbox.Dll, "-o", sandbox.App));
    }

    [Fact]
    public void MissingReportInputs()
    {
        AssertRefused("NCS2001", Ncsan.Run("report", "/no/such/findings.jsonl"));
        using var sandbox = Sandbox.WithProgram();
        AssertRefused("NCS2001", sandbox.Run("--suppressions", "/no/such/file"));
        AssertRefused("NCS2104", sandbox.Run("--fail-on", "sometimes"));
    }

    private static void AssertRefused(string id, Outcome outcome)
    {
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains($"ncsan: {id} ", outcome.Error);
        Assert.DoesNotContain("   at ", outcome.Error);
    }

    /// <summary>The same image without the flag that says it is IL alone.</summary>
    private static byte[] Mixed(byte[] image)
    {
        using var reader = new System.Reflection.PortableExecutable.PEReader(new MemoryStream(image));
        int flags = reader.PEHeaders.CorHeaderStartOffset + 16;
        byte[] mixed = [.. image];
        mixed[flags] &= 0xFE;
        return mixed;
    }
}
