using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace Ncsan.Cli.Tests;

/// <summary>What a finished command left behind.</summary>
public sealed record Outcome(int ExitCode, string Out, string Error);

/// <summary>Runs the <c>ncsan</c> of this build as a user does: as a process.</summary>
public static class Ncsan
{
    public static string Root { get; } = Metadata("Root");

    public static string Configuration { get; } = Metadata("Configuration");

    private static string Tool { get; } = Path.Combine(AppContext.BaseDirectory, "ncsan.dll");

    public static Outcome Run(params string[] arguments) => RunIn(null, null, arguments);

    public static Outcome RunIn(string? folder, IReadOnlyDictionary<string, string>? environment, params string[] arguments) => Execute("dotnet", ["exec", Tool, .. arguments], folder, environment);

    public static Process Start(string? folder, params string[] arguments) => Begin("dotnet", ["exec", Tool, .. arguments], folder, null);

    /// <summary>Any program, with its output caught. A time limit ends a hung one so that the suite goes on; it decides no verdict.</summary>
    public static Outcome Execute(string file, IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string>? environment = null, string input = "")
    {
        using var process = Begin(file, arguments, folder, environment);
        var error = new StringBuilder();
        process.ErrorDataReceived += (_, e) => { lock (error) { error.AppendLine(e.Data); } };
        process.BeginErrorReadLine();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        if (!process.WaitForExit(TimeSpan.FromMinutes(4)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{file} {string.Join(' ', arguments)} hangs: {output}{error}");
        }

        process.WaitForExit();
        return new Outcome(process.ExitCode, output, error.ToString());
    }

    private static Process Begin(string file, IEnumerable<string> arguments, string? folder, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(file) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = folder ?? "" };
        foreach (string argument in arguments) { start.ArgumentList.Add(argument); }

        // We may be under a sanitizer or a test host ourselves.
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("NCSAN_", StringComparison.Ordinal) || k.StartsWith("MSBUILD", StringComparison.Ordinal)).ToList()) { start.Environment.Remove(name); }
        start.Environment["NCSAN_CACHE"] = UserCache;
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) { start.Environment[name] = value; }
        return Process.Start(start)!;
    }

    /// <summary>The user cache of these tests, apart from the user's own.</summary>
    public static string UserCache { get; } = ScratchFolder.Make("cli-tests");

    private static string Metadata(string key) => typeof(Ncsan).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == key).Value!;
}
