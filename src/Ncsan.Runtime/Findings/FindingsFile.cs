using Ncsan.Runtime.Races;
using Ncsan.Runtime.Settings;

namespace Ncsan.Runtime.Findings;

/// <summary>The file of findings, which other processes of the same run may append to at the same time.</summary>
internal static class FindingsFile
{
    private static bool s_complained;

    /// <summary>The path, settled on when the program starts: it may change its current folder later.</summary>
    internal static string Path { get; private set; } = "";

    /// <summary>Whether somebody chose the file and so waits for it.</summary>
    internal static bool IsAsked { get; private set; }

    /// <summary>Whether anything has been written to it.</summary>
    internal static bool IsWritten { get; private set; }

    internal static void Open()
    {
        IsAsked = Configuration.FindingsFile.Length > 0;
        Path = System.IO.Path.GetFullPath(IsAsked ? Configuration.FindingsFile : $"ncsan-findings-{Environment.ProcessId}.jsonl");
    }

    /// <summary>Appends one line in one write, and hands it to the system: it is there whatever becomes of this process.</summary>
    internal static bool Append(JsonLine line)
    {
        try
        {
            Native.Append(Path, line.ToBytes());
            return IsWritten = true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            if (!s_complained) { Notice.Say("NCS2202", $"findings cannot be written to {Path}: {fault.Message}"); }
            s_complained = true;
            return false;
        }
    }
}
