using System.Text.Json;
using System.Text.Json.Nodes;
using Ncsan.Cli.Running;

namespace Ncsan.Cli.Applications;

/// <summary>The application's runtimeconfig.json.</summary>
internal sealed class RuntimeConfig
{
    /// <summary>Ncsan.Runtime is built for this version of .NET, so the program runs on it or on a later one.</summary>
    public static readonly Version Needed = new(10, 0, 0);

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };
    private readonly JsonObject? _options;
    private readonly JsonObject? _root;

    private readonly string _text;

    private RuntimeConfig(string text)
    {
        _text = text;
        _root = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }) as JsonObject;
        _options = _root?["runtimeOptions"] as JsonObject;
    }

    /// <exception cref="InputException">The text is not a runtimeconfig.json.</exception>
    public static RuntimeConfig Read(string path)
    {
        try
        {
            return new RuntimeConfig(File.ReadAllText(path));
        }
        catch (JsonException e)
        {
            throw new InputException("NCS2004", $"'{path}' is not a runtimeconfig.json: {e.Message}");
        }
    }

    /// <summary>The application carries its own framework.</summary>
    public bool IsSelfContained => _options?["includedFrameworks"] is JsonArray;

    /// <summary>The frameworks that the application asks for, or carries.</summary>
    public IEnumerable<(string Name, string Version)> Frameworks => References.Select(f => ((string?)f["name"] ?? "", (string?)f["version"] ?? ""));

    /// <summary>The folders of the shared frameworks it will run on, for looking up types.</summary>
    public IReadOnlyList<string> FrameworkFolders(string appFolder) => IsSelfContained
        ? [appFolder]
        : [.. Frameworks.Select(f => BestFolder(f.Name)).OfType<string>().Append(Path.TrimEndingDirectorySeparator(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory())).Distinct()];

    /// <summary>The oldest framework asked for is older than the one that Ncsan.Runtime needs.</summary>
    public bool IsTooOld => Frameworks.Any(f => Parse(f.Version) is { } v && v < Needed && IsVersioned(f.Name));

    /// <summary>The text that asks for <see cref="Needed"/> at least; unchanged when it does so already.</summary>
    public string Raised()
    {
        if (!IsTooOld || IsSelfContained) { return _text; }
        foreach (var framework in References.Where(f => IsVersioned((string?)f["name"] ?? "") && Parse((string?)f["version"] ?? "") is { } v && v < Needed)) { framework["version"] = Needed.ToString(); }
        return _root!.ToJsonString(s_indented);
    }

    private IEnumerable<JsonObject> References => (_options?["includedFrameworks"] ?? _options?["frameworks"]) is JsonArray several
        ? several.OfType<JsonObject>()
        : _options?["framework"] is JsonObject one ? [one] : [];

    private static bool IsVersioned(string name) => name.StartsWith("Microsoft.NETCore.App", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.AspNetCore.App", StringComparison.Ordinal) || name.StartsWith("Microsoft.WindowsDesktop.App", StringComparison.Ordinal);

    private static string? BestFolder(string name)
    {
        string shared = Path.Combine(DotnetHost.Root, "shared", name);
        return Directory.Exists(shared) ? Directory.EnumerateDirectories(shared).Where(d => Parse(Path.GetFileName(d)) is { Major: >= 10 }).MaxBy(d => Parse(Path.GetFileName(d))) : null;
    }

    private static Version? Parse(string text) => Version.TryParse(text.Split('-')[0], out var version) ? version : null;
}
