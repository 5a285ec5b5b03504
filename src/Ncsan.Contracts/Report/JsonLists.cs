using System.Text.Json;
using Ncsan.Contracts.Model;
using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Report;

/// <summary>The lists of <see cref="ListReports"/> as members of the verdict's JSON object, whole where the text is cut short.</summary>
public sealed class JsonLists
{
    private readonly Utf8JsonWriter _json;
    private readonly CallGraph _graph;

    internal JsonLists(Utf8JsonWriter json, CallGraph graph) => (_json, _graph) = (json, graph);

    /// <summary><c>slots</c>: every slot, what it can hold, where it is called.</summary>
    public void Slots()
    {
        var callers = ListReports.CallersOf(_graph);
        _json.WriteStartArray("slots");
        foreach (Slot slot in _graph.Slots)
        {
            _json.WriteStartObject();
            _json.WriteString("name", slot.Name);
            _json.WriteString("place", slot.Place);
            _json.WriteString("incomplete", slot.Incomplete);
            _json.WriteStartArray("holds");
            foreach (SlotTarget target in slot.Targets)
            {
                Function held = _graph.Functions[target.Target];
                _json.WriteStartObject();
                Standing(held);
                _json.WriteString("source", target.Source);
                _json.WriteEndObject();
            }

            _json.WriteEndArray();
            _json.WriteStartArray("called");
            foreach ((Function function, CallSite site) in callers[slot.Id] ?? [])
            {
                _json.WriteStartObject();
                _json.WriteString("function", function.Name);
                _json.WriteString("location", _graph.Source.Location(function, site.Offset));
                _json.WriteBoolean("protected", function.Is(FunctionFlags.Protected));
                _json.WriteEndObject();
            }

            _json.WriteEndArray();
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    /// <summary><c>copies</c>: helpers with out-of-line copies.</summary>
    public void Copies()
    {
        _json.WriteStartArray("copies");
        foreach (CopyGroup group in CopyRule.Groups(_graph))
        {
            _json.WriteStartObject();
            _json.WriteString("name", group.Name);
            _json.WriteStartArray("bodies");
            foreach (Function body in group.Bodies)
            {
                _json.WriteStartObject();
                Standing(body);
                _json.WriteNumber("size", body.Size);
                _json.WriteEndObject();
            }

            _json.WriteEndArray();
            JsonReport.Strings(_json, "protectedCallers", group.ProtectedCallers.Select(c => c.Name));
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    /// <summary><c>recursion</c>: how far the search went, where it was stopped, what it could not follow. Its frontier is among the violations.</summary>
    public void Recursion(Recursion found)
    {
        _json.WriteStartObject("recursion");
        JsonReport.Strings(_json, "roots", found.Roots.Select(r => r.Name));
        _json.WriteNumber("explored", found.Explored);
        _json.WriteStartArray("cuts");
        foreach (Cut cut in found.Cuts)
        {
            _json.WriteStartObject();
            _json.WriteString("pattern", cut.Pattern);
            _json.WriteString("reason", cut.Reason);
            JsonReport.Strings(_json, "functions", cut.Functions.Select(f => f.Name));
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        JsonReport.Unresolved(_json, _graph, found.Unresolved);
        _json.WriteStartArray("accepted");
        foreach ((Function function, CallSite site, string? reason) in found.Open)
        {
            _json.WriteStartObject();
            _json.WriteString("function", function.Name);
            _json.WriteString("location", _graph.Source.Location(function, site.Offset));
            _json.WriteString("reason", reason);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    /// <summary><c>listings</c>: the code of every body of these names.</summary>
    public void Listings(IEnumerable<string> names)
    {
        _json.WriteStartArray("listings");
        foreach (Function body in names.SelectMany(n => ListReports.Bodies(_graph, n)).Distinct())
        {
            _json.WriteStartObject();
            Standing(body);
            _json.WriteNumber("size", body.Size);
            _json.WriteStartArray("lines");
            foreach (ListingLine line in _graph.Source.Listing(body))
            {
                _json.WriteStartObject();
                _json.WriteNumber("offset", line.Offset);
                _json.WriteString("text", line.Text);
                _json.WriteString("comment", line.Comment);
                _json.WriteEndObject();
            }

            _json.WriteEndArray();
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void Standing(Function function)
    {
        _json.WriteString("function", function.Name);
        _json.WriteString("unit", function.Unit);
        _json.WriteString("section", function.Section);
        _json.WriteBoolean("protected", function.Is(FunctionFlags.Protected));
        _json.WriteBoolean("instrumented", function.Is(FunctionFlags.Instrumented));
        _json.WriteString("why", function.Why);
    }
}
