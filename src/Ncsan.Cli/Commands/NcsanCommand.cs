using System.CommandLine;

namespace Ncsan.Cli.Commands;

/// <summary>The command line: one verb a file.</summary>
internal static class NcsanCommand
{
    public static int Invoke(string[] args)
    {
        var root = new RootCommand("Ncsan, a concurrency sanitizer for .NET: it rewrites a program, runs it, and reports data races with both stacks.")
        {
            RunCommand.Create(),
            TestCommand.Create(),
            InstrumentCommand.Create(),
            ReportCommand.Create(),
            LocksCommand.Create(),
            ReproCommand.Create(),
            VerifyCommand.Create(),
            FrameworkCommand.Create(),
        };

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            string verb = parsed.CommandResult.Command is RootCommand ? "ncsan --help" : $"ncsan {parsed.CommandResult.Command.Name} --help";
            throw new InputException("NCS2009", $"{parsed.Errors[0].Message.TrimEnd('.')}; '{verb}' says what there is.");
        }

        return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }
}
