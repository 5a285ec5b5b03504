using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ncsan.Reporting.Json;

/// <summary>Writes findings as lines of JSON: what <see cref="FindingReader"/> reads.</summary>
public static class FindingWriter
{
    // Lines are files of their own, never part of a page, so < and ' stay readable.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The finding as one line, without its line break.</summary>
    public static string Line(Finding finding) => Object(w => Body(w, finding));

    /// <summary>The run's summary as one line, without its line break.</summary>
    public static string Line(RunSummary run) => Object(w =>
    {
        w.WriteNumber("schema", Finding.CurrentSchema);
        w.WriteString("record", "summary");
        w.WriteStartObject("statistics");
        foreach (var (name, value) in run.Statistics) { w.WriteNumber(name, value); }
        w.WriteEndObject();
        w.WriteStartArray("blindSpots");
        foreach (BlindSpot spot in run.BlindSpots)
        {
            w.WriteStartObject();
            w.WriteString("id", spot.Id);
            w.WriteString("reason", spot.Reason);
            w.WriteNumber("count", spot.Count);
            Strings(w, "examples", spot.Examples);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        Rest(w, run.Extra);
    });

    private static string Object(Action<Utf8JsonWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, s_options))
        {
            writer.WriteStartObject();
            body(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Body(Utf8JsonWriter w, Finding f)
    {
        w.WriteNumber("schema", f.Schema);
        w.WriteString("record", "finding");
        w.WriteString("rule", f.Rule);
        w.WriteString("kind", f.Kind);
        w.WriteString("id", f.Id);
        w.WriteString("title", f.Title);
        w.WriteString("severity", f.Severity);
        w.WriteString("member", f.Member);
        w.WriteString("class", f.Class);
        w.WriteString("certainty", f.Certainty);
        w.WriteNumber("count", f.Count);
        w.WriteString("test", f.Test);
        if (f.ValueChange is { } change)
        {
            w.WriteStartObject("valueChange");
            w.WriteString("old", change.Old);
            w.WriteString("new", change.New);
            w.WriteEndObject();
        }
        else { w.WriteNull("valueChange"); }

        if (f.UsualLock is not null) { w.WriteString("usualLock", f.UsualLock); }
        w.WriteStartArray("accesses");
        foreach (Access access in f.Accesses) { Access(w, access); }
        w.WriteEndArray();
        if (f.Sections.Count > 0) { Sections(w, f.Sections); }
        Rest(w, f.Extra);
    }

    private static void Access(Utf8JsonWriter w, Access a)
    {
        w.WriteStartObject();
        w.WriteString("kind", a.Kind);
        w.WriteBoolean("marked", a.Marked);
        w.WriteNumber("size", a.Size);
        w.WriteString("method", a.Method);
        w.WriteString("file", a.File);
        w.WriteNumber("line", a.Line);
        if (a.Member is not null) { w.WriteString("member", a.Member); }
        Mark(w, "readModifyWrite", a.ReadModifyWrite);
        Mark(w, "testedFirst", a.TestedFirst);
        Mark(w, "inLoop", a.InLoop);
        Mark(w, "elements", a.Elements);
        Mark(w, "reference", a.Reference);
        Mark(w, "collection", a.Collection);
        Mark(w, "unaligned", a.Unaligned);
        Mark(w, "reordered", a.Reordered);
        Stack(w, "stack", a.Stack);
        if (a.Thread is { } thread)
        {
            w.WriteStartObject("thread");
            w.WriteNumber("id", thread.Id);
            w.WriteString("name", thread.Name);
            Stack(w, "createdAt", thread.CreatedAt);
            w.WriteEndObject();
        }

        Strings(w, "locksHeld", a.LocksHeld);
        Rest(w, a.Extra);
        w.WriteEndObject();
    }

    private static void Sections(Utf8JsonWriter w, IReadOnlyList<Section> sections)
    {
        w.WriteStartArray("sections");
        foreach (Section section in sections)
        {
            w.WriteStartObject();
            w.WriteString("title", section.Title);
            Strings(w, "lines", section.Lines);
            Stack(w, "stack", section.Stack);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    }

    private static void Stack(Utf8JsonWriter w, string name, IReadOnlyList<Frame> frames)
    {
        w.WriteStartArray(name);
        foreach (Frame frame in frames)
        {
            w.WriteStartObject();
            w.WriteString("method", frame.Method);
            w.WriteString("file", frame.File);
            w.WriteNumber("line", frame.Line);
            if (frame.Folded > 0) { w.WriteNumber("folded", frame.Folded); }
            Mark(w, "testPlatform", frame.IsOfTestPlatform);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    }

    private static void Strings(Utf8JsonWriter w, string name, IReadOnlyList<string> texts)
    {
        w.WriteStartArray(name);
        foreach (string text in texts) { w.WriteStringValue(text); }
        w.WriteEndArray();
    }

    private static void Mark(Utf8JsonWriter w, string name, bool holds)
    {
        if (holds) { w.WriteBoolean(name, true); }
    }

    private static void Rest(Utf8JsonWriter w, IReadOnlyDictionary<string, JsonElement> extra)
    {
        foreach (var (name, value) in extra)
        {
            w.WritePropertyName(name);
            value.WriteTo(w);
        }
    }
}
