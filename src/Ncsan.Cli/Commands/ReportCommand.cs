using System.CommandLine;
using Ncsan.Cli.Running;
using Ncsan.Reporting;
using Ncsan.Reporting.Suppressions;
using Ncsan.Reporting.Text;

namespace Ncsan.Cli.Commands;

/// <summary><c>ncsan report</c>: shows findings files again.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var command = new Command("report", "Shows findings files again, in any form. Exits with 66 when findings fail the run, as the run did.");
        var files = new Argument<string[]>("findings") { Description = "Findings files (.jsonl); without any, that of the last run.", Arity = ArgumentArity.ZeroOrMore };
        var gaps = new Option<bool>("--gaps") { Description = "Show what was not checked, and the statistics, instead." };
        command.Arguments.Add(files);
        command.Options.Add(gaps);
        var options = new ReportOptions(command);
        command.SetAction(parsed => Show(parsed.GetValue(files) ?? [], parsed.GetValue(gaps), options.Files(parsed), options.Suppressions(parsed), options.Policy(parsed)));
        return command;
    }

    private static int Show(string[] files, bool gaps, ReportFiles outputs, IReadOnlyList<string> suppressionFiles, Policy policy)
    {
        if (files.FirstOrDefault(f => !File.Exists(f)) is { } missing) { throw new InputException("NCS2001", $"there is no findings file '{missing}'."); }
        if (files.Length == 0) { files = [LastRuns.Find("name one")]; }
        var suppressions = new SuppressionSet();
        foreach (string file in suppressionFiles) { suppressions.AddFile(file); }
        var builder = new ReportBuilder(policy, suppressions);
        foreach (string file in files) { builder.AddFile(file); }
        var report = builder.Build();
        ReportWriter.Write(report, outputs);
        if (gaps)
        {
            GapsReport.Write(Console.Out, report.Run);
            return ExitCodes.Success;
        }

        bool color = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        new TextReport(Console.Out, new SourceFiles(Environment.CurrentDirectory), color).Write(report);
        return report.Fails ? ExitCodes.Findings : ExitCodes.Success;
    }
}
