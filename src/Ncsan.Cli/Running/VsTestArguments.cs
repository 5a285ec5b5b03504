namespace Ncsan.Cli.Running;

/// <summary>
/// What <c>dotnet test</c> makes of its arguments for vstest.console. Ours go there directly, because <c>dotnet test</c> takes its test platform from
/// the global.json of the current folder, which need not be that of this assembly.
/// </summary>
internal static class VsTestArguments
{
    private static readonly Dictionary<string, string> s_named = new(StringComparer.Ordinal)
    {
        ["--filter"] = "--TestCaseFilter", ["-l"] = "--logger", ["--logger"] = "--logger", ["-s"] = "--Settings", ["--settings"] = "--Settings",
        ["--results-directory"] = "--ResultsDirectory", ["--collect"] = "--Collect", ["-d"] = "--Diag", ["--diag"] = "--Diag", ["--test-adapter-path"] = "--TestAdapterPath",
        ["-e"] = "--Environment", ["--environment"] = "--Environment",
    };

    private static readonly Dictionary<string, string> s_flags = new(StringComparer.Ordinal) { ["-t"] = "--ListTests", ["--list-tests"] = "--ListTests", ["--blame"] = "--Blame" };

    public static IEnumerable<string> From(IReadOnlyList<string> arguments)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            int equals = argument.IndexOf('=');
            if (equals > 0 && s_named.TryGetValue(argument[..equals], out string? joined)) { yield return $"{joined}:{argument[(equals + 1)..]}"; }
            else if (s_named.TryGetValue(argument, out string? named) && i + 1 < arguments.Count) { yield return $"{named}:{arguments[++i]}"; }
            else { yield return s_flags.GetValueOrDefault(argument, argument); }
        }
    }
}
