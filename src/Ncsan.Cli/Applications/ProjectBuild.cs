using System.Diagnostics;
using System.Text.Json;
using Ncsan.Cli.Running;

namespace Ncsan.Cli.Applications;

/// <summary>How a project is to be built.</summary>
/// <param name="Configuration">The configuration, or null for the project's own default.</param>
/// <param name="Framework">The target framework, or null.</param>
/// <param name="NoBuild">Take what is there.</param>
internal sealed record BuildChoice(string? Configuration = null, string? Framework = null, bool NoBuild = false);

/// <summary>What MSBuild says of a built project.</summary>
internal sealed record BuiltProject(string TargetPath);

/// <summary>Builds a project with the SDK, and asks it where its output is.</summary>
internal static class ProjectBuild
{
    public static bool IsProject(string path) => Path.GetExtension(path).ToLowerInvariant() is ".csproj" or ".fsproj" or ".vbproj" || IsSingleFile(path);

    /// <summary>A program in one source file, as <c>dotnet run File.cs</c> runs it.</summary>
    public static bool IsSingleFile(string path) => Path.GetExtension(path).Equals(".cs", StringComparison.OrdinalIgnoreCase);

    /// <summary>Builds <paramref name="project"/> unless told not to.</summary>
    /// <exception cref="InputException">It does not build, or it is not one program.</exception>
    public static BuiltProject Run(string project, BuildChoice choice)
    {
        if (!choice.NoBuild)
        {
            string[] arguments = ["build", project, "-nologo", "-v", "q", "-clp:ErrorsOnly", .. Short(choice)];
            if (Dotnet(arguments, out string log) != 0)
            {
                Say.Line(log.TrimEnd());
                throw new InputException("NCS2007", $"'{project}' does not build; the errors are above.");
            }
        }

        // A single file is no project that MSBuild could read by itself.
        string[] questions = IsSingleFile(project) ? ["build", project, "-getProperty:TargetPath", "-getProperty:TargetFrameworks", .. Long(choice)] : ["msbuild", project, "-nologo", "-getProperty:TargetPath", "-getProperty:TargetFrameworks", .. Long(choice)];
        if (Dotnet(questions, out string answer) != 0) { throw new InputException("NCS2007", $"'{project}' cannot be read by MSBuild: {answer.Trim()}"); }
        using var json = JsonDocument.Parse(answer);
        var properties = json.RootElement.GetProperty("Properties");
        string target = properties.GetProperty("TargetPath").GetString()!;
        if (target.Length == 0)
        {
            throw new InputException("NCS2002", $"'{project}' builds for several frameworks ({properties.GetProperty("TargetFrameworks").GetString()}); choose one with --target-framework.");
        }

        if (!File.Exists(target)) { throw new InputException("NCS2001", $"'{project}' has no output '{target}'; build it first or leave out --no-build."); }
        return new BuiltProject(target);
    }

    private static IEnumerable<string> Short(BuildChoice choice)
    {
        if (choice.Configuration is { } configuration) { yield return "-c"; yield return configuration; }
        if (choice.Framework is { } framework) { yield return "-f"; yield return framework; }
    }

    private static IEnumerable<string> Long(BuildChoice choice)
    {
        if (choice.Configuration is { } configuration) { yield return $"-p:Configuration={configuration}"; }
        if (choice.Framework is { } framework) { yield return $"-p:TargetFramework={framework}"; }
    }

    /// <summary>Runs the SDK with its output captured: what we print on stdout is the program's own.</summary>
    private static int Dotnet(string[] arguments, out string output)
    {
        var start = new ProcessStartInfo(DotnetHost.Path) { RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (string argument in arguments) { start.ArgumentList.Add(argument); }
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
