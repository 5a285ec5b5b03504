using System.Text.Json;

namespace Ncsan.Reporting.Sarif;

/// <summary>Writes SARIF location objects.</summary>
internal sealed class SarifLocations(SourceFiles sources, Utf8JsonWriter json, string root)
{
    /// <summary>A frame as a location: its file and line where they are known, and its method in any case.</summary>
    internal void Write(Frame frame, int? id, string message)
    {
        json.WriteStartObject();
        if (id is { } number) { json.WriteNumber("id", number); }
        if (frame.File is { } file) { Physical(file, frame.Line); }
        json.WriteStartArray("logicalLocations");
        json.WriteStartObject();
        json.WriteString("fullyQualifiedName", frame.Method);
        json.WriteString("kind", "function");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("message");
        json.WriteString("text", message);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void Physical(string file, int line)
    {
        string shown = sources.Shown(file);
        bool below = !Path.IsPathFullyQualified(shown);
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", below ? string.Join('/', shown.Replace('\\', '/').Split('/').Select(Uri.EscapeDataString)) : new Uri(shown).AbsoluteUri);
        if (below) { json.WriteString("uriBaseId", root); }
        json.WriteEndObject();
        if (line > 0)
        {
            json.WriteStartObject("region");
            json.WriteNumber("startLine", line);
            if (sources.Line(file, line) is { } text)
            {
                json.WriteStartObject("snippet");
                json.WriteString("text", text);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
