using System.Diagnostics;
using System.Text.Json;
using Ncsan.Rewriter;

namespace Ncsan.Locks.Tests;

/// <summary>The subject programs, rewritten once, and runs of them in processes of their own.</summary>
public sealed class Subjects : IDisposable
{
    private const string Name = "Ncsan.Locks.Subjects";

    private readonly string _folder = Directory.CreateTempSubdirectory("ncsan-locks-").FullName;

    public Subjects()
    {
        string source = Path.Combine(AppContext.BaseDirectory, Name + ".dll");
        var result = AssemblyRewriter.Rewrite(source, Path.Combine(_folder, Name + ".dll"));
        Assert.True(result.Status == RewriteStatus.Instrumented, result.Reason);
        File.Copy(Path.ChangeExtension(source, ".runtimeconfig.json"), Path.Combine(_folder, Name + ".runtimeconfig.json"));
        File.Copy(typeof(Runtime.Hooks).Assembly.Location, Path.Combine(_folder, "Ncsan.Runtime.dll"));
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Ncsan.Annotations.dll"), Path.Combine(_folder, "Ncsan.Annotations.dll"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    internal static IEnumerable<string> Cases(string prefix) => File.Exists(Path.Combine(AppContext.BaseDirectory, Name + ".dll"))
        ? System.Reflection.Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, Name + ".dll")).GetTypes().SelectMany(type => type.GetMethods())
            .Where(method => method.IsStatic && method.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(method => method.Name)
        : [];

    /// <summary>Runs cases by the beginning of their names and reads what was found.</summary>
    internal Run Go(int times, string prefix, params (string Name, string Value)[] settings) => Go(Path.Combine(_folder, Name + ".dll"), times, prefix, settings);

    /// <summary>Runs a rewritten program and reads what was found.</summary>
    internal static Run Go(string program, int times, string prefix, params (string Name, string Value)[] settings)
    {
        string findings = Path.Combine(Path.GetDirectoryName(program)!, Guid.NewGuid().ToString("N"));
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[program, times.ToString(), prefix]) { start.ArgumentList.Add(argument); }
        start.Environment["NCSAN_FINDINGS"] = findings;
        start.Environment["NCSAN_LOCKS"] = "true";
        start.Environment["NCSAN_SAMPLING"] = "off";
        foreach (var (name, value) in settings) { start.Environment[name] = value; }
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(times > 2 ? 20 : 2))) { process.Kill(entireProcessTree: true); Assert.Fail($"{prefix} hangs"); }
        var lines = File.Exists(findings) ? File.ReadAllLines(findings).Select(line => JsonDocument.Parse(line).RootElement).ToArray() : [];
        return new Run(process.ExitCode, lines, error.Result + output.Result, watch.Elapsed);
    }

    internal sealed record Run(int ExitCode, IReadOnlyList<JsonElement> Lines, string Output, TimeSpan Took)
    {
        internal IEnumerable<JsonElement> Findings => Lines.Where(line => line.GetProperty("record").GetString() == "finding");

        internal IEnumerable<string> Rules => Findings.Select(finding => finding.GetProperty("rule").GetString()!);

        internal string Text => string.Join('\n', Findings.Select(finding => finding.ToString())) + Output;
    }
}
