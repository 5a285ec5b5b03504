using System.CommandLine;
using Ncsan.Cli.Applications;
using Ncsan.Cli.Cache;
using Ncsan.Cli.Running;

namespace Ncsan.Cli.Commands;

/// <summary><c>ncsan test</c>: the same for a test project.</summary>
internal static class TestCommand
{
    public static Command Create()
    {
        var command = new Command("test", "Runs tests under the sanitizer, always sampling. A finding names the test during which it was caught.");
        var options = new RunningOptions(command, "A test project, its folder or its built assembly.", "Arguments for the test run, after --.");
        command.SetAction(parsed =>
        {
            string[] arguments = options.Arguments(parsed);
            var choices = options.Options(parsed, forTests: true);
            var app = ApplicationLocator.Locate(options.Target(parsed), options.Build(parsed));
            using var copy = RewrittenCopy.Open(app, options.Rewrite(parsed));
            var launch = TestLaunch.Of(app, app.In(copy.Location.Folder), arguments);
            using var framework = options.Framework(parsed, app.In(copy.Location.Folder));
            return ProgramRun.Go(copy, framework is null ? launch : InstrumentedFramework.On(framework, launch), choices);
        });
        return command;
    }
}
