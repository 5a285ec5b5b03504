using System.CommandLine;
using Ncsan.Cli.Running;
using Ncsan.Reporting;

namespace Ncsan.Cli.Commands;

/// <summary>The options about the report that several verbs share.</summary>
internal sealed class ReportOptions
{
    private readonly Option<string?> _json = new("--json") { Description = "Write the findings to FILE, one JSON object a line.", HelpName = "FILE" };
    private readonly Option<string?> _sarif = new("--sarif") { Description = "Write the findings to FILE as SARIF 2.1.0.", HelpName = "FILE" };
    private readonly Option<string?> _html = new("--html") { Description = "Write the findings to FILE as one HTML page.", HelpName = "FILE" };
    private readonly Option<string[]> _suppressions = new("--suppressions") { Description = "Silence what FILE names (race:, race_top:, called_from:, deadlock:). May be given again.", HelpName = "FILE" };
    private readonly Option<string?> _failOn = new("--fail-on") { Description = "The least severity that fails the run: note, warning, error or never. [default: warning]", HelpName = "severity" };
    private readonly Option<string[]> _severity = new("--severity") { Description = "Set a severity: what=severity, where what is a class, a rule or a certainty. May be given again.", HelpName = "what=severity" };

    public ReportOptions(Command command)
    {
        foreach (var option in new Option[] { _json, _sarif, _html, _suppressions, _failOn, _severity }) { command.Options.Add(option); }
    }

    public ReportFiles Files(ParseResult parsed) => new(parsed.GetValue(_json), parsed.GetValue(_sarif), parsed.GetValue(_html));

    /// <exception cref="InputException">A file is not there.</exception>
    public IReadOnlyList<string> Suppressions(ParseResult parsed)
    {
        string[] files = parsed.GetValue(_suppressions) ?? [];
        return files.FirstOrDefault(f => !File.Exists(f)) is { } missing ? throw new InputException("NCS2001", $"there is no suppression file '{missing}'.") : files;
    }

    /// <exception cref="InputException">A severity is none.</exception>
    public Policy Policy(ParseResult parsed)
    {
        try
        {
            return Reporting.Policy.Parse(parsed.GetValue(_failOn), parsed.GetValue(_severity) ?? []);
        }
        catch (FormatException e)
        {
            // The message brings its id.
            string[] parts = e.Message.Split(' ', 2);
            throw new InputException(parts[0], parts[1]);
        }
    }
}
