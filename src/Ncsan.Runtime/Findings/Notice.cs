using System.Text;

namespace Ncsan.Runtime.Findings;

/// <summary>One line to whoever started the program, on standard error. Rare: what is wrong with the configuration, or with us.</summary>
internal static class Notice
{
    /// <summary>Says one line with its id. Straight to the file, since Console takes locks that the program can hold.</summary>
    internal static void Say(string id, string sentence)
    {
        try
        {
            Races.Native.WriteError(Encoding.UTF8.GetBytes($"ncsan: {id} {sentence}\n"));
        }
        catch (Exception)
        {
            // Standard error is closed or not a file; there is nobody left to tell.
        }
    }
}
