using System.Diagnostics;
using System.Globalization;
using Ncsan.Cli.Cache;
using Ncsan.Runtime.Races;
using Ncsan.Runtime.Settings;

namespace Ncsan.Cli.Running;

/// <summary>
/// Runs a program again for as long as there is something left to learn: what one round sees two threads do shortly after one another, the next
/// one watches for, with a thread waiting at each of the two places.
/// </summary>
internal sealed class Rounds
{
    private const int LeastBudget = 2_000;

    private readonly int _count;
    private readonly string _runId = Guid.NewGuid().ToString("n")[..12];
    private readonly string? _store;
    private readonly Dictionary<string, string> _settings = [];

    public Rounds(CopyLocation copy, RunOptions options)
    {
        _count = options.Rounds;
        if (_count == 1) { return; }
        _store = options.Settings.GetValueOrDefault(Options.Store.EnvironmentVariable) is { Length: > 0 } chosen ? Path.GetFullPath(chosen) : Path.Combine(ProjectOf(copy.Folder), ".ncsan");
        _settings[Options.Store.EnvironmentVariable] = _store;
        _settings[Options.RunId.EnvironmentVariable] = _runId;
    }

    /// <summary>What the program of the next round gets in its environment besides the user's choices.</summary>
    public IReadOnlyDictionary<string, string> Settings => _settings;

    /// <summary>Waits for the first round and runs the ones after it.</summary>
    /// <param name="child">The program of the first round.</param>
    /// <param name="start">Starts the program again.</param>
    /// <returns>The exit code of the last round, or of the one that crashed: then the next ones are left out.</returns>
    public int Run(ChildProcess child, Func<IReadOnlyDictionary<string, string>, ChildProcess> start)
    {
        long started = Stopwatch.GetTimestamp();
        for (int round = 1; ; round++)
        {
            int exitCode = child.WaitForExit();
            if (round >= _count || ChildProcess.IsCrash(exitCode) || LearntCandidates.Left(_store!, _runId, out _) == 0) { return exitCode; }
            if (round == 1)
            {
                // Threads may wait for as long as the program runs undelayed.
                double clean = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                _settings[Options.DelayBudget.EnvironmentVariable] = ((int)Math.Clamp(clean, LeastBudget, int.MaxValue)).ToString(CultureInfo.InvariantCulture);
            }

            Say.Line($"ncsan: round {round + 1} of at most {_count}, waiting where threads nearly met");
            child = start(_settings);
        }
    }

    /// <summary>The folder of the project that the program in <paramref name="folder"/> was built from, or the program's own.</summary>
    private static string ProjectOf(string folder)
    {
        for (DirectoryInfo? at = Directory.GetParent(folder); at is not null; at = at.Parent)
        {
            if (at.EnumerateFiles("*.*proj").Any()) { return at.FullName; }
        }

        return Path.GetDirectoryName(folder) ?? folder;
    }
}
