using System.Text.Json;

namespace Ncsan.Reporting.Json;

/// <summary>Reads lines of a findings file. Never throws for what a line holds: a bad line becomes one sentence.</summary>
public static class FindingReader
{
    /// <summary>Says what one line is.</summary>
    public static LogLine Read(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object ? Record(document.RootElement) : new LogLine.Bad("it is not a JSON object");
        }
        catch (JsonException e)
        {
            return new LogLine.Bad($"it is not whole JSON ({(e.BytePositionInLine is { } at ? $"byte {at}" : "at its start")})");
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or KeyNotFoundException)
        {
            return new LogLine.Bad("a field has another type than expected");
        }
    }

    private static LogLine Record(JsonElement o) => o.Text("record") switch
    {
        "finding" or null => Finding(o),
        "repeat" => o.Text("id") is { Length: > 0 } id ? new LogLine.Repeat(id, o.Number("count", 1), o.Text("usualLock")) : new LogLine.Bad("a repeat has no id"),
        "retraction" => o.Text("id") is { Length: > 0 } id ? new LogLine.Retraction(id) : new LogLine.Bad("a retraction has no id"),
        "summary" => new LogLine.Summary(Summary(o)),
        var other => new LogLine.Unknown(other),
    };

    private static LogLine Finding(JsonElement o)
    {
        long schema = o.Number("schema", Reporting.Finding.CurrentSchema);
        if (schema > Reporting.Finding.CurrentSchema) { return new LogLine.Bad($"it was written by a newer version (schema {schema}, this one reads {Reporting.Finding.CurrentSchema})"); }
        if (o.Text("rule") is not { Length: > 0 } rule) { return new LogLine.Bad("a finding has no rule"); }
        if (o.Text("id") is not { Length: > 0 } id) { return new LogLine.Bad("a finding has no id"); }
        return new LogLine.Found(new Finding
        {
            Schema = (int)schema,
            Rule = rule,
            Kind = o.Text("kind") ?? "",
            Id = id,
            Title = o.Text("title") ?? "",
            Severity = o.Text("severity") ?? "",
            Member = o.Text("member") ?? "",
            Class = o.Text("class") ?? "",
            Certainty = o.Text("certainty") ?? "",
            Count = Math.Max(1, o.Number("count", 1)),
            Test = o.Text("test"),
            ValueChange = o.Object("valueChange") is { } change ? new ValueChange(change.Scalar("old"), change.Scalar("new")) : null,
            Accesses = o.List("accesses", Access),
            Sections = o.List("sections", s => new Section(s.Text("title") ?? "", s.Strings("lines"), s.List("stack", Frame))),
            UsualLock = o.Text("usualLock"),
            Extra = o.Except("record", "schema", "rule", "kind", "id", "title", "severity", "member", "class", "certainty", "count", "test", "valueChange", "accesses", "sections", "usualLock"),
        });
    }

    private static Access Access(JsonElement o) => new()
    {
        Kind = o.Text("kind") ?? "",
        Marked = o.Truth("marked"),
        Size = o.Number("size", 0),
        Method = o.Text("method") ?? "",
        File = o.Text("file"),
        Line = (int)o.Number("line", 0),
        Member = o.Text("member"),
        Stack = o.List("stack", Frame),
        Thread = o.Object("thread") is { } t ? new ThreadOrigin((int)t.Number("id", 0), t.Text("name"), t.List("createdAt", Frame)) : null,
        LocksHeld = o.Strings("locksHeld"),
        ReadModifyWrite = o.Truth("readModifyWrite"),
        TestedFirst = o.Truth("testedFirst"),
        InLoop = o.Truth("inLoop"),
        Elements = o.Truth("elements"),
        Reference = o.Truth("reference"),
        Collection = o.Truth("collection"),
        Unaligned = o.Truth("unaligned"),
        Reordered = o.Truth("reordered"),
        Extra = o.Except("kind", "marked", "size", "method", "file", "line", "member", "stack", "thread", "locksHeld", "readModifyWrite", "testedFirst", "inLoop", "elements", "reference", "collection", "unaligned", "reordered"),
    };

    private static Frame Frame(JsonElement o) => new(o.Text("method") ?? "", o.Text("file"), (int)o.Number("line", 0), (int)o.Number("folded", 0), o.Truth("testPlatform"));

    private static RunSummary Summary(JsonElement o) => new()
    {
        Statistics = o.Object("statistics") is { } s
            ? s.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Number).ToDictionary(p => p.Name, p => (long)p.Value.GetDouble(), StringComparer.Ordinal)
            : [],
        BlindSpots = o.List("blindSpots", b => new BlindSpot(b.Text("id") ?? "", b.Text("reason") ?? "", b.Number("count", 1), b.Strings("examples"))),
        Extra = o.Except("record", "schema", "statistics", "blindSpots"),
    };
}
