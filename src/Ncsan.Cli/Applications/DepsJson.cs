using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ncsan.Cli.Applications;

/// <summary>
/// The application's deps.json. The host takes only the assemblies that it names, so Ncsan.Runtime has to be in it; all else stays, because the
/// application may depend on its order and on what DependencyContext reads from it.
/// </summary>
internal static class DepsJson
{
    private const string Name = "Ncsan.Runtime";
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    /// <summary>The text with Ncsan.Runtime in it; the same text when it is there already or this is no deps.json that a host reads.</summary>
    public static string WithRuntime(string text, string version)
    {
        if (Parse(text) is not { } deps || deps["runtimeTarget"] is not JsonObject runtimeTarget || (string?)runtimeTarget["name"] is not { } target
            || deps["targets"]?[target] is not JsonObject libraries || deps["libraries"] is not JsonObject declared
            || libraries.Any(l => l.Key.StartsWith(Name + "/", StringComparison.OrdinalIgnoreCase)))
        {
            return text;
        }

        string key = $"{Name}/{version}";
        libraries[key] = new JsonObject { ["runtime"] = new JsonObject { [Name + ".dll"] = new JsonObject { ["assemblyVersion"] = version + ".0", ["fileVersion"] = version + ".0" } } };
        declared[key] = new JsonObject { ["type"] = "project", ["serviceable"] = false, ["sha512"] = "" };
        return deps.ToJsonString(s_indented);
    }

    /// <summary>The file names that the shared framework of a self-contained application brought along.</summary>
    public static HashSet<string> FrameworkFiles(string text)
    {
        var files = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (Parse(text) is not { } deps || deps["libraries"] is not JsonObject libraries || deps["targets"] is not JsonObject targets) { return files; }
        var packs = libraries.Where(l => l.Value is JsonObject o && (string?)o["type"] == "runtimepack").Select(l => l.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var library in targets.Select(t => t.Value).OfType<JsonObject>().SelectMany(t => t).Where(l => packs.Contains(l.Key)))
        {
            foreach (var asset in (library.Value?["runtime"] as JsonObject) ?? []) { files.Add(Path.GetFileName(asset.Key)); }
        }

        return files;
    }

    private static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
