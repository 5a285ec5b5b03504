using System.Runtime.InteropServices;
using Location = System.IO.Path;

namespace Ncsan.Cli.Running;

/// <summary>
/// The <c>dotnet</c> that starts programs: the one that this process runs on, so that both see the same frameworks. The native launcher runs on none
/// and takes the one that its user would get.
/// </summary>
internal static class DotnetHost
{
    private static readonly string s_file = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";

    /// <summary>The folder of the installation.</summary>
    public static string Root { get; } = OwnRoot() ?? UsersRoot() ?? throw new InputException("NCS2010", "there is no .NET installation: 'dotnet' is neither on the PATH nor where DOTNET_ROOT says.");

    /// <summary>The executable.</summary>
    public static string Path { get; } = Location.Combine(Root, s_file);

    // <root>/shared/Microsoft.NETCore.App/<version>/
    private static string? OwnRoot() => Checked(Location.GetFullPath(Location.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")));

    // DOTNET_HOST_PATH is there when the SDK started us.
    private static string? UsersRoot() =>
        Checked(Location.GetDirectoryName(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")))
        ?? Checked(Environment.GetEnvironmentVariable("DOTNET_ROOT_" + RuntimeInformation.ProcessArchitecture.ToString().ToUpperInvariant()))
        ?? Checked(Environment.GetEnvironmentVariable("DOTNET_ROOT"))
        ?? OnPath()
        ?? Installed();

    private static string? OnPath()
    {
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Location.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            // The file on the PATH is a link into the installation on most systems.
            var file = new FileInfo(Location.Combine(folder, s_file));
            if (file.Exists && Checked(Location.GetDirectoryName(file.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file.FullName)) is { } root) { return root; }
        }

        return null;
    }

    private static string? Installed()
    {
        if (OperatingSystem.IsWindows()) { return Checked(Location.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "dotnet")); }
        const string file = "/etc/dotnet/install_location";
        return Checked(File.Exists(file) ? File.ReadAllText(file).Trim() : null) ?? Checked("/usr/share/dotnet") ?? Checked("/usr/lib/dotnet") ?? Checked("/usr/local/share/dotnet");
    }

    private static string? Checked(string? root) => !string.IsNullOrEmpty(root) && File.Exists(Location.Combine(root, s_file)) && Directory.Exists(Location.Combine(root, "shared")) ? root : null;
}
