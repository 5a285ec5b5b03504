namespace Ncsan.Runtime.Sites;

/// <summary>What the name of a member, as a site has it, says of a location.</summary>
internal static class MemberNames
{
    /// <summary>Its type, as far as the name tells: of <c>Account._balance (int)</c>, <c>int[]</c>, <c>ref int</c> and <c>Span&lt;int&gt;</c> that is <c>int</c>; else nothing.</summary>
    internal static string TypeOf(string member)
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

    /// <summary>Of the names that the two sides of a finding have for the location, the one that says more: one side may know the field where the other only knows that it went through a
    /// reference. Of equals the first by its letters, so that it is the same whoever came first.</summary>
    /// <param name="one">A name.</param>
    /// <param name="other">The other.</param>
    /// <param name="isCollection">They are of operations of a collection, which are told apart by nothing but an origin.</param>
    internal static string MoreTelling(string one, string other, bool isCollection)
    {
        int difference = Telling(one, isCollection) - Telling(other, isCollection);
        return difference > 0 || (difference == 0 && string.CompareOrdinal(one, other) <= 0) ? one : other;
    }

    private static int Telling(string member, bool isCollection) => member switch
    {
        _ when member.Contains(" (", StringComparison.Ordinal) => 4, // a field or a captured local
        _ when isCollection => 0,
        _ when member.EndsWith(']') => 3,
        _ when member.EndsWith('>') => 2, // a span
        _ when member.StartsWith("ref ", StringComparison.Ordinal) => 1,
        _ => 0,
    };
}
