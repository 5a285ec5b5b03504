using System.Diagnostics;
using System.Text;

namespace Ncsan.Corpus.Tests;

/// <summary>Runs cases of the rewritten corpus in a process and tells whose finding each one is.</summary>
internal static class CorpusRun
{
    private static int s_runs;

    /// <summary>Runs <paramref name="specs"/> one after another in one process.</summary>
    /// <param name="arguments">Arguments before the cases.</param>
    /// <param name="options">Options of the sanitizer by their names on the command line, as <c>name=value</c>.</param>
    /// <param name="specs">Cases, with lines to wait for or without.</param>
    /// <param name="limit">After how long the process is ended and its cases have failed.</param>
    internal static IReadOnlyDictionary<string, Outcome> Run(IEnumerable<string> arguments, IEnumerable<string> options, IReadOnlyList<string> specs, TimeSpan limit)
    {
        string findings = Path.Combine(InstrumentedCorpus.Folder, $"findings-{Interlocked.Increment(ref s_runs)}.jsonl");
        var start = new ProcessStartInfo("dotnet", [InstrumentedCorpus.Dll, .. arguments, .. specs]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = InstrumentedCorpus.Folder };
        start.Environment["NCSAN_FINDINGS"] = findings;
        start.Environment["NCSAN_SAMPLING"] = "always";
        foreach (string option in options)
        {
            string[] pair = option.Split('=');
            start.Environment["NCSAN_" + pair[0].Replace('-', '_').ToUpperInvariant()] = pair[1];
        }

        using var process = Process.Start(start)!;
        var errors = new StringBuilder();
        process.ErrorDataReceived += (_, e) => errors.AppendLine(e.Data);
        process.BeginErrorReadLine();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        bool ended = process.WaitForExit(limit);
        if (!ended) { process.Kill(entireProcessTree: true); }
        process.WaitForExit();
        string[] lines = output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string tail = Tail(errors.ToString());
        string fault = !ended ? "the process did not end; " + tail
            : process.ExitCode is not (0 or 1) ? $"exit code {process.ExitCode}; {tail}"
            : tail.Contains("NCS9", StringComparison.Ordinal) ? tail : "";
        return Divide(lines, File.Exists(findings) ? File.ReadAllBytes(findings) : [], specs, fault);
    }

    private static Dictionary<string, Outcome> Divide(string[] lines, byte[] findings, IReadOnlyList<string> specs, string fault)
    {
        var begun = new Dictionary<string, int>();
        var outcomes = new Dictionary<string, Outcome>();
        int reached = 0;
        foreach (string line in lines)
        {
            string[] words = line.Split(' ');
            if (words[0] == "begin") { begun[words[1]] = int.Parse(words[2]); }
            if (words[0] != "end") { continue; }
            int from = begun[words[1]], to = int.Parse(words[2]);
            Assert.True(from == reached, $"a finding was written between two cases, before {words[1]}: {Encoding.UTF8.GetString(findings, reached, from - reached)}");
            reached = to;
            outcomes[words[1]] = new Outcome(words[3] == "ok" ? null : line, Parse(findings[from..to]), line);
        }

        // What ends the process fails the case that ran; after the last case it fails them all.
        IReadOnlyList<Found> late = Parse(findings[reached..]);
        foreach (string spec in specs)
        {
            string name = spec.Split('@')[0];
            if (!outcomes.TryGetValue(name, out Outcome? outcome)) { outcomes[name] = new Outcome((begun.ContainsKey(name) ? "the process ended in this case: " : "the process ended before this case: ") + fault, late, ""); }
            else if (outcomes.Count == specs.Count && (fault.Length > 0 || late.Count > 0)) { outcomes[name] = outcome with { Failure = outcome.Failure ?? $"after the last case: {fault} {string.Join("; ", late)}" }; }
        }

        return outcomes;
    }

    private static IReadOnlyList<Found> Parse(ReadOnlySpan<byte> bytes) =>
        [.. Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Found.Parse).OfType<Found>()];

    private static string Tail(string text) => text.Length > 1500 ? text[^1500..].Trim() : text.Trim();
}
