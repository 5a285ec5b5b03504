using Ncsan.Runtime.Settings;

namespace Ncsan.Cli.Running;

/// <summary>How a verb samples when nobody says: a run keeps the program usable, tests are there to find what there is.</summary>
internal static class Sampling
{
    public static Dictionary<string, string> Environment(bool forTests) =>
        System.Environment.GetEnvironmentVariable(Options.Sampling.EnvironmentVariable) is null
            ? new() { [Options.Sampling.EnvironmentVariable] = forTests ? "always" : "burst" }
            : [];
}
