using System.Buffers;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Ncsan.Reporting.Harm;

namespace Ncsan.Reporting.Sarif;

/// <summary>The report as SARIF 2.1.0, for code scanning services and editors.</summary>
public sealed class SarifReport
{
    private const string Root = "SRCROOT";

    private readonly Report _report;
    private readonly SourceFiles _sources;
    private readonly SarifLocations _locations;
    private readonly Utf8JsonWriter _json;
    private readonly List<Rule> _rules;

    private SarifReport(Report report, SourceFiles sources, Utf8JsonWriter json)
    {
        (_report, _sources, _json) = (report, sources, json);
        _locations = new SarifLocations(sources, json, Root);
        _rules = [.. report.Findings.Select(Rule.For).DistinctBy(r => r.Id).OrderBy(r => r.Id, StringComparer.Ordinal)];
    }

    /// <summary>Writes the report as one JSON document.</summary>
    public static void Write(TextWriter output, Report report, SourceFiles sources)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n" })) { new SarifReport(report, sources, json).Document(); }
        output.Write(Encoding.UTF8.GetString(bytes.WrittenSpan));
    }

    private void Document()
    {
        _json.WriteStartObject();
        _json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
        _json.WriteString("version", "2.1.0");
        _json.WriteStartArray("runs");
        _json.WriteStartObject();
        Tool();
        _json.WriteStartObject("originalUriBaseIds");
        _json.WriteStartObject(Root);
        _json.WriteString("uri", _sources.BaseUri);
        _json.WriteEndObject();
        _json.WriteEndObject();
        Invocation();
        _json.WriteString("columnKind", "utf16CodeUnits");
        _json.WriteStartArray("results");
        foreach (Finding finding in _report.Findings) { Result(finding); }
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private void Tool()
    {
        _json.WriteStartObject("tool");
        _json.WriteStartObject("driver");
        _json.WriteString("name", "Ncsan");
        _json.WriteString("semanticVersion", Version);
        _json.WriteStartArray("rules");
        foreach (Rule rule in _rules)
        {
            _json.WriteStartObject();
            _json.WriteString("id", rule.Id);
            _json.WriteString("name", rule.PascalName);
            Text("shortDescription", rule.Name);
            Text("fullDescription", rule.Summary);
            if (rule.Remedy.Length > 0) { Text("help", rule.Remedy); }
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    /// <summary>What could not be read is told, or a scan with half of its findings would look like a clean one.</summary>
    private void Invocation()
    {
        _json.WriteStartArray("invocations");
        _json.WriteStartObject();
        _json.WriteBoolean("executionSuccessful", true);
        if (_report.Problems.Count > 0)
        {
            _json.WriteStartArray("toolExecutionNotifications");
            foreach (string problem in _report.Problems)
            {
                _json.WriteStartObject();
                _json.WriteString("level", "warning");
                Text("message", problem);
                _json.WriteEndObject();
            }

            _json.WriteEndArray();
        }

        _json.WriteEndObject();
        _json.WriteEndArray();
    }

    private void Result(Finding finding)
    {
        _json.WriteStartObject();
        _json.WriteString("ruleId", finding.Rule);
        _json.WriteNumber("ruleIndex", _rules.FindIndex(r => r.Id == finding.Rule));
        _json.WriteString("level", finding.Severity);
        _json.WriteNumber("occurrenceCount", finding.Count);
        Text("message", Message(finding));
        Locations(finding);
        CodeFlows(finding);
        _json.WriteStartObject("partialFingerprints");
        _json.WriteString("ncsanFinding/v1", finding.Id);
        _json.WriteEndObject();
        Properties(finding);
        _json.WriteEndObject();
    }

    private void Locations(Finding finding)
    {
        (Frame Frame, string Sentence)[] places =
        [
            .. finding.Accesses.Select(a => (a.Top, Sentence(a))),
            .. finding.Sections.Where(s => s.Stack.Count > 0).Select(s => (s.Stack[0], s.Title)),
            .. finding.Accesses.Select(a => a.Thread).OfType<ThreadOrigin>().SelectMany(t => Stacks.Chain(t.CreatedAt, finding.Test).Take(1).Select(f => (f, $"starts {Name(t)}"))),
        ];
        _json.WriteStartArray("locations");
        foreach (var (frame, sentence) in places.Take(1)) { _locations.Write(frame, null, sentence); }
        _json.WriteEndArray();
        _json.WriteStartArray("relatedLocations");
        int id = 0;
        foreach (var (frame, sentence) in places.Skip(1)) { _locations.Write(frame, ++id, sentence); }
        _json.WriteEndArray();
    }

    /// <summary>One flow, one thread a side, each from its outermost frame to its access.</summary>
    private void CodeFlows(Finding finding)
    {
        if (finding.Accesses.Count == 0) { return; }
        _json.WriteStartArray("codeFlows");
        _json.WriteStartObject();
        _json.WriteStartArray("threadFlows");
        foreach (Access access in finding.Accesses)
        {
            _json.WriteStartObject();
            _json.WriteString("id", access.Thread is { } thread ? Name(thread) : "unknown thread");
            _json.WriteStartArray("locations");
            foreach (StackEntry entry in Stacks.Below(access.Stack, finding.Test).Where(e => e.Folded == 0).Reverse()) { FlowLocation(entry.Frame, $"calls on from {entry.Frame.Method}", "important"); }
            FlowLocation(access.Top, Sentence(access), "essential");
            _json.WriteEndArray();
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.WriteEndArray();
    }

    private void FlowLocation(Frame frame, string message, string importance)
    {
        _json.WriteStartObject();
        _json.WritePropertyName("location");
        _locations.Write(frame, null, message);
        _json.WriteString("importance", importance);
        _json.WriteEndObject();
    }

    private void Properties(Finding finding)
    {
        _json.WriteStartObject("properties");
        _json.WriteString("member", finding.Member);
        if (finding.Class.Length > 0) { _json.WriteString("class", finding.Class); }
        if (finding.Certainty.Length > 0) { _json.WriteString("certainty", finding.Certainty); }
        if (finding.Test is not null) { _json.WriteString("test", finding.Test); }
        if (finding.ValueChange is { } change)
        {
            _json.WriteString("valueBefore", change.Old);
            _json.WriteString("valueAfter", change.New);
        }

        _json.WriteEndObject();
    }

    private static string Message(Finding finding)
    {
        var text = new StringBuilder(finding.Title).Append('.');
        if (HarmClassifier.Sentence(finding) is { Length: > 0 } harm) { text.Append(' ').Append(char.ToUpperInvariant(finding.Class[0])).Append(finding.Class.AsSpan(1)).Append(": ").Append(harm).Append('.'); }
        foreach (Section section in finding.Sections) { text.Append(' ').Append(section.Title).Append('.'); }
        return text.ToString();
    }

    private static string Sentence(Access access) =>
        $"{access.Kind}{(access.Marked ? " (marked)" : "")} in {access.Top.Method}{(access.Thread is { } thread ? $" by {Name(thread)}" : "")}";

    private static string Name(ThreadOrigin thread) => thread.Name is { Length: > 0 } name ? $"thread '{name}' (#{thread.Id})" : $"thread #{thread.Id}";

    private static string Version => typeof(SarifReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    private void Text(string property, string text)
    {
        _json.WriteStartObject(property);
        _json.WriteString("text", text);
        _json.WriteEndObject();
    }
}
