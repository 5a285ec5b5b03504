namespace Ncsan.Cli.Running;

/// <summary>The folder of the project that something belongs to.</summary>
internal static class ProjectFolder
{
    /// <summary>The nearest folder with a project file, from <paramref name="folder"/> upwards, or null.</summary>
    public static string? Around(string folder)
    {
        for (DirectoryInfo? at = new(folder); at is not null; at = at.Parent)
        {
            if (at.EnumerateFiles("*.*proj").Any()) { return at.FullName; }
        }

        return null;
    }
}
