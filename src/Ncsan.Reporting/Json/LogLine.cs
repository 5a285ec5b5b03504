namespace Ncsan.Reporting.Json;

/// <summary>What one line of a findings file turned out to be.</summary>
public abstract record LogLine
{
    private LogLine() { }

    /// <summary>A finding, seen for the first time by the process that wrote it.</summary>
    public sealed record Found(Finding Finding) : LogLine;

    /// <summary>At exit: a finding that is known was caught again, or more is known of it.</summary>
    /// <param name="Id">The finding's id.</param>
    /// <param name="Count">How often it was caught in all, the first time included.</param>
    /// <param name="UsualLock">The lock that usually guards the member, now that all of the run was seen.</param>
    public sealed record Repeat(string Id, long Count, string? UsualLock = null) : LogLine;

    /// <summary>At exit: what an earlier process predicted seems ordered.</summary>
    /// <param name="Id">The finding's id.</param>
    public sealed record Retraction(string Id) : LogLine;

    /// <summary>At exit: what the process says about itself.</summary>
    public sealed record Summary(RunSummary Run) : LogLine;

    /// <summary>A line that says nothing that can be used.</summary>
    /// <param name="Problem">Why not, in one sentence.</param>
    public sealed record Bad(string Problem) : LogLine;

    /// <summary>A kind of record that a later version writes. It is no fault and says nothing here.</summary>
    public sealed record Unknown(string Record) : LogLine;
}
