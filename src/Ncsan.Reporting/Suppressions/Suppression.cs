namespace Ncsan.Reporting.Suppressions;

/// <summary>One line of a suppression file.</summary>
/// <param name="Kind">What the template is held against.</param>
/// <param name="Template">The template, see <see cref="Wildcard"/>.</param>
/// <param name="Reason">The comment that stands with it, or empty.</param>
/// <param name="Source">Where it was written, <c>file:line</c>.</param>
public sealed record Suppression(SuppressionKind Kind, string Template, string Reason, string Source)
{
    /// <summary>The finding is silenced by this line.</summary>
    public bool Matches(Finding finding) => Kind.AppliesTo(finding) && Kind.Texts(finding).Any(text => Wildcard.Matches(Template, text));

    /// <summary>As it is written in a file.</summary>
    public override string ToString() => $"{Kind.Name}:{Template}";
}
