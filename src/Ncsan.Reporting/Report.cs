using Ncsan.Reporting.Suppressions;

namespace Ncsan.Reporting;

/// <summary>Everything that a run found, ready for any face.</summary>
public sealed record Report
{
    /// <summary>The findings, worst first, then by rule, member and id.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>How many findings a suppression silenced.</summary>
    public int Suppressed { get; init; }

    /// <summary>The suppressions that silenced nothing.</summary>
    public IReadOnlyList<Suppression> UnusedSuppressions { get; init; } = [];

    /// <summary>What went wrong while reading, one sentence each.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>What the run says about itself.</summary>
    public RunSummary Run { get; init; } = RunSummary.Empty;

    /// <summary>Some finding fails the run.</summary>
    public bool Fails { get; init; }
}
