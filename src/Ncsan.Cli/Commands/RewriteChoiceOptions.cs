using System.CommandLine;
using Ncsan.Cli.Cache;

namespace Ncsan.Cli.Commands;

/// <summary>Which assemblies to rewrite, as options.</summary>
internal sealed class RewriteChoiceOptions
{
    private readonly Option<string[]> _include = new("--include") { Description = "Rewrite assemblies of this name (with *) though they would be left out: parts of a test platform.", HelpName = "pattern" };
    private readonly Option<string[]> _exclude = new("--exclude") { Description = "Leave assemblies of this name (with *) as they are.", HelpName = "pattern" };

    public RewriteChoiceOptions(Command command)
    {
        command.Options.Add(_include);
        command.Options.Add(_exclude);
    }

    public RewriteChoice Of(ParseResult parsed) => new(parsed.GetValue(_include) ?? [], parsed.GetValue(_exclude) ?? []);
}
