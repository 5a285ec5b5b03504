using System.Globalization;

namespace Ncsan.Cli.Running;

/// <summary>How many tests a run has entered: what the runtime in its processes says at their ends, whatever the test platform makes of it.</summary>
internal static class TestsEntered
{
    private const string Mark = "\"tests_entered\":";

    /// <summary>In a findings file from a position on. A process that was killed says nothing, so its tests are not counted.</summary>
    public static long In(string findings, long from = 0)
    {
        if (!File.Exists(findings)) { return 0; }
        using var file = new FileStream(findings, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = from;
        using var reader = new StreamReader(file);
        long entered = 0;
        while (reader.ReadLine() is { } line) { entered += Of(line); }
        return entered;
    }

    private static long Of(string line)
    {
        int at = line.IndexOf(Mark, StringComparison.Ordinal);
        if (at < 0 || !line.StartsWith(RunReport.SummaryStart, StringComparison.Ordinal)) { return 0; }
        string digits = string.Concat(line.AsSpan(at + Mark.Length).ToString().TakeWhile(char.IsAsciiDigit));
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long count) ? count : 0;
    }
}
