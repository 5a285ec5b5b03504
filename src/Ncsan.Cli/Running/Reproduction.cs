using System.Diagnostics;
using System.Globalization;
using Ncsan.Runtime.Races;
using Ncsan.Runtime.Settings;

namespace Ncsan.Cli.Running;

/// <summary>Gives the command of a recipe again and again, with only its two sites to wait at, and counts how often the finding comes back.</summary>
internal static class Reproduction
{
    private const string DelayBudgetMilliseconds = "60000";

    /// <summary>The exit code when the finding never came back.</summary>
    private const int NotReproduced = 1;

    private static readonly string[] s_replaced =
    [
        "--" + Options.Findings.Name, "--" + Options.Store.Name, "--" + Options.DelayBudget.Name, "--" + Options.RunId.Name, "--" + Options.Sampling.Name, "--" + Options.Overhead.Name, "--rounds", "--json", "--sarif", "--html",
    ];

    public static int Go(Recipe recipe, int times)
    {
        string folder = Directory.CreateTempSubdirectory("ncsan-repro").FullName;
        try
        {
            int reproduced = 0, lost = 0;
            bool higherFirst = false;
            for (int i = 0; i < times; i++)
            {
                string findings = Path.Combine(folder, $"{i}.jsonl");
                LearntCandidates.WriteOnly(folder, Key(recipe.First), Key(recipe.Second), higherFirst);
                string error = Run(recipe, folder, findings, isFirst: i == 0);
                if (!File.Exists(findings)) { throw new InputException("NCS2503", $"'ncsan {string.Join(' ', recipe.Arguments)}' does not run any more: {error.Trim()}"); }

                // Which of two threads goes on first may decide. What worked is kept.
                if (File.ReadLines(findings).Any(recipe.Matches)) { reproduced++; } else { higherFirst = !higherFirst; }
                lost += WaitedNowhere(findings) ? 1 : 0;
            }

            Console.WriteLine(reproduced > 0 ? $"reproduced {reproduced}/{times}"
                : lost == times ? $"not reproduced in {Tries(times)}; the site is gone, or is not reached any more"
                : $"not reproduced in {Tries(times)}; the sites no longer meet");
            return reproduced > 0 ? ExitCodes.Success : NotReproduced;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Tries(int times) => times == 1 ? "1 try" : string.Create(CultureInfo.InvariantCulture, $"{times} tries");

    /// <summary>Runs the command as a process of its own, so that what it builds, rewrites and prints is as it was. Built once.</summary>
    private static string Run(Recipe recipe, string store, string findings, bool isFirst)
    {
        int end = recipe.Arguments.ToList().IndexOf("--");
        string[] own = WithoutReplaced(end < 0 ? recipe.Arguments : [.. recipe.Arguments.Take(end)]), rest = end < 0 ? [] : [.. recipe.Arguments.Skip(end)];
        // A try watches all the time: between bursts the second access could come while nobody looks.
        string[] added = ["--" + Options.Findings.Name, findings, "--" + Options.Store.Name, store, "--" + Options.DelayBudget.Name, DelayBudgetMilliseconds, "--" + Options.Sampling.Name, "always", "--rounds", "1"];
        string[] build = isFirst || own.Contains("--no-build") ? [] : ["--no-build"];
        string self = Environment.ProcessPath!;
        string[] host = Path.GetFileNameWithoutExtension(self) == "dotnet" ? ["exec", Environment.GetCommandLineArgs()[0]] : [];
        var start = new ProcessStartInfo(self, [.. host, .. own, .. build, .. added, .. rest])
        {
            WorkingDirectory = recipe.Folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        if (recipe.Test is { Length: > 0 } test) { start.Environment[TestLaunch.OnlyVariable] = test; }
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        _ = output.Result;
        return error.Result;
    }

    /// <summary>Without the options that a try has values of its own for, and files that the first run wrote.</summary>
    private static string[] WithoutReplaced(IReadOnlyList<string> arguments)
    {
        var kept = new List<string>();
        for (int i = 0; i < arguments.Count; i++)
        {
            if (s_replaced.Contains(arguments[i])) { i++; }
            else if (!s_replaced.Contains(arguments[i].Split('=')[0])) { kept.Add(arguments[i]); }
        }

        return [.. kept];
    }

    /// <summary>No thread waited at either site: they are not there any more, or were not reached.</summary>
    private static bool WaitedNowhere(string findings) =>
        File.ReadLines(findings).Any(static line => line.Contains("\"directed_microseconds\":0,", StringComparison.Ordinal));

    private static (string, int, string, string) Key(RecipeSite site) => (site.Module, site.Id, site.Method, site.Member);
}
