using System.Diagnostics;

namespace Ncsan.Framework;

/// <summary>crossgen2 from its NuGet package, at the exact version of the runtime: what it compiles is bound to that.</summary>
/// <param name="Program">The executable.</param>
internal sealed record ReadyToRunCompiler(string Program)
{
    /// <summary>A pathological method must not keep a build forever.</summary>
    private const int PatienceMilliseconds = 600_000;

    private static string PackageId => $"microsoft.netcore.app.crossgen2.{StockRuntime.RuntimeIdentifier}";

    /// <summary>The package in the user's NuGet folder, if it is there.</summary>
    internal static ReadyToRunCompiler? Find(string version)
    {
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } chosen ? chosen
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".nuget", "packages");
        string program = Path.Combine(packages, PackageId, version, "tools", OperatingSystem.IsWindows() ? "crossgen2.exe" : "crossgen2");
        return File.Exists(program) ? new ReadyToRunCompiler(program) : null;
    }

    /// <summary>Has the SDK fetch the package, as it would for a project that is published ready to run.</summary>
    /// <returns>Null when it cannot be had: no SDK, no such package, no way to a feed.</returns>
    internal static ReadyToRunCompiler? Restore(string dotnet, string version)
    {
        string folder = Directory.CreateTempSubdirectory("ncsan-crossgen-").FullName;
        try
        {
            string project = Path.Combine(folder, "crossgen.csproj");
            File.WriteAllText(project, $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
                  <ItemGroup><PackageDownload Include="{PackageId}" Version="[{version}]" /></ItemGroup>
                </Project>
                """);
            Run(dotnet, ["restore", project, "-v", "q"], 120_000, out _);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return Find(version);
    }

    /// <summary>Compiles one assembly.</summary>
    /// <returns>Null, or why it could not be compiled.</returns>
    internal string? Compile(string input, string output, IEnumerable<string> referenceFolders)
    {
        List<string> arguments = [input, "-o", output, "--targetos", OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "osx" : "linux",
            "--targetarch", System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(), "-O", "--parallelism", "1"];
        foreach (string folder in referenceFolders) { arguments.AddRange(["-r", Path.Combine(folder, "*.dll")]); }
        int exit = Run(Program, arguments, PatienceMilliseconds, out string said);
        return exit == 0 && File.Exists(output) ? null : said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? $"crossgen2 ended with {exit}";
    }

    private static int Run(string program, IEnumerable<string> arguments, int patience, out string said)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(patience))
        {
            process.Kill(entireProcessTree: true);
            said = "crossgen2 did not come to an end";
            return -1;
        }

        said = error.Result + output.Result;
        return process.ExitCode;
    }
}
