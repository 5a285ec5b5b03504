namespace Ncsan.Cli.Tests;

/// <summary><c>dotnet test -p:Ncsan=true</c> through the targets of Ncsan.Build.</summary>
public sealed class BuildSwitchTests
{
    [Fact]
    public void SwitchRunsThePlatformsTestsUnderTheSanitizer()
    {
        using var sandbox = Project();
        var outcome = Ncsan.Execute("dotnet", ["test", "-p:Ncsan=true", "-p:NcsanOptions=--exit-code 66 --json 'found here.json'", "--filter-method", "*LosesUpdates"], sandbox.Folder);
        Assert.Contains("NCS0001 data race on BankTests._balance (int)", outcome.Out);
        Assert.Contains("Exit code: 66", outcome.Out);
        Assert.True(File.Exists(Path.Combine(sandbox.Folder, "found here.json")));
        Assert.NotEqual(0, outcome.ExitCode);

        outcome = Ncsan.Execute("dotnet", ["test", "--no-build", "--filter-method", "*LosesUpdates"], sandbox.Folder);
        Assert.Equal(0, outcome.ExitCode);
        Assert.DoesNotContain("ncsan:", outcome.Out);
    }

    [Fact]
    public void SwitchRunsVSTestUnderTheSanitizerWithItsOptionsAndFilters()
    {
        using var sandbox = Project(vsTest: true);
        var outcome = Ncsan.Execute("dotnet", ["test", "-p:Ncsan=true", "-p:NcsanOptions=--exit-code 9 --json 'found here.json'", "--filter", "FullyQualifiedName~LosesUpdates", "--", "RunConfiguration.MaxCpuCount=1"], sandbox.Folder);
        Assert.Contains("NCS0001 data race on BankTests._balance (int)", outcome.Out + outcome.Error);
        Assert.Contains("Passed:     2", outcome.Out);
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("Subject.BankTests.LosesUpdates", File.ReadAllText(Path.Combine(sandbox.Folder, "found here.json")));
        Assert.DoesNotContain("blind spot", outcome.Out + outcome.Error);

        outcome = Ncsan.Execute("dotnet", ["test", "--no-build", "--filter", "FullyQualifiedName~LosesUpdates"], sandbox.Folder);
        Assert.Equal(0, outcome.ExitCode);
        Assert.DoesNotContain("ncsan:", outcome.Out + outcome.Error);
    }

    private static Sandbox Project(bool vsTest = false)
    {
        string packages = vsTest
            ? """<PackageReference Include="Microsoft.NET.Test.Sdk" Version="17.14.1" /><PackageReference Include="xunit" Version="2.9.3" /><PackageReference Include="xunit.runner.visualstudio" Version="3.1.5" />"""
            : """<PackageReference Include="xunit.v3" Version="3.2.2" />""";
        var sandbox = new Sandbox();
        File.Copy(Path.Combine(Ncsan.Root, "tests/Ncsan.Cli.Tests/Subjects/Tests.cs"), Path.Combine(sandbox.Folder, "Tests.cs"));
        if (!vsTest) { File.Copy(Path.Combine(Ncsan.Root, "global.json"), Path.Combine(sandbox.Folder, "global.json")); }
        File.WriteAllText(Path.Combine(sandbox.Folder, "Bank.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>{(vsTest ? "Library" : "Exe")}</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><NuGetAudit>false</NuGetAudit><RunAnalyzers>false</RunAnalyzers>
                <NcsanTool>{Path.Combine(AppContext.BaseDirectory, "ncsan.dll")}</NcsanTool>
              </PropertyGroup>
              <ItemGroup>{packages}</ItemGroup>
              <Import Project="{Path.Combine(Ncsan.Root, "src/Ncsan.Build/build/Ncsan.Build.targets")}" />
            </Project>
            """);
        return sandbox;
    }
}
