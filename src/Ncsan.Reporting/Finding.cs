using System.Text.Json;

namespace Ncsan.Reporting;

/// <summary>One defect that was caught in the act: what a JSON line of a findings file says, and what every face of a report shows.</summary>
public sealed record Finding
{
    /// <summary>The version of the line's shape that this assembly writes.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The rule, <c>NCS0001</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>What kind of defect: <c>data race</c>, <c>assert exclusive</c>, <c>unknown origin</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Stable from run to run: made of the ordered pair of top frames.</summary>
    public required string Id { get; init; }

    /// <summary>The version of the line's shape.</summary>
    public int Schema { get; init; } = CurrentSchema;

    /// <summary>One line that names the defect.</summary>
    public string Title { get; init; } = "";

    /// <summary><c>error</c>, <c>warning</c> or <c>note</c>; <see cref="Policy"/> decides it.</summary>
    public string Severity { get; init; } = "";

    /// <summary>What the threads met on: <c>Account._balance (int)</c>.</summary>
    public string Member { get; init; } = "";

    /// <summary>What can go wrong, as a class: <c>lost update</c>. See <see cref="Harm.HarmClass"/>.</summary>
    public string Class { get; init; } = "";

    /// <summary><c>observed</c> or <c>predicted</c>.</summary>
    public string Certainty { get; init; } = "";

    /// <summary>Nobody has seen it happen.</summary>
    public bool IsPredicted => Certainty == "predicted";

    /// <summary>How often it was caught.</summary>
    public long Count { get; init; } = 1;

    /// <summary>The test during which it was caught.</summary>
    public string? Test { get; init; }

    /// <summary>The value before and after the delay, when it changed while being watched.</summary>
    public ValueChange? ValueChange { get; init; }

    /// <summary>The accesses that met; one when the other side is unknown.</summary>
    public IReadOnlyList<Access> Accesses { get; init; } = [];

    /// <summary>More to show below the accesses, from rules that are not about two accesses: a chain of locks, a call path.</summary>
    public IReadOnlyList<Section> Sections { get; init; } = [];

    /// <summary>Whether a section says at length how certain it is, so that the word alone would only repeat it.</summary>
    internal bool SaysHowSure => Sections.Any(static section => section.Title == "How sure this is");

    /// <summary>The lock that usually guards the member, in words: <c>Account._gate in 96 % of 1,204</c>.</summary>
    public string? UsualLock { get; init; }

    /// <summary>Fields of the line that this version does not know. They are kept and written again.</summary>
    public IReadOnlyDictionary<string, JsonElement> Extra { get; init; } = Fields.None;
}
