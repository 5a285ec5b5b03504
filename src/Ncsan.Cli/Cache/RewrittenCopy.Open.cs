using Ncsan.Cli.Applications;

namespace Ncsan.Cli.Cache;

// The long way to a copy, on which it is made or brought up to date.
internal sealed partial class RewrittenCopy
{
    /// <summary>The copy of <paramref name="app"/>, made or brought up to date if need be.</summary>
    /// <exception cref="InputException">It cannot be written anywhere.</exception>
    public static RewrittenCopy Open(Application app, RewriteChoice choice)
    {
        try
        {
            return Open(app, choice, CopyLocation.Beside(app.Folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return OpenElsewhere(app, choice, e);
        }
    }

    private static RewrittenCopy OpenElsewhere(Application app, RewriteChoice choice, Exception why)
    {
        try
        {
            var copy = Open(app, choice, CopyLocation.InUserCache(app.Folder));
            Say.Sentence(IdOf(why), $"the rewritten copy cannot be written beside '{app.Folder}' ({Disk.OneLine(why)}), so it is in '{copy.Location.Folder}'.");
            return copy;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(IdOf(e), $"the rewritten copy of '{app.Folder}' cannot be written: {Disk.OneLine(e)}.");
        }
    }

    private static string IdOf(Exception e) => Disk.IsFull(e) ? "NCS2006" : "NCS2003";

    private static RewrittenCopy Open(Application app, RewriteChoice choice, IEnumerable<CopyLocation> slots)
    {
        string header = Stamp.Header(choice);
        foreach (var location in slots)
        {
            Directory.CreateDirectory(location.Own);
            var files = Stamp.Files(app.Folder);
            string wanted = Stamp.Text(header, files), folders = Stamp.Folders(app.Folder, files);
            while (true)
            {
                if (File.Exists(location.LockFile) && CopyLock.TryShared(location.LockFile) is { } shared && IfCurrent(app, location, shared, wanted) is { } current)
                {
                    current.RememberFolders(folders);
                    return current;
                }

                if (CopyLock.TryExclusive(location.LockFile) is { } alone)
                {
                    // What was copied is what runs, even if files have changed since (a log beside the program): asking again might never end.
                    using (alone) { wanted = CopyBuilder.Build(app, location, header, choice); }
                    continue;
                }

                if (File.Exists(location.LockFile) && CopyLock.TryShared(location.LockFile) is { } running)
                {
                    // Somebody runs from an older copy, which must stay as it is.
                    running.Dispose();
                    break;
                }

                // Somebody makes the copy that we want, most likely.
                Thread.Sleep(20);
            }
        }

        throw new IOException($"all copies of '{app.Folder}' are in use");
    }

    private static RewrittenCopy? IfCurrent(Application app, CopyLocation location, FileStream held, string wanted)
    {
        try
        {
            if (File.ReadAllText(location.StampFile) == wanted) { return new RewrittenCopy(app, location, held); }
        }
        catch (IOException)
        {
            // No stamp: the copy was never finished.
        }

        held.Dispose();
        return null;
    }

    // Without it the next start takes the long way, that is all.
    private void RememberFolders(string folders)
    {
        try
        {
            if (!File.Exists(Location.FoldersFile) || File.ReadAllText(Location.FoldersFile) != folders) { Disk.Replace(Location.FoldersFile, path => File.WriteAllText(path, folders)); }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
