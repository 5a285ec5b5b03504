using System.Globalization;
using System.Text.Json;

namespace Ncsan.Cli.Cache;

/// <summary>
/// What of an application is not checked, as a summary line of a findings file: it is put at the head of every run's file, so that a report of
/// the file alone knows it.
/// </summary>
internal static class BlindSpots
{
    private const int MaxExamples = 20;

    public static void Write(string path, Manifest manifest)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("schema", 1);
            json.WriteString("record", "summary");
            json.WriteStartObject("statistics");
            json.WriteNumber("assemblies_rewritten", manifest.Entries.Values.Count(e => e.Fate == FileFate.Rewritten));
            json.WriteNumber("assemblies_left_alone", manifest.Entries.Values.Count(e => e is { Fate: FileFate.AsItIs, Id.Length: > 0 }));
            json.WriteNumber("assemblies_of_test_platform", manifest.Entries.Values.Count(e => e.Reason == RewriteChoice.TestPlatform));
            foreach (var reason in manifest.Entries.Values.SelectMany(LeftAlone).GroupBy(r => r.Reason).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                json.WriteNumber("accesses_left_alone_" + reason.Key, reason.Sum(r => r.Count));
            }

            json.WriteEndObject();
            json.WriteStartArray("blindSpots");
            foreach (var group in manifest.Entries.Values.Where(e => e.Id.Length > 0 && e.Fate == FileFate.AsItIs).GroupBy(e => (e.Id, Reason: General(e))))
            {
                Spot(json, group.Key.Id, group.Key.Reason, group.Count(), group.Select(e => e.File.Path));
            }

            var partly = manifest.Entries.Values.Where(e => e.CleanMethods > 0).ToArray();
            if (partly.Length > 0) { Spot(json, "NCS1023", "methods that stay clean", partly.Sum(e => e.CleanMethods), partly.Select(e => $"{e.CleanMethods} in {e.File.Path}")); }
            json.WriteEndArray();
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        Disk.Replace(path, temporary => File.WriteAllBytes(temporary, stream.ToArray()));
    }

    /// <summary>What cannot race is no blind spot, but it is counted: the reasons that the rewriter gives, in the words of the statistics.</summary>
    private static IEnumerable<(string Reason, long Count)> LeftAlone(ManifestEntry e) =>
        from part in e.LeftAlone.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        let at = part.IndexOf('=')
        select (JsonNamingPolicy.SnakeCaseLower.ConvertName(part[..at]), long.Parse(part.AsSpan(at + 1), CultureInfo.InvariantCulture));

    // A rewriter's sentence names its file, which is the example's place here.
    private static string General(ManifestEntry e) => e.Reason.Replace($"'{Path.GetFileName(e.File.Path)}' ", "", StringComparison.Ordinal).TrimEnd('.');

    private static void Spot(Utf8JsonWriter json, string id, string reason, int count, IEnumerable<string> examples)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("reason", reason);
        json.WriteNumber("count", count);
        json.WriteStartArray("examples");
        foreach (string example in examples.Order(StringComparer.Ordinal).Take(MaxExamples)) { json.WriteStringValue(example); }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
