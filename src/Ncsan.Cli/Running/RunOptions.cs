using Ncsan.Reporting;

namespace Ncsan.Cli.Running;

/// <summary>What a user chose for a run and its report.</summary>
internal sealed record RunOptions
{
    /// <summary>What the program gets in its environment: the options of the runtime's table.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the lines of the runtime are kept, or null for a file of ours.</summary>
    public string? FindingsFile { get; init; }

    public ReportFiles Files { get; init; } = new();

    public IReadOnlyList<string> Suppressions { get; init; } = [];

    /// <summary>The severities, or null for the usual ones.</summary>
    public Policy? Policy { get; init; }

    /// <summary>How often the program is run, at most.</summary>
    public int Rounds { get; init; } = UsualRounds;

    /// <summary>The first learns, the second waits, and the third waits the other way round where that matters.</summary>
    public const int UsualRounds = 3;

    /// <summary>What we exit with when findings fail the run.</summary>
    public int FindingsExitCode { get; init; } = ExitCodes.Findings;
}

/// <summary>Files that the report is written to besides the terminal.</summary>
internal sealed record ReportFiles(string? Json = null, string? Sarif = null, string? Html = null)
{
    public bool Any => Json is not null || Sarif is not null || Html is not null;
}
