using System.Diagnostics;
using System.Globalization;

namespace Ncsan.Bench;

/// <summary>
/// How long a small program takes under a cached <c>ncsan run</c> and by itself: to its first line, to its end, and in processor time. The
/// two take turns, and medians are compared, because a busy machine delays both alike.
/// </summary>
internal static class Startup
{
    private const int WarmUp = 3;

    internal static int Run(string tool, string dll, int pairs)
    {
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        string[] ours = tool.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? [host, tool, "run", dll] : [tool, "run", dll];
        string[] theirs = [host, dll];
        var sanitized = new List<Sample>();
        var clean = new List<Sample>();
        for (int i = -WarmUp; i < pairs; i++)
        {
            Sample first = Start(ours), second = Start(theirs);
            if (i < 0) { continue; }
            sanitized.Add(first);
            clean.Add(second);
        }

        Line("first line", sanitized, clean, static s => s.FirstLine);
        Line("end", sanitized, clean, static s => s.End);
        Line("processor", sanitized, clean, static s => s.Processor);
        return 0;
    }

    private static void Line(string what, List<Sample> sanitized, List<Sample> clean, Func<Sample, double> value)
    {
        double ours = Median(sanitized, value), theirs = Median(clean, value);
        var ratios = sanitized.Zip(clean, (a, b) => value(a) / value(b)).Order().ToArray();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-10} {ours,7:F1} ms, clean {theirs,6:F1} ms: {ours / theirs:F2} (pairs: median {ratios[ratios.Length / 2]:F2}, quartiles {ratios[ratios.Length / 4]:F2} to {ratios[ratios.Length * 3 / 4]:F2}); least {sanitized.Min(value):F1} and {clean.Min(value):F1}"));
    }

    private static double Median(List<Sample> samples, Func<Sample, double> value) => samples.Select(value).Order().ElementAt(samples.Count / 2);

    private static Sample Start(string[] command)
    {
        var start = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in command.AsSpan(1)) { start.ArgumentList.Add(argument); }
        start.Environment.Remove("NCSAN_SAMPLING");
        double processor = Processor.OfChildren();
        long started = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        string? line = process.StandardOutput.ReadLine();
        double first = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        double end = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        if (line is null || process.ExitCode != 0) { throw new InvalidOperationException($"'{string.Join(' ', command)}' ended with {process.ExitCode} and said {line ?? "nothing"}"); }
        return new Sample(first, end, Processor.OfChildren() - processor);
    }

    private readonly record struct Sample(double FirstLine, double End, double Processor);
}
