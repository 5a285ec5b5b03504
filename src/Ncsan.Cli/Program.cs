using Ncsan.Cli;
using Ncsan.Cli.Commands;
using Ncsan.Cli.Running;

if (VsTestConsole.TestArguments(args) is { } asked) { ProgramRun.CommandLine = args = asked; }
return Guarded.Run(() => QuickRun.Try(args) ?? NcsanCommand.Invoke(args));
