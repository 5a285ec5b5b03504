namespace Ncsan.Cli;

/// <summary>The outermost frame: what goes wrong ends in one sentence and the right exit code.</summary>
internal static class Guarded
{
    public static int Run(Func<int> command)
    {
        try
        {
            return command();
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
    }
}
