namespace Ncsan.Reporting;

/// <summary>The value of the location before and after the delay, as text.</summary>
public readonly record struct ValueChange(string Old, string New)
{
    /// <summary>The bits are the same: the write that was caught stored what was there.</summary>
    public bool IsSame => Old == New;
}
