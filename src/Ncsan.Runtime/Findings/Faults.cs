namespace Ncsan.Runtime.Findings;

/// <summary>What happens when the sanitizer itself fails: the feature goes off, one line says so, the program goes on.</summary>
internal static class Faults
{
    private static int s_said;

    /// <summary>State stays down from now on.</summary>
    internal static bool IsOff { get; private set; }

    internal static void Disable(string feature, Exception fault)
    {
        IsOff = true;
        Framework.FrameworkLink.SetState(0);
        if (Interlocked.Exchange(ref s_said, 1) == 0)
        {
            Notice.Say("NCS9101", $"{feature} failed and is off ({fault.GetType().Name}: {fault.Message}); the program goes on. Please report this, with: {Where(fault)}");
        }
    }

    private static string Where(Exception fault) => fault.StackTrace?.Split('\n') is [var top, ..] ? top.Trim() : "no stack";
}
