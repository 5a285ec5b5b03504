namespace Ncsan.Cli;

/// <summary>What <c>ncsan</c> exits with when it does not hand on the program's own code.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The command line or the input is wrong; the one sentence on stderr says how.</summary>
    public const int Usage = 2;

    /// <summary>There are findings that fail the run; TSan's default, and <c>--exit-code</c> sets another.</summary>
    public const int Findings = 66;

    /// <summary>The program hung, and the runtime reported the deadlock and ended it.</summary>
    public const int Hang = 67;

    /// <summary>A fault of ours (sysexits' EX_SOFTWARE).</summary>
    public const int Internal = 70;
}
