using System.Collections.ObjectModel;
using System.Text.Json;

namespace Ncsan.Reporting;

/// <summary>The empty set of unknown fields.</summary>
internal static class Fields
{
    internal static readonly IReadOnlyDictionary<string, JsonElement> None = ReadOnlyDictionary<string, JsonElement>.Empty;
}
