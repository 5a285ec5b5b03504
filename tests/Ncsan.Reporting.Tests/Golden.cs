using System.Runtime.CompilerServices;

namespace Ncsan.Reporting.Tests;

/// <summary>Compares what a face shows with a file that was read by eye. NCSAN_UPDATE_GOLDENS=1 writes the files anew.</summary>
internal static class Golden
{
    internal static void Matches(string name, string actual)
    {
        string path = Path.Combine(SourceFolder(), "Goldens", name);
        if (Environment.GetEnvironmentVariable("NCSAN_UPDATE_GOLDENS") == "1") { File.WriteAllText(path, actual); }
        Assert.Equal(File.Exists(path) ? File.ReadAllText(path) : $"(no file {name})", actual);
    }

    internal static string SourceFolder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
