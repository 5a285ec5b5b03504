using Ncsan.Cli;
using Ncsan.Cli.Commands;
using Ncsan.Cli.Running;

return Guarded.Run(() => QuickRun.Try(args) ?? NcsanCommand.Invoke(args));
