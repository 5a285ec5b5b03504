using System.Globalization;

namespace Ncsan.Reporting.Text;

/// <summary>What a run did not check, by reason: <c>ncsan report --gaps</c>.</summary>
public static class GapsReport
{
    private const int Examples = 5;

    /// <summary>Writes the blind spots, most frequent first, then the statistics.</summary>
    public static void Write(TextWriter output, RunSummary run)
    {
        void Line(string text) => output.Write(text + "\n");
        Line(run.BlindSpots.Count == 0 ? "no blind spots were counted" : "blind spots, by reason");
        int width = run.BlindSpots.Select(b => Number(b.Count).Length).DefaultIfEmpty().Max();
        foreach (BlindSpot spot in run.BlindSpots.OrderByDescending(b => b.Count).ThenBy(b => b.Id, StringComparer.Ordinal).ThenBy(b => b.Reason, StringComparer.Ordinal))
        {
            Line($"  {Number(spot.Count).PadLeft(width)}  {$"{spot.Id} {spot.Reason}".Trim()}");
            foreach (string example in spot.Examples.Take(Examples)) { Line($"  {new string(' ', width)}    {example}"); }
            if (spot.Examples.Count > Examples) { Line($"  {new string(' ', width)}    and {Number(spot.Examples.Count - Examples)} more"); }
        }

        if (run.Statistics.Count == 0) { return; }
        Line("");
        Line("statistics");
        int names = run.Statistics.Keys.Max(k => k.Length), numbers = run.Statistics.Values.Max(v => Number(v).Length);
        foreach (var (name, value) in run.Statistics) { Line($"  {name.PadRight(names)}  {Number(value).PadLeft(numbers)}"); }
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
