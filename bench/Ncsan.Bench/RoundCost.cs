using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Ncsan.Bench;

/// <summary>
/// What <c>ncsan test</c> costs a test suite, its rewritten copy being there: a round without candidates beside the suite by itself, and the delays of rounds that have
/// candidates beside their budget.
/// </summary>
internal static class RoundCost
{
    private const int WarmUp = 1, LeastBudget = 2000;

    /// <summary>What a round may take over the suite by itself.</summary>
    private const double MostRatio = 1.5;

    internal static int Run(string tool, string[] suites, int pairs)
    {
        foreach (string suite in suites) { WithoutCandidates(tool, suite, pairs); }
        WithCandidates(tool);
        return 0;
    }

    private static void WithoutCandidates(string tool, string suite, int pairs)
    {
        string name = Path.GetFileNameWithoutExtension(suite);
        var round = new List<Cost>();
        var clean = new List<Cost>();
        int more = 0;
        for (int i = -WarmUp; i < pairs; i++)
        {
            // A store of its own: what is learnt is written, and nothing was learnt before.
            string store = Tests.ScratchFolder.Make("bench-store");
            Cost first = Start([.. Tool(tool), "test", suite, "--rounds", "2", "--store", store], out List<Line> said), second = Start([Host, suite], out _);
            if (i < 0) { continue; }

            // What two tests do at once can look like a near miss once in a while: then there are two rounds, and this is about one.
            if (said.Exists(static l => l.Text.StartsWith("ncsan: round", StringComparison.Ordinal)))
            {
                more++;
                continue;
            }

            round.Add(first);
            clean.Add(second);
        }

        if (round.Count == 0) { throw new InvalidOperationException($"{name} has candidates"); }
        double processor = Ratio(round, clean, static c => c.Processor), wall = Ratio(round, clean, static c => c.Wall);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: a round {Median(round, static c => c.Processor):F0} ms of processor time, by itself {Median(clean, static c => c.Processor):F0} ms: {processor:F2}; by the clock {Median(round, static c => c.Wall):F0} ms, {Median(clean, static c => c.Wall):F0} ms: {wall:F2} (medians of {round.Count} pairs; {more} had a candidate)"));
        Verdict.AtMost($"a round without candidates, {name}, processor time over clean", processor, MostRatio);
    }

    private static void WithCandidates(string tool)
    {
        string scratch = Tests.ScratchFolder.Make("bench-rounds"), findings = Path.Combine(scratch, "findings.jsonl");
        string suite = typeof(RoundCost).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "Suite").Value!;
        Cost clean = Start([Host, suite], out _);
        Cost all = Start([.. Tool(tool), "test", suite, "--rounds", "3", "--store", Path.Combine(scratch, "store"), "--findings", findings], out List<Line> said);
        double[] begins = [0, .. said.Where(static l => l.Text.StartsWith("ncsan: round", StringComparison.Ordinal)).Select(static l => l.At), all.Wall];
        double[] waited = [.. File.ReadLines(findings).Select(Waited).OfType<double>()];
        double budget = Math.Max(LeastBudget, begins[1]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Ncsan.Bench.Suite, which has candidates: by itself {clean.Wall:F0} ms"));
        for (int i = 0; i + 1 < begins.Length; i++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  round {i + 1}: {begins[i + 1] - begins[i]:F0} ms, threads waited {waited.ElementAtOrDefault(i):F0} ms of a budget of {(i == 0 ? LeastBudget : budget):F0} ms"));
        }

        if (begins.Length < 3) { throw new InvalidOperationException("there was nothing to wait for"); }
        Verdict.AtMost("a round with candidates, time waited over the delay budget", waited.Max() / budget, 1);
        Verdict.AtMost("a round with candidates, by the clock over 1.5 times the clean one and the budget", Enumerable.Range(1, begins.Length - 2).Max(i => begins[i + 1] - begins[i]) / ((MostRatio * clean.Wall) + budget), 1);
    }

    private static double? Waited(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.TryGetProperty("statistics", out JsonElement statistics) && statistics.TryGetProperty("directed_microseconds", out JsonElement waited) ? waited.GetDouble() / 1000 : null;
    }

    private static double Ratio(List<Cost> one, List<Cost> other, Func<Cost, double> value) => one.Zip(other, (a, b) => value(a) / value(b)).Order().ElementAt(one.Count / 2);

    private static double Median(List<Cost> costs, Func<Cost, double> value) => costs.Select(value).Order().ElementAt(costs.Count / 2);

    private static string Host => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private static string[] Tool(string tool) => tool.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? [Host, tool] : [tool];

    private static Cost Start(string[] command, out List<Line> said)
    {
        var start = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in command.AsSpan(1)) { start.ArgumentList.Add(argument); }
        start.Environment.Remove("NCSAN_SAMPLING");
        var lines = new List<Line>();
        double processor = Processor.OfChildren();
        long started = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, e) => { if (e.Data is { } text) { lines.Add(new Line(Stopwatch.GetElapsedTime(started).TotalMilliseconds, text)); } };
        process.BeginErrorReadLine();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        said = lines;
        return new Cost(Stopwatch.GetElapsedTime(started).TotalMilliseconds, Processor.OfChildren() - processor);
    }

    private readonly record struct Cost(double Wall, double Processor);

    private readonly record struct Line(double At, string Text);
}
