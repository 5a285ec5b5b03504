namespace Ncsan.Cli.Tests;

/// <summary><c>dotnet test -p:Ncsan=true</c> through the targets of Ncsan.Build.</summary>
public sealed class BuildSwitchTests
{
    [Fact]
    public void SwitchRunsThePlatformsTestsUnderTheSanitizer()
    {
        using var sandbox = Project();
        var outcome = Ncsan.Execute("dotnet", ["test", "-p:Ncsan=true", "--filter-method", "*LosesUpdates"], sandbox.Folder);
        Assert.Contains("NCS0001 data race on BankTests._balance (int)", outcome.Out);
        Assert.Contains("Exit code: 66", outcome.Out);
        Assert.NotEqual(0, outcome.ExitCode);

        outcome = Ncsan.Execute("dotnet", ["test", "--no-build", "--filter-method", "*LosesUpdates"], sandbox.Folder);
        Assert.Equal(0, outcome.ExitCode);
        Assert.DoesNotContain("ncsan:", outcome.Out);
    }

    private static Sandbox Project()
    {
        var sandbox = new Sandbox();
        File.Copy(Path.Combine(Ncsan.Root, "tests/Ncsan.Cli.Tests/Subjects/Tests.cs"), Path.Combine(sandbox.Folder, "Tests.cs"));
        File.Copy(Path.Combine(Ncsan.Root, "global.json"), Path.Combine(sandbox.Folder, "global.json"));
        File.WriteAllText(Path.Combine(sandbox.Folder, "Bank.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><NuGetAudit>false</NuGetAudit><RunAnalyzers>false</RunAnalyzers>
                <NcsanTool>{Path.Combine(AppContext.BaseDirectory, "ncsan.dll")}</NcsanTool>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="xunit.v3" Version="3.2.2" /></ItemGroup>
              <Import Project="{Path.Combine(Ncsan.Root, "src/Ncsan.Build/build/Ncsan.Build.targets")}" />
            </Project>
            """);
        return sandbox;
    }
}
