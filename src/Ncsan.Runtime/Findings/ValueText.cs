using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Ncsan.Runtime.Findings;

/// <summary>Writes values from their bytes, by the text of their type. It calls nothing of the program, which may be stopped in any state.</summary>
/// <remarks>The types of the framework are read as this framework lays them out. A value may be torn, so what no value of its type can be has no text.</remarks>
internal static class ValueText
{
    private const string SortableTime = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", TupleStart = "ValueTuple<";

    /// <summary>The text, or null where nothing is known of the type, or the bytes are no such value.</summary>
    internal static string? Of(string type, ReadOnlySpan<byte> bytes, Module? user) => (type, bytes.Length) switch
    {
        ("bool", 1) => bytes[0] == 0 ? "false" : "true",
        ("sbyte", 1) => Text((sbyte)bytes[0]),
        ("byte", 1) => Text(bytes[0]),
        ("char", 2) => Character((char)Bits(bytes)),
        ("short", 2) => Text((short)Bits(bytes)),
        ("ushort", 2) or ("uint", 4) or ("ulong" or "nuint", 8) => Text(Bits(bytes)),
        ("int", 4) => Text((int)Bits(bytes)),
        ("long" or "nint", 8) => Text((long)Bits(bytes)),
        ("Half", 2) => Text(Read<Half>(bytes)),
        ("float", 4) => Text(Read<float>(bytes)),
        ("double", 8) => Text(Read<double>(bytes)),
        ("Int128", 16) => Text(Read<Int128>(bytes)),
        ("UInt128", 16) => Text(Read<UInt128>(bytes)),
        ("decimal", 16) => Decimal(Read<decimal>(bytes)),
        ("Guid", 16) => Read<Guid>(bytes).ToString(),
        ("TimeSpan", 8) => Read<TimeSpan>(bytes).ToString("c", CultureInfo.InvariantCulture),
        ("DateTime", 8) => Time(bytes),
        ("DateTimeOffset", 16) => bytes.ContainsAnyExcept((byte)0) ? Time(Read<DateTimeOffset>(bytes)) : "default",
        _ when type.EndsWith('?') => Nullable(type[..^1], bytes, user),
        _ when type.StartsWith(TupleStart, StringComparison.Ordinal) => Tuple(type[TupleStart.Length..^1], bytes, user),
        _ when type.EndsWith('*') => Bits(bytes) == 0 ? "null" : "pointer",
        _ => EnumTypes.Find(type, user) is { } known && known.Size == bytes.Length ? known.Text(Bits(bytes)) : null,
    };

    /// <summary>How many bytes a value of a type takes that has a text; 0 when it has none.</summary>
    internal static int SizeOf(string type, Module? user) => type switch
    {
        "bool" or "sbyte" or "byte" => 1,
        "char" or "short" or "ushort" or "Half" => 2,
        "int" or "uint" or "float" => 4,
        "long" or "ulong" or "nint" or "nuint" or "double" or "TimeSpan" or "DateTime" => 8,
        "decimal" or "Guid" or "DateTimeOffset" or "Int128" or "UInt128" => 16,
        _ => EnumTypes.Find(type, user)?.Size ?? 0,
    };

    /// <summary>The bits of at most a word.</summary>
    internal static ulong Bits(ReadOnlySpan<byte> bytes)
    {
        ulong bits = 0;
        for (int i = Math.Min(bytes.Length, sizeof(ulong)) - 1; i >= 0; i--) { bits = (bits << 8) | bytes[i]; }
        return bits;
    }

    private static T Read<T>(ReadOnlySpan<byte> bytes) where T : struct => MemoryMarshal.Read<T>(bytes);

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>As in source: a report is read at a terminal, which takes control characters for its own.</summary>
    private static string Character(char value) => value switch
    {
        '\0' => @"'\0'",
        '\t' => @"'\t'",
        '\n' => @"'\n'",
        '\r' => @"'\r'",
        '\'' => @"'\''",
        '\\' => @"'\\'",
        _ when char.IsControl(value) || char.GetUnicodeCategory(value) is UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned
            => @$"'\u{(int)value:x4}'",
        _ => $"'{value}'",
    };

    private static string? Decimal(decimal value)
    {
        const int scaleAndSign = unchecked((int)0x80FF0000), largestScale = 28;
        int flags = decimal.GetBits(value)[3];
        return (flags & ~scaleAndSign) == 0 && (flags >> 16 & 0xFF) <= largestScale ? Text(value) : null;
    }

    /// <summary>Without asking for the time zone of a local time, which takes locks of the framework.</summary>
    private static string? Time(ReadOnlySpan<byte> bytes)
    {
        const ulong ticks = 0x3FFFFFFFFFFFFFFF;
        ulong bits = Bits(bytes);
        if (bits == 0) { return "default"; }
        if ((bits & ticks) > (ulong)DateTime.MaxValue.Ticks) { return null; }
        var time = Read<DateTime>(bytes);
        return time.ToString(SortableTime, CultureInfo.InvariantCulture) + (time.Kind == DateTimeKind.Utc ? "Z" : "");
    }

    private static string? Time(DateTimeOffset value)
    {
        const int mostMinutes = 14 * 60;
        long universal = value.UtcTicks, local = universal + (value.TotalOffsetMinutes * TimeSpan.TicksPerMinute);
        bool isOne = value.TotalOffsetMinutes is >= -mostMinutes and <= mostMinutes && (ulong)universal <= (ulong)DateTime.MaxValue.Ticks && (ulong)local <= (ulong)DateTime.MaxValue.Ticks;
        return isOne ? value.ToString(SortableTime + "zzz", CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Only one of equal types is laid out as it is written.</summary>
    private static string? Tuple(string types, ReadOnlySpan<byte> bytes, Module? user)
    {
        string[] items = types.Split(", ");
        int size = SizeOf(items[0], user);
        if (size == 0 || size * items.Length != bytes.Length || items.Any(item => item != items[0])) { return null; }
        var texts = new string?[items.Length];
        for (int i = 0; i < items.Length; i++) { texts[i] = Of(items[0], bytes.Slice(i * size, size), user); }
        return $"({string.Join(", ", texts)})";
    }

    /// <summary>A bool, and the value at the end.</summary>
    private static string? Nullable(string type, ReadOnlySpan<byte> bytes, Module? user)
    {
        int size = SizeOf(type, user);
        return size == 0 || size >= bytes.Length ? null : bytes[0] == 0 ? "null" : Of(type, bytes[^size..], user);
    }
}
