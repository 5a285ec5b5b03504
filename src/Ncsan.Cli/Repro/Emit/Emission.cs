using System.Diagnostics;
using Ncsan.Cli.Applications;
using Ncsan.Cli.Running;
using Ncsan.Reporting;
using Ncsan.Reporting.Json;
using Ncsan.Runtime.Settings;

namespace Ncsan.Cli.Repro.Emit;

/// <summary>Writes a program in one file that shows a finding by public API alone. Only one that does is kept: each is run under the sanitizer before.</summary>
internal sealed class Emission(Recipe recipe, string file)
{
    private const int MostPrograms = 8;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly string _file = Path.GetFullPath(file);

    /// <exception cref="InputException">There is no such program, or the file cannot be written.</exception>
    public int Go()
    {
        // A line that somebody else wrote is not ours to replace.
        if (File.Exists(_file) && !File.ReadLines(_file).Any(static line => line.StartsWith(ProgramText.Mark, StringComparison.Ordinal))) { throw new InputException("NCS2003", $"'{file}' is there already, and is not a program that 'ncsan repro' wrote."); }
        if (!ProjectBuild.IsSingleFile(_file)) { throw new InputException("NCS2009", $"--emit writes a C# program, so '{file}' should end in .cs."); }
        if (FindingReader.Read(recipe.Line) is not LogLine.Found(var finding)) { throw None("its line cannot be read"); }
        if (recipe.Sites.Count == 0) { throw None("it is about locks, which a program takes in an order of its own"); }
        string why = "";
        CommandAgain.Go(recipe, (copy, _, _) => why = Try(finding, copy.Original, copy.Location.Folder));
        if (why.Length > 0) { throw None(why); }
        return ExitCodes.Success;
    }

    private InputException None(string why) => new("NCS2505", $"no program by public API alone is known to show #{recipe.Id}: {why}.");

    /// <returns>Why there is none, or nothing.</returns>
    private string Try(Finding finding, Application app, string copy)
    {
        string folder = Path.GetDirectoryName(_file)!, title = finding.Title.Length > 0 ? finding.Title : $"{finding.Kind} on {finding.Member}";
        using var api = new PublicApi(app, copy);
        var scenarios = new Scenarios(api);
        string? tried = null;
        int programs = 0;
        foreach (Scenario scenario in scenarios.Of(finding))
        {
            foreach (IReadOnlyList<string> directives in Directives.For(scenario.Modules, app, folder))
            {
                if (++programs > MostPrograms) { break; }
                File.WriteAllText(_file, ProgramText.Of($"{title}, #{finding.Id}", scenario, directives, Path.GetFileName(_file)));
                var (shown, builds) = Show();
                if (shown)
                {
                    Console.WriteLine($"{file}: {scenario.Said}; 'ncsan run {file}' reports {title} #{finding.Id}");
                    return "";
                }

                if (!builds) { continue; }
                tried ??= $"when {scenario.Said}, the two accesses do not meet";
                break;
            }
        }

        File.Delete(_file);
        return tried ?? (scenarios.Why.Length > 0 ? scenarios.Why : "what was written does not build");
    }

    /// <summary>Runs the program under the sanitizer. A race may break what it is about for good, so its time is limited.</summary>
    private (bool Shown, bool Builds) Show()
    {
        string scratch = Directory.CreateTempSubdirectory("ncsan-emit").FullName, findings = Path.Combine(scratch, "findings.jsonl");
        try
        {
            string self = Environment.ProcessPath!;
            string[] host = Path.GetFileNameWithoutExtension(self) == "dotnet" ? ["exec", Environment.GetCommandLineArgs()[0]] : [];
            string[] command = ["run", _file, "--" + Options.Findings.Name, findings, "--" + Options.Store.Name, Path.Combine(scratch, "store"), "--" + Options.Sampling.Name, "always"];
            var start = new ProcessStartInfo(self, [.. host, .. command]) { WorkingDirectory = Path.GetDirectoryName(_file), RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
            start.Environment[LastRuns.OffVariable] = "1";
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            process.OutputDataReceived += static (_, _) => { };
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            if (!process.WaitForExit(s_patience)) { process.Kill(entireProcessTree: true); }
            bool ran = File.Exists(findings);
            return (ran && File.ReadLines(findings).Any(recipe.Matches), ran);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }
}
