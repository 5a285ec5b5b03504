using System.Diagnostics;
using Ncsan.Annotations;
using Ncsan.Corpus.Harness;

namespace Ncsan.Corpus;

/// <summary>
/// <c>Ncsan.Corpus [--threads N] [--attempts N] [--for MS] case[@line,line]…</c> runs the named cases one after another.
/// A case is called up to <c>attempts</c> times, until <c>for</c> has passed or, where lines are given, until one finding has all of them.
/// </summary>
/// <remarks>
/// Each case begins and ends with a line on standard output that gives the length of the findings file, so that whoever reads the file
/// knows whose finding each one is: a finding is on disk before its thread goes on, and a case joins every thread that it starts.
/// </remarks>
[NoInstrument]
internal static class Program
{
    private static int Main(string[] args)
    {
        var names = new List<string>();
        int attempts = 1, milliseconds = 10_000;
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--list": foreach (Case each in Case.All.Values) { Console.WriteLine(each.Name); } return 0;
                case "--threads": Session.Threads = int.Parse(args[++i]); break;
                case "--attempts": attempts = int.Parse(args[++i]); break;
                case "--for": milliseconds = int.Parse(args[++i]); break;
                default: names.Add(args[i]); break;
            }
        }

        int failed = 0;
        foreach (string name in names) { if (!Run(name, attempts, milliseconds)) { failed++; } }
        Console.WriteLine($"ran {names.Count}, failed {failed}");
        return names.Count == 0 ? 2 : failed == 0 ? 0 : 1;
    }

    private static bool Run(string spec, int attempts, int milliseconds)
    {
        string[] parts = spec.Split('@');
        if (!Case.All.TryGetValue(parts[0], out Case? found)) { Console.WriteLine($"no case {parts[0]}"); return false; }
        Console.WriteLine($"begin {found.Name} {Session.FindingsLength}");
        var clock = Stopwatch.StartNew();
        string? failure = null;
        int made = 0;
        Session.Begin(found.Name.StartsWith("TestRace", StringComparison.Ordinal), milliseconds, parts.Length > 1 ? [.. parts[1].Split(',').Select(line => $"{found.Method.DeclaringType!.Name}.cs\",\"line\":{line}")] : []);
        try
        {
            do { found.Body(); made++; } while (made < attempts && !Session.Done);
        }
        catch (Exception e)
        {
            failure = e.ToString().ReplaceLineEndings(" | ");
        }

        Session.End();
        Console.WriteLine($"end {found.Name} {Session.FindingsLength} {(failure is null ? "ok" : "failed")} attempts={made} ms={clock.ElapsedMilliseconds} tolerated={Session.Tolerated} {failure}");
        return failure is null;
    }
}
