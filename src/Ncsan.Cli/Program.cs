using Ncsan.Cli;
using Ncsan.Cli.Commands;
using Ncsan.Cli.Running;

try
{
    return QuickRun.Try(args) ?? NcsanCommand.Invoke(args);
}
catch (InputException wrong)
{
    Say.Sentence(wrong.Id, wrong.Message);
    return ExitCodes.Usage;
}
catch (Exception fault)
{
    Say.Sentence("NCS9001", $"ncsan itself failed, please report this: {fault}");
    return ExitCodes.Internal;
}
