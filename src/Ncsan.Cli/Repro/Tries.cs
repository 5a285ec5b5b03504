using System.Globalization;
using System.Text.Json;
using Ncsan.Cli.Running;
using Ncsan.Runtime.Races.Directed;
using Ncsan.Runtime.Settings;

namespace Ncsan.Cli.Repro;

/// <summary>The tries of a reproduction: a program started again and again from one rewritten copy, with only the two sites of a finding to wait at.</summary>
internal sealed class Tries(Recipe recipe, IReadOnlyList<IReadOnlyList<(LearntSite, LearntSite)>> pairs, string scratch)
{
    private const int DelayBudgetMilliseconds = 60_000, PollMilliseconds = 20, MillisecondsAfterFinding = 10_000, LongestError = 200;

    /// <summary>Counts the ways to go about it: which pairs, and which of two waiting threads goes on first, to begin with the one that did.</summary>
    private int _way;

    /// <summary>Counts the changes of whose write is measured where two meet.</summary>
    private int _turn;

    /// <summary>How often the present way has failed since it last worked; null before it did.</summary>
    private int? _missed;

    /// <summary>The locks before which threads have to give way, as the tries so far have shown.</summary>
    private readonly Dictionary<(string Module, int Id), int> _gates = [];

    /// <summary>How many tries were made: fewer than asked for when somebody interrupts.</summary>
    public int Made { get; private set; }

    /// <summary>In how many the finding came back.</summary>
    public int Reproduced { get; private set; }

    /// <summary>The program has no such site any more.</summary>
    public bool SiteIsGone => pairs.Count == 0;

    /// <summary>Some thread came by one of the sites.</summary>
    public bool WasReached { get; private set; }

    public int LastExitCode { get; private set; }

    /// <summary>The last line that the program said on its standard error.</summary>
    public string LastError { get; private set; } = "";

    /// <exception cref="InputException">No test runs any more.</exception>
    public void Make(int times, Launch launch, RunOptions options)
    {
        bool interrupted = SiteIsGone;

        // An order of locks may be made up of what several tests do.
        string[] narrowing = recipe.Sites.Count > 0 && recipe.Test is { Length: > 0 } test && launch.Narrowing is { } narrow ? [.. narrow([test])] : [];
        while (Made < times && !interrupted)
        {
            string store = Path.Combine(scratch, Number(Made)), findings = store + ".jsonl", errors = store + ".err";

            // What worked is kept; else every way has its turn.
            LearntCandidates.WriteOnly(store, pairs[_way % pairs.Count].Select(pair => (Gated(pair.Item1), Gated(pair.Item2))), higherFirst: IsOtherOrder != recipe.HigherFirst, ownersTurn: _turn % 2 == 1 != recipe.OwnersTurn);
            var settings = new Dictionary<string, string>(options.Settings)
            {
                [Options.Findings.EnvironmentVariable] = findings,
                [Options.Store.EnvironmentVariable] = store,
                [Options.OnlyLearntVariable] = "1",
                [Options.DelayBudget.EnvironmentVariable] = Number(DelayBudgetMilliseconds),

                // Between bursts the second access could come while nobody looks.
                [Options.Sampling.EnvironmentVariable] = "always",
            };
            var child = ChildProcess.Start(launch.Plus(narrowing) with { Environment = ProgramRun.With(launch.Environment, settings, findings), ErrorFile = errors });
            bool found = Wait(child, findings);
            interrupted = child.WasInterrupted;
            if (interrupted && !found) { return; }
            if (launch.RunsTests && !found && !ChildProcess.IsCrash(LastExitCode) && Counters.Sum(Counters.TestsEntered, findings) == 0)
            {
                if (narrowing.Length == 0) { throw new InputException("NCS2503", $"'ncsan {string.Join(' ', recipe.Arguments)}' does not run any more: no test is known to have run, and the test run ended with {LastExitCode}."); }
                Say.Sentence("NCS2015", $"told '{string.Join(' ', narrowing)}', the test run ended with {LastExitCode} and ran no test. Every test runs instead.");
                narrowing = [];
                File.Delete(findings);
                Directory.Delete(store, recursive: true);
                continue;
            }

            Made++;
            if (found) { (Reproduced, _missed) = (Reproduced + 1, 0); } else { Missed(store, findings); }
            WasReached |= found || Counts(findings, "directed_visits");
            LastError = Tail(errors);
        }
    }

    /// <summary>A way that has worked gets a second chance: a thread may have lost its core at the wrong moment.</summary>
    private void Missed(string store, string findings)
    {
        if (LearnGates(store) || ++_missed == 1) { return; }
        _missed = null;
        if (Counts(findings, "unchanged_values")) { _turn++; } else { _way++; }
    }

    /// <summary>Each way differs from the one before in both, and all of them come up in twice as many as there are sets of pairs.</summary>
    private bool IsOtherOrder => (pairs.Count % 2 == 1 ? _way : _way + (_way / pairs.Count)) % 2 == 1;

    private LearntSite Gated(LearntSite site) => _gates.TryGetValue((site.Module, site.Id), out int gate) ? site with { Gate = gate } : site;

    /// <summary>The same way is worth another try where it has just shown that somebody has to give way.</summary>
    private bool LearnGates(string store)
    {
        bool isNew = false;
        foreach (var (site, gate) in LearntCandidates.Gates(store)) { isNew |= _gates.TryAdd(site, gate); }
        return isNew;
    }

    /// <summary>A race may break what it is about, so that the program never ends: with the finding on disk it has said what it was to say.</summary>
    private bool Wait(ChildProcess child, string findings)
    {
        using var ended = new ManualResetEventSlim();
        var watch = new Thread(() =>
        {
            while (!ended.Wait(PollMilliseconds))
            {
                if (!IsFound(findings)) { continue; }
                if (!ended.Wait(MillisecondsAfterFinding)) { child.Kill(); }
                return;
            }
        }) { IsBackground = true };
        watch.Start();
        LastExitCode = child.WaitForExit();
        ended.Set();
        watch.Join();
        return IsFound(findings);
    }

    private bool IsFound(string findings) => Lines(findings).Any(recipe.Matches);

    /// <summary>Whether a process has counted any.</summary>
    private static bool Counts(string findings, string statistic) => Lines(findings).Any(line => Count(line, statistic) > 0);

    private static long Count(string line, string statistic)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.TryGetProperty("statistics", out JsonElement statistics) && statistics.TryGetProperty(statistic, out JsonElement count) ? count.GetInt64() : 0;
        }
        catch (JsonException)
        {
            return 0;
        }
    }

    /// <summary>The program may be writing to it.</summary>
    private static IEnumerable<string> Lines(string path)
    {
        if (!File.Exists(path)) { yield break; }
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        while (reader.ReadLine() is { } line) { yield return line; }
    }

    private static string Tail(string path)
    {
        string last = Lines(path).LastOrDefault(static l => l.Trim().Length > 0)?.Trim() ?? "";
        return last.Length > LongestError ? last[..LongestError] + "…" : last;
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
