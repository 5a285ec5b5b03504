using System.Globalization;

namespace Ncsan.Cli.Running;

/// <summary>Counters that the runtime in the processes of a run says at their ends, summed over them. A process that was killed says nothing.</summary>
internal static class Counters
{
    /// <summary>Tests that have begun, whatever the test platform makes of it.</summary>
    public const string TestsEntered = "tests_entered";

    /// <summary>Pairs of accesses that nobody waited for because the delay budget was used up.</summary>
    public const string RefusedPairs = "directed_refused";

    /// <summary>Races that were observed.</summary>
    public const string DataRaces = "data_races";

    /// <summary>What a findings file says of one, from a position on.</summary>
    public static long Sum(string counter, string findings, long from = 0)
    {
        if (!File.Exists(findings)) { return 0; }
        using var file = new FileStream(findings, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = from;
        using var reader = new StreamReader(file);
        string mark = $"\"{counter}\":";
        long sum = 0;
        while (reader.ReadLine() is { } line) { sum += Of(mark, line); }
        return sum;
    }

    private static long Of(string mark, string line)
    {
        int at = line.IndexOf(mark, StringComparison.Ordinal);
        if (at < 0 || !line.StartsWith(RunReport.SummaryStart, StringComparison.Ordinal)) { return 0; }
        string digits = string.Concat(line.AsSpan(at + mark.Length).ToString().TakeWhile(char.IsAsciiDigit));
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long count) ? count : 0;
    }
}
