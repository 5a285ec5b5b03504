using Ncsan.Cli.Cache;

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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && !IsMissingPartOfOurs(e))
        {
            // A file of the user's that nobody expected to be unreadable just there: a link to nowhere, a folder that went away.
            Say.Sentence(Disk.IsFull(e) ? "NCS2006" : "NCS2001", Disk.OneLine(e) + ".");
            return ExitCodes.Usage;
        }
        catch (Exception fault)
        {
            Say.Sentence("NCS9001", $"ncsan itself failed, please report this: {fault}");
            return ExitCodes.Internal;
        }
    }

    private static bool IsMissingPartOfOurs(Exception e) => e is FileLoadException || (e is FileNotFoundException { FileName: { } name } && name.Contains(", Version=", StringComparison.Ordinal));
}
