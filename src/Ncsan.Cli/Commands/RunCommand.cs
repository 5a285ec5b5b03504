using System.CommandLine;
using Ncsan.Cli.Applications;
using Ncsan.Cli.Cache;
using Ncsan.Cli.Running;

namespace Ncsan.Cli.Commands;

/// <summary><c>ncsan run</c>: build, rewrite, run, report.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var command = new Command("run", "Runs a program under the sanitizer and prints what is found. Exits with the program's own code, or 66 when findings fail the run.");
        var options = new RunningOptions(command, "A project, its folder, a built assembly or an executable.", "The program's own arguments, after --.");
        command.SetAction(parsed =>
        {
            string[] arguments = options.Arguments(parsed);
            var choices = options.Options(parsed, forTests: false);
            var app = ApplicationLocator.Locate(options.Target(parsed), options.Build(parsed));
            using var copy = RewrittenCopy.Open(app, options.Rewrite(parsed));
            var launch = Launch.Of(app.In(copy.Location.Folder), arguments, new Dictionary<string, string>());
            using var framework = options.Framework(parsed, app.In(copy.Location.Folder));
            return ProgramRun.Go(copy, framework is null ? launch : InstrumentedFramework.On(framework, launch), choices);
        });
        return command;
    }
}
