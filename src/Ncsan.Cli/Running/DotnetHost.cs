using System.Runtime.InteropServices;

namespace Ncsan.Cli.Running;

/// <summary>The <c>dotnet</c> that starts programs: the one that this process runs on, so that both see the same frameworks.</summary>
internal static class DotnetHost
{
    /// <summary>The folder of the installation.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The executable.</summary>
    public static string Path { get; } = FindPath();

    // <root>/shared/Microsoft.NETCore.App/<version>/
    private static string FindRoot() => System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    private static string FindPath()
    {
        string file = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        string path = System.IO.Path.Combine(Root, file);
        return File.Exists(path) ? path : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? file;
    }
}
