using System.Text;

namespace Ncsan.Cli.Running;

/// <summary>
/// In the place of vstest.console: the VSTest task of <c>dotnet test</c> starts the program that VSTestConsolePath names, and with the switch of
/// Ncsan.Build that is us. What it would have been told becomes <c>ncsan test</c> of the same assembly.
/// </summary>
internal static class VsTestConsole
{
    /// <summary>The options of <c>ncsan test</c>, in Base64: they travel with the run settings because the task passes nothing else on.</summary>
    private const string OptionsSetting = "Ncsan.Options=";

    private const string Framework = "--framework:";

    /// <summary>What does not go on: the framework is that of the copy's own runtimeconfig.json, and the next two <c>dotnet vstest</c> says itself.</summary>
    private static readonly string[] s_ours = [OptionsSetting, Framework, "--artifactsProcessingMode", "--testSessionCorrelationId"];

    /// <summary>The arguments of <c>ncsan test</c>, or null when nobody takes us for vstest.console. Its task always says the framework, in a form that no
    /// verb of ours has.</summary>
    public static string[]? TestArguments(string[] args)
    {
        int assembly = Array.FindIndex(args, static a => !a.StartsWith('-') && a.EndsWith(".dll", StringComparison.OrdinalIgnoreCase));
        if (assembly < 0 || !args.Any(static a => a.StartsWith(Framework, StringComparison.OrdinalIgnoreCase))) { return null; }
        string options = args.LastOrDefault(static a => a.StartsWith(OptionsSetting, StringComparison.Ordinal))?[OptionsSetting.Length..] ?? "";
        var rest = args.Where((a, i) => i != assembly && !s_ours.Any(o => a.StartsWith(o, StringComparison.OrdinalIgnoreCase))).ToList();
        if (rest is [.., "--"]) { rest.RemoveAt(rest.Count - 1); }
        return ["test", args[assembly], .. Split(Encoding.UTF8.GetString(Convert.FromBase64String(options))), "--", .. rest];
    }

    /// <summary>Words as in a shell: apart by blanks, unless quoted. Single quotes too, because MSBuild takes double ones off its command line.</summary>
    private static IEnumerable<string> Split(string text)
    {
        var word = new StringBuilder();
        char quote = '\0';
        bool any = false;
        foreach (char c in text)
        {
            if (c == quote) { quote = '\0'; }
            else if (quote == '\0' && (c is '"' or '\'')) { (quote, any) = (c, true); }
            else if (c != ' ' || quote != '\0') { (_, any) = (word.Append(c), true); }
            else if (any)
            {
                yield return word.ToString();
                (_, any) = (word.Clear(), false);
            }
        }

        if (any) { yield return word.ToString(); }
    }
}
