using System.CommandLine;
using Ncsan.Cli.Repro;
using Ncsan.Cli.Repro.Emit;
using Ncsan.Cli.Running;

namespace Ncsan.Cli.Commands;

/// <summary><c>ncsan repro</c>: shows a finding again, or that it does not come back.</summary>
internal static class ReproCommand
{
    private const int Usually = 20;

    public static Command Create()
    {
        var command = new Command("repro", "Runs what led to a finding again, with a rendezvous of the two threads at the two accesses. Exits with 0 when the finding came back at least once, else with 1: the check of a fix.");
        var id = new Argument<string>("id") { Description = "The finding's id, as the report shows it; its first characters do." };
        var times = new Option<int>("--times") { Description = "How often.", HelpName = "N", DefaultValueFactory = _ => Usually };
        var emit = new Option<string?>("--emit") { Description = "Write a single-file program (dotnet run FILE) that shows the finding by public API alone, and keep it if it does.", HelpName = "FILE" };
        var findings = new Option<string?>("--findings") { Description = "The findings file; without it, that of the last run.", HelpName = "FILE" };
        command.Arguments.Add(id);
        command.Options.Add(times);
        command.Options.Add(emit);
        command.Options.Add(findings);
        command.SetAction(parsed =>
        {
            string file = parsed.GetValue(findings) ?? LastRuns.Find("name one with --findings");
            if (!File.Exists(file)) { throw new InputException("NCS2001", $"there is no findings file '{file}'."); }
            int count = parsed.GetValue(times);
            if (count < 1) { throw new InputException("NCS2009", "--times wants 1 or more."); }
            var recipe = Recipe.Find(file, parsed.GetValue(id)!.TrimStart('#'));
            return parsed.GetValue(emit) is { } program ? new Emission(recipe, program).Go() : Reproduction.Go(recipe, count);
        });
        return command;
    }
}
