using Ncsan.Cli;
using Ncsan.Cli.Running;

// What the tool does at each cached start, without a .NET runtime that has to start first; for everything else it makes way for the tool.
return Guarded.Run(() => QuickRun.Try(args) ?? ManagedTool.Become(args));
