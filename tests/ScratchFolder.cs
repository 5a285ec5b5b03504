namespace Ncsan.Tests;

/// <summary>Temporary folders that live as long as the process, for files that are read until its end.</summary>
internal static class ScratchFolder
{
    /// <summary>A new, empty folder, gone when the process ends.</summary>
    internal static string Make(string name)
    {
        string folder = Directory.CreateTempSubdirectory($"ncsan-{name}-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            // A child may still hold a file in it on systems where that matters.
            try { Directory.Delete(folder, recursive: true); }
            catch (IOException) { }
            catch (UnauthorizedAccessException) { }
        };
        return folder;
    }
}
