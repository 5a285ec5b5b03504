using System.Globalization;
using Ncsan.Cli.Cache;

namespace Ncsan.Cli.Running;

/// <summary>
/// Which findings file is that of the last run: of a folder, of the project that it is in, of the user. So <c>ncsan report</c> shows what was run here, even if somebody has run something else
/// elsewhere since.
/// </summary>
internal static class LastRuns
{
    /// <summary>Set where a run is a step of another command of ours, and so nobody's last.</summary>
    public const string OffVariable = "NCSAN_NOT_LAST";

    /// <summary>Folders whose last run is known; those that ran longest ago are forgotten.</summary>
    private const int Kept = 200;

    private static string Pointers => Path.Combine(CopyLocation.UserCache(), "runs");

    private static string UsersPointer => Path.Combine(CopyLocation.UserCache(), "last");

    /// <summary>The file of the last run of the current folder or the project around it; where none is known, that of the user's last run, and one line says where that was.</summary>
    /// <param name="remedy">How the user names one, for the sentence.</param>
    /// <exception cref="InputException">There is none.</exception>
    public static string Find(string remedy)
    {
        string here = Environment.CurrentDirectory;
        foreach (string? folder in new[] { here, ProjectFolder.Around(here) })
        {
            if (folder is not null && Read(PointerOf(folder)) is var (own, of) && of == folder) { return own; }
        }

        if (Read(UsersPointer) is not var (path, where)) { throw new InputException("NCS2001", $"there is no findings file of a last run; {remedy}."); }
        Say.Line($"ncsan: no run of this folder is known; this is your last one, of {(where.Length > 0 ? $"'{where}'" : $"'{path}'")}");
        return path;
    }

    /// <summary>Remembers the file as that of the current folder's last run, of the program's project's, and of the user's.</summary>
    /// <param name="path">The findings file.</param>
    /// <param name="program">The folder of the program.</param>
    public static void Remember(string path, string program)
    {
        if (Environment.GetEnvironmentVariable(OffVariable) is not null) { return; }
        try
        {
            string here = Environment.CurrentDirectory;
            Directory.CreateDirectory(Pointers);
            foreach (string? folder in new[] { here, ProjectFolder.Around(program) })
            {
                if (folder is not null) { File.WriteAllText(PointerOf(folder), path + '\n' + folder); }
            }

            File.WriteAllText(UsersPointer, path + '\n' + here);
            foreach (string old in Directory.GetFiles(Pointers).OrderByDescending(File.GetLastWriteTimeUtc).Skip(Kept)) { File.Delete(old); }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next report has to be told its file, that is all.
        }
    }

    /// <summary>The findings file, if it is still there, and the folder that ran it.</summary>
    private static (string Path, string Folder)? Read(string pointer)
    {
        try
        {
            return File.Exists(pointer) && File.ReadAllText(pointer).Split('\n') is [{ Length: > 0 } path, .. var rest] && File.Exists(path) ? (path, string.Join('\n', rest)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Named by a hash (FNV-1a): a cryptographic one takes longer to load than a program to start. What it says inside settles the rest.</summary>
    private static string PointerOf(string folder)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in folder) { hash = (hash ^ c) * 1099511628211; }
        return Path.Combine(Pointers, hash.ToString("x16", CultureInfo.InvariantCulture));
    }
}
