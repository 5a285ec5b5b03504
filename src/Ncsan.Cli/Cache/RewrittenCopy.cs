using Ncsan.Cli.Applications;

namespace Ncsan.Cli.Cache;

/// <summary>An up-to-date rewritten copy of an application, held so that nobody changes it while a program runs from it.</summary>
internal sealed partial class RewrittenCopy : IDisposable
{
    private readonly FileStream _lock;

    private RewrittenCopy(Application app, CopyLocation location, FileStream held) => (Original, Location, _lock) = (app, location, held);

    /// <summary>What it is a copy of.</summary>
    public Application Original { get; }

    public CopyLocation Location { get; }

    /// <summary>The copy beside the application if a quick look says that it is up to date: the short way to a start.</summary>
    public static RewrittenCopy? TryOpenCurrent(Application app, RewriteChoice choice)
    {
        var first = new CopyLocation(app.Folder + ".ncsan");
        if (!File.Exists(first.StampFile) || !File.Exists(first.FoldersFile) || CopyLock.TryShared(first.LockFile) is not { } held) { return null; }
        if (Stamp.StillHolds(app.Folder, Stamp.Header(choice), File.ReadAllText(first.StampFile), File.ReadAllText(first.FoldersFile))) { return new RewrittenCopy(app, first, held); }
        held.Dispose();
        return null;
    }

    public void Dispose() => _lock.Dispose();
}
