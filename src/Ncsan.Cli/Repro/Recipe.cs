using System.Text.Json;
using Ncsan.Runtime.Races.Directed;

namespace Ncsan.Cli.Repro;

/// <summary>How a finding came about: what was typed where, and the two sites of a race. Anything else needs nobody to wait anywhere, and has none.</summary>
internal sealed record Recipe(string Id, string Folder, IReadOnlyList<string> Arguments, IReadOnlyList<LearntSite> Sites)
{
    public LearntSite First => Sites[0];

    public LearntSite Second => Sites[^1];

    /// <summary>The finding's own line.</summary>
    public required string Line { get; init; }

    /// <summary>Of the threads that waited at two places of an array, the one at the higher address went on first.</summary>
    public bool HigherFirst { get; init; }

    /// <summary>Of two writes that met it was the one of the thread that came first, and waited, that changed the value.</summary>
    public bool OwnersTurn { get; init; }

    /// <summary>The test in which it was found, or null.</summary>
    public string? Test { get; init; }

    /// <summary>The recipe of the finding whose id begins so.</summary>
    /// <exception cref="InputException">There is none, or more than one, or it does not say enough.</exception>
    public static Recipe Find(string file, string id)
    {
        JsonElement[] found = [.. File.ReadLines(file).Select(Parse).Where(o => Text(o, "record") == "finding" && Text(o, "id") is { } text && id.Length > 0 && text.StartsWith(id, StringComparison.OrdinalIgnoreCase))];
        if (found.Length == 0) { throw new InputException("NCS2501", $"there is no finding '{id}' in '{file}'."); }
        if (found.Select(o => Text(o, "id")).Distinct().Count() > 1) { throw new InputException("NCS2501", $"'{id}' begins the ids of several findings in '{file}'; give more of it."); }
        try
        {
            JsonElement recipe = found[0].GetProperty("recipe");
            string[] command = [.. recipe.GetProperty("command").EnumerateArray().Select(a => a.GetString()!)];
            LearntSite[] sites = [.. recipe.GetProperty("sites").EnumerateArray().Select(Site)];
            if (command.Length >= 2 && (sites.Length > 0 || IsOfLocks(found[0]))) { return new Recipe(Text(found[0], "id")!, command[0], command[1..], sites) { Test = Text(found[0], "test"), HigherFirst = Flag(recipe, "higherFirst"), OwnersTurn = Flag(recipe, "ownersTurn"), Line = found[0].GetRawText() }; }
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // Said below.
        }

        throw new InputException("NCS2502", $"the finding '{id}' does not say how it came about: it was not found under 'ncsan run' or 'ncsan test', or its code has no site table.");
    }

    /// <summary>Whether a line is this finding again.</summary>
    public bool Matches(string line) => line.Contains(Id, StringComparison.Ordinal) && Parse(line) is var o && Text(o, "record") == "finding" && Text(o, "certainty") != "predicted" && Text(o, "id") == Id;

    private static bool IsOfLocks(JsonElement finding) => Text(finding, "rule")?.StartsWith("NCS01", StringComparison.Ordinal) == true;

    private static LearntSite Site(JsonElement o) => new(o.GetProperty("module").GetString()!, o.GetProperty("id").GetInt32(), o.GetProperty("method").GetString()!, o.GetProperty("member").GetString()!)
    {
        FromVisit = Whole(o, "visit"),
        Stays = Flag(o, "waits"),
        Gate = Whole(o, "gate"),
    };

    private static int Whole(JsonElement o, string name) => o.TryGetProperty(name, out JsonElement value) ? value.GetInt32() : 0;

    private static bool Flag(JsonElement o, string name) => o.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    private static JsonElement Parse(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static string? Text(JsonElement o, string name) => o.ValueKind == JsonValueKind.Object && o.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
