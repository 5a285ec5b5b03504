namespace Ncsan.Cli.Applications;

/// <summary>A built program on disk.</summary>
/// <param name="Folder">The full path of the folder that holds it, without a trailing separator.</param>
/// <param name="Name">The simple name: <c>Name.dll</c> and <c>Name.runtimeconfig.json</c> are in the folder.</param>
/// <param name="UseAppHost">The program is started by its own executable rather than by <c>dotnet Name.dll</c>.</param>
internal sealed record Application(string Folder, string Name, bool UseAppHost)
{
    public string MainAssembly => Path.Combine(Folder, Name + ".dll");

    public string RuntimeConfig => Path.Combine(Folder, Name + ".runtimeconfig.json");

    public string AppHost => Path.Combine(Folder, OperatingSystem.IsWindows() ? Name + ".exe" : Name);

    /// <summary>The same program in another folder.</summary>
    public Application In(string folder) => this with { Folder = folder };

    /// <summary>The application whose main assembly is at <paramref name="dll"/>; nothing is checked.</summary>
    public static Application Of(string dll, bool useAppHost)
    {
        string full = Path.GetFullPath(dll);
        return new Application(Path.GetDirectoryName(full)!, Path.GetFileNameWithoutExtension(full), useAppHost);
    }
}
