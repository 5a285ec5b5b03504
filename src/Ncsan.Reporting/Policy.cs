using Ncsan.Reporting.Harm;

namespace Ncsan.Reporting;

/// <summary>How bad a finding is. The order is the order of the report.</summary>
public enum Severity
{
    /// <summary>Worth knowing. Does not fail a run by default.</summary>
    Note,

    /// <summary>Likely a defect.</summary>
    Warning,

    /// <summary>A defect.</summary>
    Error,
}

/// <summary>The whole policy of severities, alone in one file so that it is easy to audit: how bad a finding is, and which ones fail a run.</summary>
public sealed class Policy
{
    /// <summary>The severities below apply, and warnings and errors fail a run.</summary>
    public static readonly Policy Default = new(Severity.Warning, []);

    private readonly Severity? _failOn;
    private readonly IReadOnlyDictionary<string, Severity> _overrides;

    private Policy(Severity? failOn, Dictionary<string, Severity> overrides) => (_failOn, _overrides) = (failOn, overrides);

    /// <summary>A policy from its two options.</summary>
    /// <param name="failOn">The least severity that fails a run: <c>note</c>, <c>warning</c>, <c>error</c>, or <c>never</c>.</param>
    /// <param name="overrides">Severities to use instead, each <c>what=severity</c>, where what is a class (<c>lazy initialisation</c>), a rule
    /// (<c>NCS0001</c>) or a certainty (<c>predicted</c>).</param>
    /// <exception cref="FormatException">A text is none of these; the message is a sentence for the user.</exception>
    public static Policy Parse(string? failOn, IEnumerable<string> overrides)
    {
        var table = new Dictionary<string, Severity>(StringComparer.OrdinalIgnoreCase);
        foreach (string entry in overrides)
        {
            int equals = entry.IndexOf('=');
            if (equals <= 0) { throw new FormatException($"NCS2104 '{entry}' is not a severity setting; write what=severity, as in 'lazy initialisation=error'."); }
            table[entry[..equals].Trim()] = Level(entry[(equals + 1)..].Trim());
        }

        return new Policy(failOn is null ? Default._failOn : failOn.Equals("never", StringComparison.OrdinalIgnoreCase) ? null : Level(failOn), table);
    }

    /// <summary>How bad the finding is. An override of its class goes before one of its rule, and that before one of its certainty; of what is only predicted the certainty alone
    /// counts, so that no setting for what happened makes a run fail for what did not.</summary>
    public Severity SeverityOf(Finding finding) =>
        finding.IsPredicted ? _overrides.GetValueOrDefault(finding.Certainty, Severity.Note)
        : _overrides.TryGetValue(finding.Class, out Severity severity) || _overrides.TryGetValue(finding.Rule, out severity) || _overrides.TryGetValue(finding.Certainty, out severity)
            ? severity
            : Usual(finding);

    /// <summary>The finding makes the run exit with the code for findings.</summary>
    public bool Fails(Finding finding) => _failOn is { } least && SeverityOf(finding) >= least;

    private static Severity Usual(Finding finding) => finding switch
    {
        // The .NET memory model orders an object's construction before the write of its reference, so these two are harmless as they stand.
        { Class: HarmClass.LazyInitialisation or HarmClass.SameValueWrite } => Severity.Note,

        // The other side was not seen: native code, or code that was not rewritten. It may be right.
        { Kind: "unknown origin" } => Severity.Warning,

        // Rules of other rooms say their own severity.
        { Accesses.Count: 0, Severity.Length: > 0 } => TryLevel(finding.Severity) ?? Severity.Error,
        _ => Severity.Error,
    };

    private static Severity Level(string text) => TryLevel(text) ?? throw new FormatException($"NCS2104 '{text}' is not a severity; write note, warning or error.");

    private static Severity? TryLevel(string text) => text.ToLowerInvariant() switch
    {
        "note" => Severity.Note,
        "warning" => Severity.Warning,
        "error" => Severity.Error,
        _ => null,
    };
}
