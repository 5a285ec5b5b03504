using System.Globalization;
using Ncsan.Runtime.Races;

namespace Ncsan.Runtime.Findings;

/// <summary>A value of a location, to be shown once the type of the member is known.</summary>
/// <param name="Bits">The value of at most a word.</param>
/// <param name="Bytes">The first bytes of a larger one.</param>
/// <param name="Type">The type of the object that a reference refers to; null is null.</param>
/// <param name="Kind">The access that took it.</param>
/// <param name="Size">Its size.</param>
internal sealed record CapturedValue(ulong Bits, byte[] Bytes, Type? Type, AccessKind Kind, int Size)
{
    /// <summary>As the type of the member would be written, which is the text in parentheses at the end of the member's name; else as bits.</summary>
    internal string Format(string member)
    {
        if ((Kind & AccessKind.Reference) != 0) { return Type is null ? "null" : Sites.SourceNames.OfType(Type); }
        if (Size > sizeof(ulong)) { return "0x" + Convert.ToHexStringLower(Bytes) + (Size > Bytes.Length ? "..." : ""); }
        string type = member.EndsWith(')') ? member[(member.LastIndexOf('(') + 1)..^1] : "";
        return (type, Size) switch
        {
            ("bool", 1) => Bits == 0 ? "false" : "true",
            ("sbyte", 1) => Text((sbyte)Bits),
            ("byte", 1) or ("ushort", 2) or ("uint", 4) or ("ulong" or "nuint", 8) => Text(Bits),
            ("short", 2) => Text((short)Bits),
            ("int", 4) => Text((int)Bits),
            ("long" or "nint", 8) => Text((long)Bits),
            ("char", 2) => $"'{(char)Bits}'",
            ("float", 4) => Text(BitConverter.UInt32BitsToSingle((uint)Bits)),
            ("double", 8) => Text(BitConverter.UInt64BitsToDouble(Bits)),
            _ => "0x" + Bits.ToString("x", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The same for the value after a change, told from the one before even where both would be written alike: two objects of one type, or
    /// bytes that differ only behind those that are shown. The very same stayed what it was.</summary>
    internal string FormatAfter(CapturedValue before, string member)
    {
        string text = Format(member);
        return ReferenceEquals(this, before) || text != before.Format(member) ? text : (Kind & AccessKind.Reference) != 0 ? $"another {text}" : $"{text} (other bytes behind)";
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
