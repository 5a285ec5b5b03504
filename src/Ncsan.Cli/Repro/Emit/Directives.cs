using System.Text.Json;
using Mono.Cecil;
using Ncsan.Cli.Applications;

namespace Ncsan.Cli.Repro.Emit;

/// <summary>The lines at the head of a single-file program by which it refers to what it is about.</summary>
internal static class Directives
{
    /// <summary>The ways to refer to the assemblies, the best first: packages by their names, as somebody else can restore them; else, or where that does not build, the files as they were built.</summary>
    public static IEnumerable<IReadOnlyList<string>> For(IReadOnlyList<ModuleDefinition> modules, Application app, string folder)
    {
        string[] plain = ["#:property PublishAot=false", "#:property TreatWarningsAsErrors=false"];
        var packages = PackagesOf(app);
        if (modules.Count > 0 && modules.All(m => packages.ContainsKey(m.Name))) { yield return [.. modules.Select(m => $"#:package {packages[m.Name]}").Distinct(), .. plain]; }

        // There is no directive for a file; this property of the SDK's takes them.
        string files = string.Join(';', Files(modules, app).Select(f => Relative(f, folder)));
        yield return [$"#:property AdditionalExplicitAssemblyReferences={files}", .. plain];
    }

    /// <summary>The assemblies and those that they refer to: a base class or a parameter's type may be in one of them.</summary>
    private static IEnumerable<string> Files(IReadOnlyList<ModuleDefinition> modules, Application app) =>
        modules.Select(static m => m.Assembly.Name.Name).Concat(modules.SelectMany(static m => m.AssemblyReferences).Select(static r => r.Name)).Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(n => Path.Combine(app.Folder, n + ".dll")).Where(File.Exists);

    /// <summary>A path that holds when the folder of both is moved; for what lies elsewhere, the whole one.</summary>
    private static string Relative(string file, string folder)
    {
        string relative = Path.GetRelativePath(folder, file);
        return relative.StartsWith(Path.Combine("..", "..", "..", ".."), StringComparison.Ordinal) ? file : relative;
    }

    /// <summary>For each file that comes from a package, <c>Name@Version</c>.</summary>
    private static Dictionary<string, string> PackagesOf(Application app)
    {
        var packages = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string path = Path.Combine(app.Folder, app.Name + ".deps.json");
        if (!File.Exists(path)) { return packages; }
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement libraries = json.RootElement.GetProperty("libraries");
            foreach (JsonProperty library in json.RootElement.GetProperty("targets").EnumerateObject().SelectMany(static t => t.Value.EnumerateObject()))
            {
                if (!libraries.TryGetProperty(library.Name, out JsonElement about) || about.GetProperty("type").GetString() != "package" || !library.Value.TryGetProperty("runtime", out JsonElement files)) { continue; }
                foreach (JsonProperty file in files.EnumerateObject()) { packages[Path.GetFileName(file.Name)] = library.Name.Replace('/', '@'); }
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Then the files will do.
        }

        return packages;
    }
}
