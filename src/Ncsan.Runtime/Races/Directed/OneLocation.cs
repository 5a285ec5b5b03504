using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Races.Directed;

/// <summary>Whether two sites may be about one location, by what they access. Memory that was one object's, and is another's by now, makes pairs of any two.</summary>
internal static class OneLocation
{
    /// <summary>Whether both may touch the same bytes. State and awaiters of a state machine are nobody's pair: whoever runs it next comes after whoever ran it before.</summary>
    internal static bool MayBe(Site one, Site other)
    {
        if (((one.Flags | other.Flags) & SiteFlags.OfFlow) != 0 || IsOfCompiler(one.Member) || IsOfCompiler(other.Member)) { return false; }

        // Operations on one collection go by different names, and so do the fields and locals that it is reached through.
        if (IsOfCollection(one) || IsOfCollection(other)) { return IsOfCollection(one) && IsOfCollection(other); }
        return IsOneMember(one.Member, other.Member) || IsPart(one, other) || IsPart(other, one) || Overlap(one, other);
    }

    /// <summary>The same, where it matters: one of the two writes.</summary>
    internal static bool MayConflict(Site one, Site other) => (Writes(one.Kind) || Writes(other.Kind)) && MayBe(one, other);

    private static bool Writes(SiteKind kind) => kind is SiteKind.Write or SiteKind.ReadWrite or SiteKind.CollectionWrite;

    private static bool IsOfCompiler(string member) => member.Contains(".<>", StringComparison.Ordinal);

    private static bool IsOfCollection(Site site) => site.Kind is SiteKind.CollectionRead or SiteKind.CollectionWrite;

    /// <summary>A field and a reference to it differ by name and are the same location.</summary>
    private static bool IsOneMember(string member1, string member2) =>
        member1 == member2
        || ((!member1.Contains('.') || !member2.Contains('.') || !member1.EndsWith(')') || !member2.EndsWith(')')) && MayBeInArray(member1, member2) && MayBeInArray(member2, member1));

    /// <summary>A member of a struct is part of whatever is copied whole around it: of a field of the struct's type, or of one of a struct that holds it.</summary>
    private static bool IsPart(Site part, Site whole) => (part.Flags & SiteFlags.InStruct) != 0 && whole.Size == 0;

    /// <summary>Fields of one type lie on each other only where it says where they are to lie.</summary>
    private static bool Overlap(Site one, Site other) => (one.Flags & other.Flags & SiteFlags.Laid) != 0 && DeclaringType(one.Member) == DeclaringType(other.Member);

    /// <summary>A field is in an array only where that is one of its structs.</summary>
    private static bool MayBeInArray(string array, string field)
    {
        if (!array.EndsWith("[]", StringComparison.Ordinal) || DeclaringType(field) is not { } type) { return true; }
        string element = Open(array[..^2]);

        // Bytes may be anything's, and a type parameter anything.
        return element == "byte" || element is ['T'] or ['T', >= 'A' and <= 'Z', ..] || Open(type) == element;
    }

    /// <summary>The type in the name of a field, <c>Account._balance (int)</c>; null for what is no field.</summary>
    private static string? DeclaringType(string member)
    {
        if (!member.EndsWith(')') || member.IndexOf(" (", StringComparison.Ordinal) is not (> 0 and var end)) { return null; }
        return member.LastIndexOf('.', end) is > 0 and var name ? member[..name] : "";
    }

    private static string Open(string type) => type.IndexOf('<', StringComparison.Ordinal) is > 0 and var arguments ? type[..arguments] : type;
}
