namespace Ncsan.Reporting;

/// <summary>A rule whose findings this assembly can explain. The same rows stand in docs/ids.md; a test compares them.</summary>
/// <param name="Id">The id, <c>NCS0001</c>.</param>
/// <param name="Name">Its name in words.</param>
/// <param name="Summary">What a finding of it means, in one sentence.</param>
/// <param name="Remedy">What to do, in one sentence.</param>
public sealed partial record Rule(string Id, string Name, string Summary, string Remedy)
{
    /// <summary>Every rule.</summary>
    public static readonly IReadOnlyList<Rule> All =
    [
        new("NCS0001", "data race", "Two threads touched the same memory at the same time, at least one wrote, and at least one access was plain.",
            "Guard both sides with one lock, or make both marked (Volatile, Interlocked), or use a thread-safe collection."),
        new("NCS0002", "unknown origin", "A value changed while it was being watched, and no rewritten code wrote it.",
            "Look for writers in native code, in the framework, or in assemblies that were not rewritten."),
        new("NCS0003", "assert exclusive", "Another thread made an access that an AssertExclusive of the program rules out.",
            "Mend the order of the two threads, or the assertion if it claims too much."),
        .. Locks(),
    ];

    /// <summary>The name as one word, for formats that want an identifier.</summary>
    public string PascalName => string.Concat(Name.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => char.ToUpperInvariant(w[0]) + w[1..]));

    /// <summary>The rule of this id, or one made of the finding's own words.</summary>
    public static Rule For(Finding finding) =>
        All.FirstOrDefault(r => r.Id == finding.Rule) ?? new Rule(finding.Rule, finding.Kind, finding.Kind, "");
}
