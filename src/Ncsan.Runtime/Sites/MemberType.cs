namespace Ncsan.Runtime.Sites;

/// <summary>The type of what a site accesses, as far as the name of its member tells.</summary>
internal static class MemberType
{
    /// <summary>Of <c>Account._balance (int)</c>, <c>int[]</c>, <c>ref int</c> and <c>Span&lt;int&gt;</c> that is <c>int</c>; of a name that tells nothing of it, nothing.</summary>
    internal static string Of(string member)
    {
        if (member.EndsWith(')') && member.LastIndexOf(" (", StringComparison.Ordinal) is > 0 and var type) { return member[(type + 2)..^1]; }
        if (member.StartsWith("ref ", StringComparison.Ordinal)) { return member[4..]; }
        if (member.EndsWith(']')) { return member[..member.LastIndexOf('[')]; }
        foreach (string span in (ReadOnlySpan<string>)["Span<", "ReadOnlySpan<"])
        {
            if (member.StartsWith(span, StringComparison.Ordinal) && member.EndsWith('>')) { return member[span.Length..^1]; }
        }

        return "";
    }
}
