using System.Text.Json;
using Ncsan.Contracts.Model;
using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Report;

/// <summary>The verdict as one JSON object a program, for tools.</summary>
public static class JsonReport
{
    /// <summary>Writes what was found in one program: the verdict, or the lists that were asked for instead.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="graph">The program.</param>
    /// <param name="violations">What it breaks.</param>
    /// <param name="lists">Writes the lists behind the verdict, or null.</param>
    public static void Write(Utf8JsonWriter json, CallGraph graph, IReadOnlyList<Violation> violations, Action<JsonLists>? lists = null)
    {
        json.WriteStartObject();
        json.WriteNumber("schema", 1);
        json.WriteString("input", graph.Name);
        json.WriteString("tier", graph.Tier.ToString());
        json.WriteNumber("functions", graph.Functions.Count(f => !f.Is(FunctionFlags.External)));
        json.WriteNumber("protected", graph.Functions.Count(f => f.Is(FunctionFlags.Protected) && !f.Is(FunctionFlags.External)));
        Strings(json, "notes", graph.Notes);
        json.WriteStartArray("violations");
        foreach (Violation violation in violations) { Write(json, graph, violation); }
        json.WriteEndArray();
        Unresolved(json, graph, RuleSet.Unresolved(graph));
        lists?.Invoke(new JsonLists(json, graph));
        json.WriteEndObject();
    }

    internal static void Unresolved(Utf8JsonWriter json, CallGraph graph, IEnumerable<(Function Function, CallSite Site)> calls)
    {
        json.WriteStartArray("unresolved");
        foreach ((Function function, CallSite site) in calls)
        {
            json.WriteStartObject();
            json.WriteString("function", function.Name);
            json.WriteString("location", graph.Source.Location(function, site.Offset));
            json.WriteString("instruction", graph.Source.Instruction(function, site));
            json.WriteString("why", UnresolvedCalls.WhyOf(graph, site));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, CallGraph graph, Violation violation)
    {
        json.WriteStartObject();
        json.WriteString("rule", violation.Rule);
        json.WriteString("severity", violation.Severity == Severity.Error ? "error" : "note");
        json.WriteString("message", violation.Message);
        json.WriteString("function", violation.Function.Name);
        json.WriteString("unit", violation.Function.Unit);
        json.WriteString("location", graph.Source.Location(violation.Function, violation.Offset));
        if (violation.Site is { } site) { json.WriteString("instruction", graph.Source.Instruction(violation.Function, site)); }
        if (violation.Target is not null) { json.WriteString("target", violation.Target.Name); }
        if (violation.Slot is not null) { json.WriteString("slot", violation.Slot.Name); }
        Strings(json, "why", violation.Because);
        Strings(json, "path", violation.Path.Select(f => f.Name));
        Strings(json, "mend", violation.Mend);
        json.WriteString("key", violation.Key);
        json.WriteEndObject();
    }

    internal static void Strings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values) { json.WriteStringValue(value); }
        json.WriteEndArray();
    }
}
