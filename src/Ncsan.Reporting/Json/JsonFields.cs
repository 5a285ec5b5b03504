using System.Text.Json;

namespace Ncsan.Reporting.Json;

/// <summary>Fields of a JSON object, read by name. A field that is missing or null is absent; one of another type makes the line bad.</summary>
internal static class JsonFields
{
    internal static string? Text(this JsonElement o, string name) => Present(o, name)?.GetString();

    internal static bool Truth(this JsonElement o, string name) => Present(o, name)?.GetBoolean() ?? false;

    internal static long Number(this JsonElement o, string name, long absent) => Present(o, name)?.GetInt64() ?? absent;

    internal static JsonElement? Object(this JsonElement o, string name) =>
        Present(o, name) is not { } value ? null : value.ValueKind == JsonValueKind.Object ? value : throw new FormatException(name);

    internal static T[] List<T>(this JsonElement o, string name, Func<JsonElement, T> read) => Present(o, name) is { } list ? [.. list.EnumerateArray().Select(read)] : [];

    internal static string[] Strings(this JsonElement o, string name) => o.List(name, e => e.GetString() ?? "");

    /// <summary>A value that the writer may have put as text, number or truth.</summary>
    internal static string Scalar(this JsonElement o, string name) => Present(o, name) is not { } value ? "" : value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    /// <summary>The fields that are none of <paramref name="known"/>.</summary>
    internal static IReadOnlyDictionary<string, JsonElement> Except(this JsonElement o, params ReadOnlySpan<string> known)
    {
        Dictionary<string, JsonElement>? rest = null;
        foreach (JsonProperty property in o.EnumerateObject())
        {
            if (!known.Contains(property.Name)) { (rest ??= new(StringComparer.Ordinal))[property.Name] = property.Value.Clone(); }
        }

        return rest ?? Fields.None;
    }

    private static JsonElement? Present(JsonElement o, string name) => o.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
