using System.Globalization;
using Ncsan.Cli.Cache;
using Ncsan.Cli.Commands;
using Ncsan.Cli.Running;
using Ncsan.Runtime.Settings;

namespace Ncsan.Cli.Repro;

/// <summary>Gives the command of a recipe again, and says how often its finding comes back.</summary>
internal static class Reproduction
{
    /// <summary>The exit code when the finding never came back.</summary>
    private const int NotReproduced = 1;

    /// <summary>Options that a try has values of its own for, or that are about a report that it does not make.</summary>
    private static readonly string[] s_replaced =
    [
        "--" + Options.Findings.Name, "--" + Options.Store.Name, "--" + Options.DelayBudget.Name, "--" + Options.RunId.Name, "--" + Options.Sampling.Name, "--" + Options.Overhead.Name, "--rounds", "--json", "--sarif", "--html",
    ];

    public static int Go(Recipe recipe, int times)
    {
        string scratch = Directory.CreateTempSubdirectory("ncsan-repro").FullName;
        try
        {
            Tries tries = Run(recipe, times, scratch);
            Console.WriteLine(tries switch
            {
                { SiteIsGone: true } => "not reproduced; the site is gone",
                { Reproduced: > 0 } => string.Create(CultureInfo.InvariantCulture, $"reproduced {tries.Reproduced}/{tries.Made}"),
                { WasReached: true } => $"not reproduced in {Count(tries.Made)}; the sites no longer meet",
                _ => $"not reproduced in {Count(tries.Made)}; the sites no longer meet: none of them is reached{(tries.LastError.Length > 0 ? $" (the program ends with {tries.LastExitCode} and says: {tries.LastError})" : "")}",
            });
            return tries.Reproduced > 0 ? ExitCodes.Success : NotReproduced;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    /// <summary>Goes the way of the command that was given, build and copy included, up to where its program would start.</summary>
    private static Tries Run(Recipe recipe, int times, string scratch)
    {
        Tries? tries = null;
        ProgramRun.Instead = (copy, launch, options) =>
        {
            tries = new Tries(recipe, SitesNow.Find(recipe, copy.Location.Folder), scratch);
            tries.Make(times, launch, options);
            return ExitCodes.Success;
        };
        TestLaunch.Only = recipe.Test;
        try
        {
            Environment.CurrentDirectory = recipe.Folder;
            NcsanCommand.Invoke(WithoutReplaced(recipe.Arguments));
        }
        catch (Exception e) when (e is InputException or IOException)
        {
            throw new InputException("NCS2503", $"'ncsan {string.Join(' ', recipe.Arguments)}' does not run any more: {(e is InputException { Id: var id } ? id + " " : "")}{Disk.OneLine(e)}");
        }

        return tries ?? throw new InputException("NCS2503", $"'ncsan {string.Join(' ', recipe.Arguments)}' runs no program.");
    }

    private static string Count(int tries) => tries == 1 ? "1 try" : string.Create(CultureInfo.InvariantCulture, $"{tries} tries");

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
