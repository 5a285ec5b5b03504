namespace Ncsan.Reporting;

/// <summary>Something that the run did not check.</summary>
/// <param name="Id">An id of the 1xxx block, or empty.</param>
/// <param name="Reason">Why, in a few words.</param>
/// <param name="Count">How often.</param>
/// <param name="Examples">Some names of what was not checked.</param>
public sealed record BlindSpot(string Id, string Reason, long Count, IReadOnlyList<string> Examples);
