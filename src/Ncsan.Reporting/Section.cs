namespace Ncsan.Reporting;

/// <summary>A titled block of a report: lines of text, then a stack. Rules that are not about two accesses are told in sections.</summary>
/// <param name="Title">What the block shows: <c>chain 1 of 2: A._gate -> B._gate</c>.</param>
/// <param name="Lines">Sentences below the title.</param>
/// <param name="Stack">The frames below the lines, innermost first.</param>
public sealed record Section(string Title, IReadOnlyList<string> Lines, IReadOnlyList<Frame> Stack);
