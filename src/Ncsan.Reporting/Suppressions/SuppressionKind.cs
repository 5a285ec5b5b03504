namespace Ncsan.Reporting.Suppressions;

/// <summary>A word before the colon: which findings it silences, and which of their texts the template is held against.</summary>
public sealed record SuppressionKind(string Name, string Summary, Func<Finding, bool> AppliesTo, Func<Finding, IEnumerable<string>> Texts)
{
    /// <summary>Every kind, in the order of the documentation.</summary>
    public static readonly IReadOnlyList<SuppressionKind> All =
    [
        new("race", "the member, or any frame or source file of either stack", IsRace, f => [f.Member, .. f.Accesses.Select(a => a.Member).OfType<string>(), .. f.Accesses.SelectMany(a => Tops(a).Concat(Below(a)))]),
        new("race_top", "the top frame or its source file, on either side", IsRace, f => f.Accesses.SelectMany(Tops)),
        new("called_from", "any frame or source file but the top one, on either side", IsRace, f => f.Accesses.SelectMany(Below)),
        new("deadlock", "the lock classes, or any frame or source file of a finding of the lock validator", f => !IsRace(f), f =>
            [f.Member, f.Title, .. f.Sections.SelectMany(s => (IEnumerable<string>)[s.Title, .. s.Lines, .. s.Stack.SelectMany(Names)]), .. f.Accesses.SelectMany(a => Tops(a).Concat(Below(a)))]),
    ];

    private static bool IsRace(Finding finding) => string.CompareOrdinal(finding.Rule, "NCS01") < 0;

    private static IEnumerable<string> Tops(Access access) => Names(new Frame(access.Method, access.File)).Concat(Own(access).Take(1).SelectMany(Names));

    private static IEnumerable<string> Below(Access access) => Own(access).Skip(1).SelectMany(Names);

    private static IEnumerable<Frame> Own(Access access) => access.Stack.SkipWhile(f => f.IsSanitizer).Where(f => f.Folded == 0);

    private static IEnumerable<string> Names(Frame frame) => frame.File is null ? [frame.Method] : [frame.Method, frame.File];
}
