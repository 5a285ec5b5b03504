using Ncsan.Cli.Cache;
using Ncsan.Runtime.Settings;

namespace Ncsan.Cli.Running;

/// <summary>One run of a rewritten program, from its start to the exit code.</summary>
internal static class ProgramRun
{
    private const int PollMilliseconds = 50;

    /// <summary>What was typed, for the recipes of findings; or what would have to be typed, where a build started us.</summary>
    public static string[] CommandLine { get; set; } = Environment.GetCommandLineArgs()[1..];

    /// <summary>What becomes of a program in the place of a run with a report: the tries of a reproduction. It gets the copy, the program and the user's choices, and says what
    /// to exit with.</summary>
    public static Func<RewrittenCopy, Launch, RunOptions, int>? Instead { get; set; }

    /// <summary>Runs it, shows findings as they come, and says what to exit with.</summary>
    /// <param name="copy">What it runs from; held until it has ended.</param>
    /// <param name="launch">What is to be started.</param>
    /// <param name="options">The user's choices.</param>
    public static int Go(RewrittenCopy copy, Launch launch, RunOptions options)
    {
        if (Instead is { } instead) { return instead(copy, launch, options); }
        string findings = FindingsFile.Prepare(copy.Location, options);
        ChildProcess Start(Launch what, IReadOnlyDictionary<string, string> settings) =>
            ChildProcess.Start(what with { Environment = With(With(what.Environment, settings, findings), options.Settings, findings) });
        var rounds = new Rounds(copy.Location, options, findings);
        var first = Start(launch, rounds.Settings);

        // Everything from here on happens beside the program's own start.
        using var tail = new FindingsTail(findings);
        var report = new RunReport(options);
        using var ended = new ManualResetEventSlim();
        var follower = new Thread(() => Follow(tail, report, findings, copy.Original.Folder, ended)) { IsBackground = true, Name = "findings" };
        follower.Start();
        int exitCode = rounds.Run(first, launch, Start);
        ended.Set();
        follower.Join();

        if (launch.RunsTests && Counters.Sum(Counters.TestsEntered, findings) == 0) { report.Doubt = ("NCS2015", $"no test is known to have run; the test run ended with {exitCode}."); }
        rounds.SayWhatWasRefused();
        bool fails = report.End(findings, out bool hang);
        return (hang && exitCode == ExitCodes.Hang) || ChildProcess.IsCrash(exitCode) || !fails ? exitCode : options.FindingsExitCode;
    }

    private static void Follow(FindingsTail tail, RunReport report, string findings, string program, ManualResetEventSlim ended)
    {
        LastRuns.Remember(findings, program);
        FindingsFile.Prune(findings);
        bool last;
        do
        {
            last = ended.Wait(PollMilliseconds);
            foreach (string line in tail.NewLines()) { report.Take(line, findings); }
        }
        while (!last);

        if (tail.Rest() is { } rest) { report.Take(rest, findings); }
    }

    /// <summary>An environment with the settings in it.</summary>
    public static Dictionary<string, string> With(IReadOnlyDictionary<string, string> environment, IReadOnlyDictionary<string, string> settings, string findings)
    {
        var all = new Dictionary<string, string>(environment);
        foreach (var (name, value) in settings) { all[name] = value; }
        all[Options.Findings.EnvironmentVariable] = findings;
        all[Options.CommandVariable] = string.Join('\n', [Environment.CurrentDirectory, .. CommandLine]);
        return all;
    }
}
