using Ncsan.Cli.Cache;
using Ncsan.Cli.Commands;
using Ncsan.Cli.Running;
using Ncsan.Runtime.Settings;

namespace Ncsan.Cli.Repro;

/// <summary>Goes the way of the command that led to a finding, build and copy included, up to where its program would start.</summary>
internal static class CommandAgain
{
    /// <summary>Options that a try has values of its own for, or that are about a report that it does not make.</summary>
    private static readonly string[] s_replaced =
    [
        "--" + Options.Findings.Name, "--" + Options.Store.Name, "--" + Options.DelayBudget.Name, "--" + Options.RunId.Name, "--" + Options.Sampling.Name, "--" + Options.Overhead.Name, "--rounds", "--json", "--sarif", "--html",
    ];

    /// <param name="recipe">What was typed where.</param>
    /// <param name="instead">What is done in the place of the run.</param>
    /// <exception cref="InputException">The command does not get that far any more.</exception>
    public static void Go(Recipe recipe, Action<RewrittenCopy, Launch, RunOptions> instead)
    {
        bool isReached = false;
        string here = Environment.CurrentDirectory;
        ProgramRun.Instead = (copy, launch, options) =>
        {
            isReached = true;
            instead(copy, launch, options);
            return ExitCodes.Success;
        };
        try
        {
            Environment.CurrentDirectory = recipe.Folder;
            NcsanCommand.Invoke(WithoutReplaced(recipe.Arguments));
        }
        catch (Exception e) when (!isReached && e is InputException or IOException)
        {
            throw new InputException("NCS2503", $"'ncsan {string.Join(' ', recipe.Arguments)}' does not run any more: {(e is InputException { Id: var id } ? id + " " : "")}{Disk.OneLine(e)}");
        }

        if (!isReached) { throw new InputException("NCS2503", $"'ncsan {string.Join(' ', recipe.Arguments)}' runs no program."); }
        Environment.CurrentDirectory = here;
    }

    private static string[] WithoutReplaced(IReadOnlyList<string> arguments)
    {
        var kept = new List<string>();
        int end = arguments.ToList().IndexOf("--");
        for (int i = 0; i < arguments.Count; i++)
        {
            if (end >= 0 && i >= end) { kept.Add(arguments[i]); }
            else if (s_replaced.Contains(arguments[i])) { i++; }
            else if (!s_replaced.Contains(arguments[i].Split('=')[0])) { kept.Add(arguments[i]); }
        }

        return [.. kept];
    }
}
