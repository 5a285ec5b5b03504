using System.CommandLine;
using System.Globalization;
using Ncsan.Runtime.Settings;
using TableOption = Ncsan.Runtime.Settings.Option;

namespace Ncsan.Cli.Commands;

/// <summary>The runtime's options table as options of a verb. Values travel to the program in its environment.</summary>
internal sealed class SettingsOptions
{
    private readonly List<(TableOption Row, Option<string?> Option)> _options = [];

    public SettingsOptions(Command command)
    {
        // Where findings go is the report's business: it has to know too.
        foreach (var row in Options.All.Where(o => o != Options.Findings))
        {
            var option = new Option<string?>("--" + row.Name)
            {
                Description = row.Default.Length > 0 ? $"{row.Description} [default: {row.Default}]" : row.Description,
                HelpName = row.Type == typeof(bool) ? "true|false" : row.Type.Name.ToLowerInvariant(),
                Arity = row.Type == typeof(bool) ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
            };
            _options.Add((row, option));
            command.Options.Add(option);
        }
    }

    /// <summary>The environment variables that the chosen options make.</summary>
    /// <exception cref="InputException">A value is not of its option's type.</exception>
    public Dictionary<string, string> Environment(ParseResult parsed, bool forTests)
    {
        var environment = Running.Sampling.Environment(forTests);
        foreach (var (row, option) in _options)
        {
            if (parsed.GetResult(option) is null) { continue; }
            environment[row.EnvironmentVariable] = Checked(row, parsed.GetValue(option));
        }

        // Asking for a budget is asking for bursts.
        if (environment.ContainsKey(Options.Overhead.EnvironmentVariable) && parsed.GetResult("--" + Options.Sampling.Name) is null) { environment[Options.Sampling.EnvironmentVariable] = "burst"; }
        return environment;
    }

    private static string Checked(TableOption row, string? value)
    {
        if (row.Type == typeof(bool))
        {
            return value is null ? "true" : bool.TryParse(value, out bool flag) ? (flag ? "true" : "false") : throw Wrong(row, value, "true or false");
        }

        if (row.Type == typeof(int)) { return int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number.ToString(CultureInfo.InvariantCulture) : throw Wrong(row, value, "a whole number"); }
        if (row.Type == typeof(double))
        {
            // 2x is how one says a slow-down.
            return double.TryParse(value?.TrimEnd('x'), NumberStyles.Float, CultureInfo.InvariantCulture, out double factor) && double.IsFinite(factor) ? factor.ToString(CultureInfo.InvariantCulture) : throw Wrong(row, value, "a number");
        }

        return value ?? "";
    }

    private static InputException Wrong(TableOption row, string? value, string wanted) => new("NCS2009", $"--{row.Name} wants {wanted}, not '{value}'.");
}
