using System.IO.Compression;

namespace Ncsan.Cli.Tests;

/// <summary>The packages, as a user gets them: packed, put into a folder, installed from there into an empty one.</summary>
public sealed class PackageTests
{
    [Fact]
    public void ToolInstallsIntoAnEmptyFolderAndFindsARace()
    {
        using var sandbox = Sandbox.WithProgram();
        string feed = Path.Combine(sandbox.Folder, "feed"), tools = Path.Combine(sandbox.Folder, "tools");
        Pack("src/Ncsan.Cli", feed, "-p:NcsanReadyToRun=false");
        var install = Ncsan.Execute("dotnet", ["tool", "install", "Ncsan", "--tool-path", tools, "--source", feed, "--no-http-cache"], sandbox.Folder, FreshPackages(sandbox));
        Assert.True(install.ExitCode == 0, install.Out + install.Error);

        string tool = Path.Combine(tools, OperatingSystem.IsWindows() ? "ncsan.exe" : "ncsan");
        var outcome = Ncsan.Execute(tool, ["run", sandbox.Dll, "--sampling", "always", "--", "race"], sandbox.Folder);
        Assert.Equal(66, outcome.ExitCode);
        Assert.Contains("NCS0001 data race on Account.Balance (int)", outcome.Error);
    }

    [Fact]
    public void AnnotationsPackageHoldsTheAssemblyAndItsDocumentation()
    {
        using var sandbox = new Sandbox();
        Pack("src/Ncsan.Annotations", sandbox.Folder);
        using var package = ZipFile.OpenRead(Directory.EnumerateFiles(sandbox.Folder, "*.nupkg").Single());
        var names = package.Entries.Select(e => e.FullName).ToList();
        Assert.Contains("lib/netstandard2.0/Ncsan.Annotations.dll", names);
        Assert.Contains("lib/netstandard2.0/Ncsan.Annotations.xml", names);
    }

    private static void Pack(string project, string output, params string[] more)
    {
        var pack = Ncsan.Execute("dotnet", ["pack", Path.Combine(Ncsan.Root, project), "-c", Ncsan.Configuration, "-o", output, "-v", "q", "-nologo", .. more]);
        Assert.True(pack.ExitCode == 0, pack.Out + pack.Error);
    }

    // So that an equal version from an earlier run is not taken in its place.
    private static Dictionary<string, string> FreshPackages(Sandbox sandbox) => new() { ["NUGET_PACKAGES"] = Path.Combine(sandbox.Folder, "packages") };
}
