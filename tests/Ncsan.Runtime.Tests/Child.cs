using System.Diagnostics;
using System.Text.Json;

namespace Ncsan.Runtime.Tests;

/// <summary>A program of Ncsan.Runtime.Subject that ran in a folder of its own.</summary>
internal sealed record Child(int ExitCode, string Error, string Folder, List<JsonElement> Lines)
{
    internal static Child Run(string way, params (string Name, string Value)[] environment) => Run(way, "findings.jsonl", environment);

    internal static Child Run(string way, string findings, params (string Name, string Value)[] environment)
    {
        string folder = ScratchFolder.Make("child");
        string subject = Path.Combine(AppContext.BaseDirectory, "Ncsan.Runtime.Subject.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", subject, way]) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["NCSAN_FINDINGS"] = findings;
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        foreach ((string name, string value) in environment) { start.Environment[name] = value; }
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (!process.WaitForExit(60_000))
        {
            process.Kill();
            Assert.Fail($"{way} does not end");
        }

        string file = Path.Combine(folder, findings);
        bool isFile = findings.Length > 0 && !Path.IsPathRooted(findings) && File.Exists(file);
        return new Child(process.ExitCode, error.Result, folder, [.. isFile ? File.ReadLines(file).Select(line => JsonDocument.Parse(line).RootElement) : []]);
    }

    internal List<JsonElement> Of(string record) => [.. Lines.Where(l => l.GetProperty("record").GetString() == record)];

    internal void IsClean(int watchpoints = 0)
    {
        Assert.Equal("", Error);
        Assert.Equal(0, ExitCode);
        Assert.Empty(Of("finding"));
        Assert.True(Assert.Single(Of("summary")).GetProperty("statistics").GetProperty("setup_watchpoints").GetInt64() >= watchpoints);
    }
}
