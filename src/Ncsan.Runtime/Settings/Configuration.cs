using System.Globalization;
using Ncsan.Runtime.Findings;

namespace Ncsan.Runtime.Settings;

/// <summary>The values of the options in this process, read once from the environment. A value that cannot be read is said and its default taken.</summary>
internal static class Configuration
{
    internal static bool Strict = Flag(Options.Strict);

    internal static bool Permissive = Flag(Options.Permissive);

    internal static bool AssumePlainWritesAtomic = Flag(Options.AssumePlainWritesAtomic);

    internal static bool UnknownOrigin = Flag(Options.UnknownOrigin);

    internal static bool WeakMemory = Strict && Flag(Options.WeakMemory);

    internal static int Delay = Number(Options.Delay);

    internal static int ColdDelay = Number(Options.DelayCold);

    internal static bool DelayRandomize = Flag(Options.DelayRandomize);

    internal static int SkipWatch = Number(Options.SkipWatch);

    internal static int ColdVisits = Math.Min(Number(Options.ColdVisits), 127);

    internal static int DelayShare = Math.Clamp(Number(Options.DelayShare), 1, 100);

    internal static string Store = Text(Options.Store);

    /// <summary>Never empty: a program started by hand is a run of its own.</summary>
    internal static string RunId = Text(Options.RunId) is { Length: > 0 } id ? id : $"{Environment.ProcessId}-{Environment.TickCount64}";

    internal static int DelayBudget = Number(Options.DelayBudget);

    internal static readonly bool OnlyLearnt = Environment.GetEnvironmentVariable(Options.OnlyLearntVariable) == "1";

    internal static readonly bool ThreadsByCounters = Environment.GetEnvironmentVariable(Options.ThreadsByCountersVariable) == "1";

    internal static bool Predictions = Flag(Options.Predictions);

    internal static int DelayGrace = Number(Options.DelayGrace);

    internal static int MaxFindings = Number(Options.MaxFindings);

    internal static string Sampling = Choice(Options.Sampling, "always", "burst", "off");

    internal static double Overhead = Real(Options.Overhead);

    internal static bool Locks = Flag(Options.Locks);

    internal static string FindingsFile = Text(Options.Findings);

    private static string Text(Option option) => Environment.GetEnvironmentVariable(option.EnvironmentVariable) is { Length: > 0 } text ? text : option.Default;

    private static bool Flag(Option option) => Text(option).ToLowerInvariant() switch
    {
        "1" or "true" or "yes" or "on" => true,
        "0" or "false" or "no" or "off" => false,
        _ => Bad(option, "true or false") == "true",
    };

    private static int Number(Option option) =>
        int.TryParse(Text(option), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value
        : int.Parse(Bad(option, "a whole number, zero or more"), CultureInfo.InvariantCulture);

    private static double Real(Option option) =>
        double.TryParse(Text(option).TrimEnd('x'), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 1 ? value
        : double.Parse(Bad(option, "a factor of one or more"), CultureInfo.InvariantCulture);

    private static string Choice(Option option, params string[] choices) =>
        Text(option).ToLowerInvariant() is var text && Array.IndexOf(choices, text) >= 0 ? text : Bad(option, string.Join(", ", choices));

    private static string Bad(Option option, string expected)
    {
        Notice.Say("NCS2201", $"{option.EnvironmentVariable}={Text(option)} is not {expected}; using {option.Default}.");
        return option.Default;
    }
}
