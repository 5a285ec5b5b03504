using System.Diagnostics;
using System.Text.Json;

namespace Ncsan.Framework.Tests;

/// <summary>A run of the subject: what it said, and what was found.</summary>
internal sealed record SubjectRun(int ExitCode, string Output, IReadOnlyList<JsonElement> Findings)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    internal static SubjectRun Start(string dotnet, string dll, string[] programs, string? store)
    {
        string findings = Path.Combine(Path.GetDirectoryName(dll)!, Guid.NewGuid().ToString("N") + ".jsonl");
        var start = new ProcessStartInfo(dotnet, [dll, .. programs]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NCSAN_FINDINGS"] = findings;
        start.Environment["NCSAN_SAMPLING"] = "always";
        if (store is not null) { (start.Environment["NCSAN_STORE"], start.Environment["NCSAN_RUN_ID"]) = (store, "rounds"); }
        start.Environment["DOTNET_JitDelegateProfiling"] = "0"; // as ncsan run does: a lambda in place of its delegate has no line
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        bool ended = process.WaitForExit(s_patience);
        if (!ended) { process.Kill(entireProcessTree: true); }
        string said = output.Result + error.Result + (ended ? "" : "\nIT DID NOT END");
        var found = File.Exists(findings) ? File.ReadLines(findings).Select(l => JsonDocument.Parse(l).RootElement).Where(e => e.GetProperty("record").GetString() == "finding").ToList() : [];
        return new SubjectRun(ended ? process.ExitCode : -1, said, found);
    }

    /// <summary>The findings in words, for the message of a failure.</summary>
    internal string Told => Output + string.Join('\n', Findings.Select(Tell));

    internal static string Tell(JsonElement finding) =>
        finding.GetProperty("title").GetString() + ": " + string.Join(" / ", finding.GetProperty("accesses").EnumerateArray().Select(a => $"{a.GetProperty("method").GetString()}:{a.GetProperty("line").GetInt32()}"));
}
