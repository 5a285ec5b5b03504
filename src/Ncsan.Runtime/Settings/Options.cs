namespace Ncsan.Runtime.Settings;

/// <summary>
/// The one table of options: the command line, the environment, MSBuild and the documentation derive from it.
/// The command line hands options to the program under test through the environment.
/// </summary>
public static class Options
{
    /// <summary>Where findings go, one JSON object a line. Relative to the current folder.</summary>
    public static readonly Option Findings = new("findings", typeof(string), "", "The file that findings are appended to, one JSON object a line; empty: ncsan-findings-<pid>.jsonl in the current folder.");

    /// <summary>How State is raised.</summary>
    public static readonly Option Sampling = new("sampling", typeof(string), "always", "When the checked copies run: always, burst or off.");

    /// <summary>The slow-down that bursts are held to.</summary>
    public static readonly Option Overhead = new("overhead", typeof(double), "2", "The measured slow-down that burst sampling is held to, as a factor.");

    /// <summary>Every option, in the order of the documentation.</summary>
    public static readonly IReadOnlyList<Option> All = [Findings, Sampling, Overhead];
}
