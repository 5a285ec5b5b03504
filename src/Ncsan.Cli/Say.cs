using System.Text;

namespace Ncsan.Cli;

/// <summary>
/// Everything that <c>ncsan</c> itself says goes to stderr, so that the program's stdout can be piped. Whole lines are written in one
/// call, because the program writes to the same terminal; the raw stream is used, because the set-up of Console.Error costs a tenth of a
/// small program's start.
/// </summary>
internal static class Say
{
    private static readonly Stream s_stderr = Console.OpenStandardError();

    /// <summary>A sentence of ours: <c>ncsan: NCS2001 there is no file ...</c>.</summary>
    public static void Sentence(string id, string sentence) => Line($"ncsan: {id} {sentence}");

    /// <summary>One line.</summary>
    public static void Line(string text) => Text(text + Environment.NewLine);

    /// <summary>Text that brings its own line ends.</summary>
    public static void Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        try
        {
            lock (s_stderr) { s_stderr.Write(bytes); }
        }
        catch (IOException)
        {
            // Nobody reads stderr any more; the findings are on disk and the exit code still tells.
        }
    }
}
