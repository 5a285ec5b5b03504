using System.Reflection;
using Ncsan.Runtime.Races;

namespace Ncsan.Runtime.Findings;

/// <summary>A value of a location, to be shown once the type of the member is known.</summary>
/// <param name="Bytes">Its bytes; of a larger value those about the first change.</param>
/// <param name="Type">The type of the object that a reference refers to; null is null.</param>
/// <param name="Kind">The access that took it.</param>
/// <param name="Size">Its size.</param>
internal sealed record CapturedValue(byte[] Bytes, Type? Type, AccessKind Kind, int Size)
{
    /// <summary>Where in the value the bytes begin.</summary>
    internal int Offset { get; init; }

    /// <summary>Which words of the bytes hold references, or null when none does: where an object is says nothing, and the next collection moves it.</summary>
    internal bool[]? References { get; init; }

    /// <summary>As its type would be written, or a run of elements as a list; else as bits.</summary>
    /// <param name="type">The type, or nothing where it is not known.</param>
    /// <param name="user">The module whose text that is, or null.</param>
    internal string Format(string type, Module? user)
    {
        if ((Kind & AccessKind.Reference) != 0) { return Type is null ? "null" : Sites.SourceNames.OfType(Type); }
        if (References is not null) { return string.Join(' ', Enumerable.Range(0, References.Length).Select(word => References[word] ? "reference" : "0x" + Convert.ToHexStringLower(Bytes, word * sizeof(ulong), sizeof(ulong)))); }
        bool isWhole = Bytes.Length == Size;
        if (isWhole && ValueText.Of(type, Bytes, user) is { } text) { return text; }
        if (Elements(type, user) is { } elements) { return elements; }
        if (Size <= sizeof(ulong)) { return "0x" + ValueText.Bits(Bytes).ToString("x", null); }
        return (Offset > 0 ? "0x..." : "0x") + Convert.ToHexStringLower(Bytes) + (Offset + Bytes.Length < Size ? "..." : "");
    }

    /// <summary>The same for the value after a change, told from the one before even where both would be written alike: two objects of one type, or bits that the text does not show. The very
    /// same stayed what it was.</summary>
    internal string FormatAfter(CapturedValue before, string type, Module? user)
    {
        string text = Format(type, user);
        return ReferenceEquals(this, before) || text != before.Format(type, user) ? text : (Kind & AccessKind.Reference) != 0 ? $"another {text}" : $"{text} (other bits)";
    }

    private string? Elements(string type, Module? user)
    {
        int size = ValueText.SizeOf(type, user);
        if (size == 0 || size >= Size || Bytes.Length % size != 0 || Offset % size != 0) { return null; }
        var texts = Enumerable.Range(0, Bytes.Length / size).Select(i => ValueText.Of(type, Bytes.AsSpan(i * size, size), user));
        return $"[{(Offset > 0 ? "..., " : "")}{string.Join(", ", texts)}{(Offset + Bytes.Length < Size ? ", ..." : "")}]";
    }
}
