using System.CommandLine;
using System.CommandLine.Parsing;
using Ncsan.Cli.Applications;
using Ncsan.Cli.Cache;
using Ncsan.Cli.Running;
using Ncsan.Framework;

namespace Ncsan.Cli.Commands;

/// <summary>What <c>run</c> and <c>test</c> have in common: the target, how it is built and rewritten, how it runs, what is reported.</summary>
internal sealed class RunningOptions
{
    private readonly Argument<string> _target;
    private readonly Argument<string[]> _arguments = new("args") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _configuration = new("--configuration", "-c") { Description = "The configuration to build.", HelpName = "name" };
    private readonly Option<string?> _targetFramework = new("--target-framework", "-f") { Description = "The target framework to build.", HelpName = "name" };
    private readonly Option<bool> _framework = new("--framework") { Description = $"Run on an instrumented copy of the shared framework, built at its first use, so that races inside of it are seen. {InstrumentedFramework.Variable}=1 asks for it, too." };
    private readonly Option<bool> _noBuild = new("--no-build") { Description = "Take the build output that is there." };
    private readonly Option<int> _exitCode = new("--exit-code") { Description = "Exit with N when findings fail the run.", HelpName = "N", DefaultValueFactory = _ => ExitCodes.Findings };
    private readonly Option<int> _rounds = new("--rounds") { Description = "Run N times at most, for as long as there is something to learn: each round waits where threads nearly met in the one before. Of tests only those are run again that had a hand in it.", HelpName = "N", DefaultValueFactory = _ => RunOptions.UsualRounds };
    private readonly Option<string?> _findings = new("--" + Runtime.Settings.Options.Findings.Name) { Description = "Keep the runtime's own lines in FILE.", HelpName = "FILE" };
    private readonly RewriteChoiceOptions _choice;
    private readonly ReportOptions _report;
    private readonly SettingsOptions _settings;

    public RunningOptions(Command command, string target, string arguments)
    {
        _target = new Argument<string>("target") { Description = target };
        _arguments.Description = arguments;
        command.Arguments.Add(_target);
        command.Arguments.Add(_arguments);
        foreach (var option in new System.CommandLine.Option[] { _configuration, _targetFramework, _framework, _noBuild, _exitCode, _rounds, _findings }) { command.Options.Add(option); }
        _choice = new RewriteChoiceOptions(command);
        _report = new ReportOptions(command);
        _settings = new SettingsOptions(command);
    }

    public string Target(ParseResult parsed) => parsed.GetValue(_target)!;

    /// <summary>What goes to the program. Before the <c>--</c> a dash means an option, so one that nobody knows is a slip and not an argument.</summary>
    /// <exception cref="InputException">An option is unknown.</exception>
    public string[] Arguments(ParseResult parsed)
    {
        string[] arguments = parsed.GetValue(_arguments) ?? [];
        int after = parsed.Tokens.Reverse().TakeWhile(t => t.Type != TokenType.DoubleDash).Count();
        int own = parsed.Tokens.Any(t => t.Type == TokenType.DoubleDash) ? Math.Max(0, arguments.Length - after) : arguments.Length;
        return arguments.Take(own).Prepend(Target(parsed)).FirstOrDefault(a => a.StartsWith('-')) is { } slip
            ? throw new InputException("NCS2009", $"there is no option '{slip}'; what is meant for the program goes after --.")
            : arguments;
    }

    public BuildChoice Build(ParseResult parsed) => new(parsed.GetValue(_configuration), parsed.GetValue(_targetFramework), parsed.GetValue(_noBuild));

    public RewriteChoice Rewrite(ParseResult parsed) => _choice.Of(parsed);

    /// <summary>The instrumented framework that was asked for, or null.</summary>
    public FrameworkCopy? Framework(ParseResult parsed, Application app) =>
        parsed.GetValue(_framework) || InstrumentedFramework.IsAskedByEnvironment ? InstrumentedFramework.Open(InstrumentedFramework.RuntimeOf(app)) : null;

    public RunOptions Options(ParseResult parsed, bool forTests) => new()
    {
        Settings = _settings.Environment(parsed, forTests),
        FindingsFile = parsed.GetValue(_findings),
        Files = _report.Files(parsed),
        Suppressions = _report.Suppressions(parsed),
        Policy = _report.Policy(parsed),
        Rounds = parsed.GetValue(_rounds) is >= 1 and var rounds ? rounds : throw new InputException("NCS2009", "--rounds wants 1 or more."),
        FindingsExitCode = parsed.GetValue(_exitCode),
    };
}
