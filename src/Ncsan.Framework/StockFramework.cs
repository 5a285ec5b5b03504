namespace Ncsan.Framework;

/// <summary>One shared framework of the user's installation, as it was installed.</summary>
/// <param name="Name">Microsoft.NETCore.App or Microsoft.AspNetCore.App.</param>
/// <param name="Version">Its exact version: the name of its folder.</param>
/// <param name="Folder">Where it is.</param>
public sealed record StockFramework(string Name, string Version, string Folder)
{
    /// <summary>The framework that every program needs; System.Private.CoreLib is in it.</summary>
    public const string Core = "Microsoft.NETCore.App";

    /// <summary>The framework of web programs.</summary>
    public const string AspNet = "Microsoft.AspNetCore.App";

    /// <summary>Where it is below the root of an installation.</summary>
    public string RelativeFolder => Path.Combine("shared", Name, Version);
}

/// <summary>The runtime that a program would use: an installation, and the shared frameworks of it that the program asks for, the core one first.</summary>
/// <param name="Root">The folder that holds <c>dotnet</c>.</param>
/// <param name="Frameworks">The frameworks.</param>
public sealed record StockRuntime(string Root, IReadOnlyList<StockFramework> Frameworks)
{
    /// <summary>The core framework.</summary>
    public StockFramework Core => Frameworks[0];

    /// <summary>The platform, as its packages are named: <c>linux-x64</c>.</summary>
    public static string RuntimeIdentifier { get; } = System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier is var rid && OperatingSystem.IsLinux()
        ? "linux-" + rid[(rid.LastIndexOf('-') + 1)..] : System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier;

    /// <summary>The runtime of an installation, with the newest patch of each framework of that major version, as the host chooses.</summary>
    /// <returns>Null when the installation has no such framework.</returns>
    public static StockRuntime? Find(string root, IEnumerable<string> frameworks, int major)
    {
        var found = new List<StockFramework>();
        foreach (string name in frameworks.Prepend(StockFramework.Core).Distinct(StringComparer.Ordinal))
        {
            string shared = Path.Combine(root, "shared", name);
            if (!Directory.Exists(shared)) { return null; }
            var folder = Directory.EnumerateDirectories(shared).Select(f => (Folder: f, Version: Parse(Path.GetFileName(f)))).Where(f => f.Version?.Major == major).MaxBy(f => f.Version);
            if (folder.Folder is null) { return null; }
            found.Add(new StockFramework(name, Path.GetFileName(folder.Folder), folder.Folder));
        }

        return new StockRuntime(root, found);
    }

    // A preview is older than its release; which of several previews is newer is the host's business.
    private static Version? Parse(string text) => Version.TryParse(text.Split('-')[0], out var version) ? version : null;
}
