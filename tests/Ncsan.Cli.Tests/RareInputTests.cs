using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Cli.Tests;

/// <summary>Input that few ever have, each with its id.</summary>
public sealed class RareInputTests
{
    [Fact]
    public void ProgramThatTheSystemDoesNotStart()
    {
        using var sandbox = Sandbox.WithProgram();
        string host = Path.Combine(sandbox.App, "Subject");
        if (OperatingSystem.IsWindows()) { Assert.Skip("files have no execute permission there"); } else { File.SetUnixFileMode(host, UnixFileMode.UserRead | UnixFileMode.UserWrite); }
        for (int i = 0; i < 2; i++) { AssertRefused("NCS2010", Ncsan.Run("run", host)); }
    }

    [Fact]
    public void FolderOfFarMoreThanAProgram()
    {
        using var sandbox = Sandbox.WithProgram();
        string many = Directory.CreateDirectory(Path.Combine(sandbox.App, "many")).FullName;
        for (int i = 0; i <= 20_000; i++) { File.Create(Path.Combine(many, i.ToString(System.Globalization.CultureInfo.InvariantCulture))).Dispose(); }
        AssertRefused("NCS2011", sandbox.Run());
        Assert.False(File.Exists(Path.Combine(sandbox.Copy, "Subject.dll")));
    }

    [Fact]
    public void InstallationWithoutOneOfItsFilesIsAnInternalFault()
    {
        using var sandbox = Sandbox.WithProgram();
        string tool = Directory.CreateDirectory(Path.Combine(sandbox.Folder, "tool")).FullName;
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(f => Path.GetFileName(f) != "Ncsan.Rewriter.dll")) { File.Copy(file, Path.Combine(tool, Path.GetFileName(file))); }
        var outcome = Ncsan.Execute("dotnet", ["exec", Path.Combine(tool, "ncsan.dll"), "run", sandbox.Dll]);
        Assert.Equal(70, outcome.ExitCode);
        Assert.Contains("ncsan: NCS9001 ncsan itself failed, please report this: ", outcome.Error);
    }

    [Fact]
    public void ProgramThatCarriesItsFrameworkHasNoneToInstrument()
    {
        using var sandbox = Sandbox.WithProgram();
        string config = Path.Combine(sandbox.App, "Subject.runtimeconfig.json");
        File.WriteAllText(config, """{"runtimeOptions":{"tfm":"net10.0","includedFrameworks":[{"name":"Microsoft.NETCore.App","version":"10.0.0"}]}}""");
        AssertRefused("NCS2014", sandbox.Run("--framework"));
    }

    [Fact]
    public void FindingsWithoutLocksHaveNoOrderOfThem()
    {
        using var sandbox = Sandbox.WithProgram();
        string findings = Path.Combine(sandbox.Folder, "findings.jsonl");
        sandbox.Run("--findings", findings, "--locks", "false");
        AssertRefused("NCS2401", Ncsan.Run("locks", findings));
    }

    [Fact]
    public void FindingThatDoesNotSayHowItCameAbout()
    {
        using var sandbox = new Sandbox();
        string findings = Path.Combine(sandbox.Folder, "findings.jsonl");
        File.WriteAllText(findings, """{"schema":1,"record":"finding","id":"0123abcd"}""" + "\n");
        AssertRefused("NCS2502", Ncsan.Run("repro", "0123abcd", "--findings", findings));
    }

    [Fact]
    public void FindingWhoseProgramIsGone()
    {
        using var sandbox = Sandbox.WithProgram();
        string findings = Path.Combine(sandbox.Folder, "findings.jsonl");
        var outcome = sandbox.Run("--findings", findings, "--sampling", "always", "--", "race");
        File.Delete(sandbox.Dll);
        AssertRefused("NCS2503", Ncsan.Run("repro", System.Text.RegularExpressions.Regex.Match(outcome.Error, "#([0-9a-f]{8})").Groups[1].Value, "--findings", findings));
    }

    [Fact]
    public void FolderForWhatRunsLearnThatCannotBeWritten()
    {
        using var sandbox = Sandbox.WithProgram();
        var outcome = sandbox.Run("--store", "/proc/ncsan", "--sampling", "always", "--", "race");
        Assert.Contains("NCS2206", outcome.Error);
        Assert.Equal(66, outcome.ExitCode);
    }

    [Fact]
    public void InstrumentedProgramWithoutItsSiteTableNamesWhatIsMissing()
    {
        using var sandbox = Sandbox.WithProgram();
        string output = Path.Combine(sandbox.Folder, "out"), findings = Path.Combine(sandbox.Folder, "findings.jsonl");
        Ncsan.Run("instrument", sandbox.App, "-o", output);
        File.Delete(Path.Combine(output, "Subject.ncsan-sites"));
        var outcome = Ncsan.Execute("dotnet", [Path.Combine(output, "Subject.dll"), "race"], sandbox.Folder, new Dictionary<string, string> { ["NCSAN_FINDINGS"] = findings });
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("NCS2204", outcome.Error);
        Assert.Contains("\"rule\":\"NCS0001\"", File.ReadAllText(findings));
    }

    [Fact]
    public void WhatIsNotCheckedIsListed()
    {
        using var sandbox = Sandbox.WithProgram();
        WriteAssemblyWithAHugeMethod(Path.Combine(sandbox.App, "Huge.dll"));
        File.Copy(sandbox.Dll, Path.Combine(sandbox.App, "Other.dll"));
        string findings = Path.Combine(sandbox.Folder, "findings.jsonl");
        Assert.Equal(0, sandbox.Run("--exclude", "Other", "--findings", findings).ExitCode);
        string gaps = Ncsan.Run("report", findings, "--gaps").Out;
        Assert.Contains("NCS1021", gaps);
        Assert.Contains("Other.dll", gaps);
        Assert.Contains("NCS1023", gaps);
        Assert.Contains("1 in Huge.dll", gaps);
    }

    private static void AssertRefused(string id, Outcome outcome)
    {
        Assert.Contains($"ncsan: {id} ", outcome.Error);
        Assert.Equal(2, outcome.ExitCode);
        Assert.DoesNotContain("   at ", outcome.Error);
    }

    private static void WriteAssemblyWithAHugeMethod(string path)
    {
        using var assembly = AssemblyDefinition.CreateAssembly(new AssemblyNameDefinition("Huge", new Version(1, 0)), "Huge", ModuleKind.Dll);
        var module = assembly.MainModule;
        var type = new TypeDefinition("", "Huge", TypeAttributes.Public | TypeAttributes.Class, module.TypeSystem.Object);
        var field = new FieldDefinition("Count", FieldAttributes.Public | FieldAttributes.Static, module.TypeSystem.Int32);
        var method = new MethodDefinition("Add", MethodAttributes.Public | MethodAttributes.Static, module.TypeSystem.Void);
        module.Types.Add(type);
        type.Fields.Add(field);
        type.Methods.Add(method);
        var il = method.Body.GetILProcessor();
        for (int i = 0; i < 3000; i++)
        {
            il.Emit(OpCodes.Ldsfld, field);
            il.Emit(OpCodes.Ldc_I4_1);
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Stsfld, field);
        }

        il.Emit(OpCodes.Ret);
        assembly.Write(path);
    }
}
