using System.Diagnostics;
using System.Globalization;
using Ncsan.Cli.Cache;
using Ncsan.Runtime.Races.Directed;
using Ncsan.Runtime.Settings;

namespace Ncsan.Cli.Running;

/// <summary>
/// Runs a program again for as long as there is something left to learn: what one round sees two threads do shortly after one another, the next
/// one watches for, with a thread waiting at each of the two places.
/// </summary>
internal sealed class Rounds
{
    private const int LeastBudget = 2_000, MostTests = 100;

    private readonly int _count;
    private readonly string _runId = Guid.NewGuid().ToString("n")[..12];
    private readonly string? _store;
    private readonly Dictionary<string, string> _settings = [];
    private readonly StandardInput? _input;
    private readonly string _findings, _chosenBudget;

    /// <summary>Where in the findings file the round at hand begins.</summary>
    private long _written;

    public Rounds(CopyLocation copy, RunOptions options, string findings)
    {
        (_findings, _chosenBudget) = (findings, options.Settings.GetValueOrDefault(Options.DelayBudget.EnvironmentVariable, ""));
        _count = options.Rounds;
        
        // What one run nearly saw is learnt for the next one, or to be told.
        if (_count == 1 && options.Settings.GetValueOrDefault(Options.Predictions.EnvironmentVariable) != "true") { return; }
        _input = new StandardInput();
        _store = options.Settings.GetValueOrDefault(Options.Store.EnvironmentVariable) is { Length: > 0 } chosen ? Path.GetFullPath(chosen) : UsualStore(copy);
        _settings[Options.Store.EnvironmentVariable] = _store;
        _settings[Options.RunId.EnvironmentVariable] = _runId;
    }

    /// <summary>What the program of the next round gets in its environment besides the user's choices.</summary>
    public IReadOnlyDictionary<string, string> Settings => _settings;

    /// <summary>Waits for the first round and runs the ones after it.</summary>
    /// <param name="child">The program of the first round.</param>
    /// <param name="launch">What was started.</param>
    /// <param name="start">Starts the program again.</param>
    /// <returns>The exit code of the first round that had something to say with it: that of a program that nobody delays, if it fails by itself.</returns>
    public int Run(ChildProcess child, Launch launch, Func<Launch, IReadOnlyDictionary<string, string>, ChildProcess> start)
    {
        long started = Stopwatch.GetTimestamp();
        int exitCode = ExitCodes.Success;
        Prospect last = default;
        bool ofTests = launch.Narrowing is not null;
        string[] narrowing = [];
        for (int round = 1; ; round++)
        {
            int ended = child.WaitForExit();
            if (narrowing.Length > 0 && !child.WasInterrupted && IsRefused(ended))
            {
                Say.Sentence("NCS2015", $"round {round} ran no test: told '{narrowing[0]}', the test run ended with {ended}. It is run again with every test.");
                (narrowing, launch) = ([], launch with { Narrowing = null });
                _input!.Rewind();
                child = start(launch, _settings);
                ended = child.WaitForExit();
            }

            if (exitCode == ExitCodes.Success || ChildProcess.IsCrash(ended)) { exitCode = ended; }
            if (round >= _count || (ChildProcess.IsCrash(ended) && HasObserved) || ended == ExitCodes.Hang || child.WasInterrupted || !launch.MayRepeat) { return exitCode; }
            Prospect left = LearntCandidates.Look(_store!, _runId, ofTests);
            if (left.Pairs == 0 || (round > 1 && left.Known == last.Known)) { return exitCode; }
            last = left;
            if (round == 1)
            {
                // Threads may wait for as long as the program runs undelayed.
                double clean = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                _settings[Options.DelayBudget.EnvironmentVariable] = ((int)Math.Clamp(clean, LeastBudget, int.MaxValue)).ToString(CultureInfo.InvariantCulture);
            }

            narrowing = left.Tests is { Count: > 0 and <= MostTests } tests && launch.Narrowing is { } narrow ? [.. narrow(tests)] : [];
            Say.Line($"ncsan: round {round + 1} of at most {_count}: {(narrowing.Length > 0 ? Count(left.Tests!.Count, "test") + ", " : "")}waiting where threads nearly met, for {Count(left.Pairs, "pair")} of accesses");
            _input!.Rewind();
            _written = new FileInfo(_findings).Length;
            child = start(launch.Plus(narrowing), _settings);
        }
    }

    /// <summary>Says for how many pairs nobody waited in the last round, because waiting for others had used up the time for it.</summary>
    public void SayWhatWasRefused()
    {
        long refused = Counters.Sum(Counters.RefusedPairs, _findings, _written);
        if (refused == 0) { return; }
        string budget = _chosenBudget.Length > 0 ? _chosenBudget : _settings.GetValueOrDefault(Options.DelayBudget.EnvironmentVariable, Options.DelayBudget.Default);
        Say.Line($"ncsan: the delay budget was used up before threads had waited for {Count((int)refused, "pair")} of accesses that nearly met; --{Options.DelayBudget.Name} gives more than {budget} ms");
    }

    /// <summary>Whether a race was observed. A crash before that may be the race's own doing: a collection that was changed while it was enumerated.</summary>
    private bool HasObserved => Counters.Sum(Counters.DataRaces, _findings) > 0;

    /// <summary>Whether a round of tests that are known, and that ended by itself, has entered none: its arguments were not what the test platform understands.</summary>
    private bool IsRefused(int ended) => !ChildProcess.IsCrash(ended) && ended != ExitCodes.Hang && Counters.Sum(Counters.TestsEntered, _findings, _written) == 0;

    private static string Count(int number, string what) => string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");

    /// <summary>In <c>.ncsan</c> beside the project; where there is none, or where it cannot be written, with our copy.</summary>
    private static string UsualStore(CopyLocation copy)
    {
        string own = Path.Combine(copy.Own, "store");
        try
        {
            if (ProjectFolder.Around(copy.Folder) is not { } project) { return own; }
            string store = Path.Combine(project, ".ncsan");
            if (Directory.Exists(store)) { return store; }
            Directory.CreateDirectory(store);
            Directory.Delete(store);
            return store;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return own;
        }
    }
}
