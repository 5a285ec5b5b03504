using System.Security.Cryptography;
using System.Text;

namespace Ncsan.Cli.Cache;

/// <summary>
/// A folder that holds, or may come to hold, the rewritten copy of an application: beside it, so that relative paths from the program to its
/// project keep their depth, or in the user's cache when that cannot be written. Our own files are in <c>.ncsan</c> inside it.
/// </summary>
internal sealed record CopyLocation(string Folder)
{
    private const string OwnFolder = ".ncsan";

    /// <summary>Copies of one application that may be in use at once, each of other inputs or options.</summary>
    private const int Slots = 8;

    public string Own => Path.Combine(Folder, OwnFolder);

    /// <summary>Held shared while a program runs from here, alone while the copy is made.</summary>
    public string LockFile => Path.Combine(Own, "lock");

    public string StampFile => Path.Combine(Own, "stamp");

    /// <summary>The times of the application's folders, for the quick look.</summary>
    public string FoldersFile => Path.Combine(Own, "folders");

    public string ManifestFile => Path.Combine(Own, "manifest");

    /// <summary>One summary line of a findings file: what of the application was not rewritten.</summary>
    public string BlindSpotsFile => Path.Combine(Own, "blind-spots.jsonl");

    public string FindingsFolder => Folder + FindingsSuffix;

    /// <summary>How the path of a folder of findings files of ours ends.</summary>
    public static string FindingsSuffix { get; } = Path.Combine("/", OwnFolder, "findings").Replace('/', Path.DirectorySeparatorChar);

    /// <summary>Where copies of the application in <paramref name="folder"/> go, the best place first.</summary>
    public static IEnumerable<CopyLocation> Beside(string folder) => InSlots(folder + ".ncsan");

    /// <summary>Where they go when nothing can be written beside the application.</summary>
    public static IEnumerable<CopyLocation> InUserCache(string folder)
    {
        string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..16];
        return InSlots(Path.Combine(UserCache(), name, Path.GetFileName(folder) + ".ncsan"));
    }

    /// <summary>The folder is a rewritten copy, so it is no part of an application.</summary>
    public static bool IsCopy(string folder) => File.Exists(Path.Combine(folder, OwnFolder, "lock"));

    private static IEnumerable<CopyLocation> InSlots(string first)
    {
        for (int slot = 1; slot <= Slots; slot++) { yield return new CopyLocation(slot == 1 ? first : first + slot); }
    }

    /// <summary>Our folder in the user's own cache: before the shared temporary one, where somebody else could have put files of that name.</summary>
    public static string UserCache()
    {
        if (Environment.GetEnvironmentVariable("NCSAN_CACHE") is { Length: > 0 } chosen) { return Path.GetFullPath(chosen); }
        string local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return local.Length > 0 ? Path.Combine(local, "ncsan") : Path.Combine(Path.GetTempPath(), "ncsan-" + Environment.UserName);
    }
}
