using Ncsan.Runtime.Races;
using Ncsan.Runtime.Settings;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Findings;

/// <summary>The lines of the findings file. docs/internals/races.md lists their fields.</summary>
internal static class Lines
{
    internal const int Schema = 1;

    internal static JsonLine Finding(ResolvedFinding resolved)
    {
        Finding finding = resolved.Finding;
        JsonLine line = new JsonLine().Open().Put("schema", Schema).Put("record", "finding").Put("rule", resolved.Rule).Put("kind", resolved.Kind)
            .Put("id", resolved.Id).Put("title", resolved.Title).Put("severity", "error").Put("member", resolved.Member).Put("class", (string?)null)
            .Put("certainty", "observed").Put("count", 1).Put("test", finding.Mine.Test ?? finding.Theirs?.Test);
        if (finding is { Before: { } before, After: { } after }) { line.Open("valueChange").Put("old", before.Format(resolved.Member)).Put("new", after.FormatAfter(before, resolved.Member)).Close(); }
        else { line.Put("valueChange", null); }
        line.OpenList("accesses");
        foreach (ResolvedSide side in resolved.Sides) { Access(line, side, resolved.Member); }
        line.CloseList();
        if (resolved.UsualLock is { } usual) { line.Put("usualLock", usual); }
        Recipe(line, finding.Theirs is { } theirs ? [finding.Mine.Site, theirs.Site] : [finding.Mine.Site]);
        return line.Close();
    }

    internal static JsonLine Repeat(string id, int count, string? usualLock)
    {
        JsonLine line = new JsonLine().Open().Put("schema", Schema).Put("record", "repeat").Put("id", id).Put("count", count);
        if (usualLock is not null) { line.Put("usualLock", usualLock); }
        return line.Close();
    }

    internal static JsonLine Summary(int findings)
    {
        JsonLine line = new JsonLine().Open().Put("schema", Schema).Put("record", "summary").Put("findings", findings).Put("pid", Environment.ProcessId).Open("statistics");
        Statistics.Write(line);
        return line.Close().Close();
    }

    private static void Access(JsonLine line, ResolvedSide resolved, string member)
    {
        Side side = resolved.Side;
        Frame top = resolved.Stack[0];
        line.Open().Put("kind", side.KindText).Put("marked", side.Is(AccessKind.Marked)).Put("size", side.Is(AccessKind.Collection) ? 0 : side.Size)
            .Put("method", top.Method).Put("file", top.File).Put("line", top.Line);
        if (resolved.Operation is { } operation) { line.Put("member", $"{resolved.Member} ({operation.Name})"); }
        else if (resolved.Member != member) { line.Put("member", resolved.Member); }
        PutIf(line, "readModifyWrite", (resolved.Flags & SiteFlags.ReadModifyWrite) != 0 || side.Is(AccessKind.Compound));
        PutIf(line, "testedFirst", (resolved.Flags & SiteFlags.TestedFirst) != 0);
        PutIf(line, "reference", side.Is(AccessKind.Reference));
        PutIf(line, "collection", side.Is(AccessKind.Collection) || resolved.Operation is { IsOfCollection: true });
        PutIf(line, "unaligned", side.IsUnaligned);
        PutIf(line, "reordered", side.Is(AccessKind.Reordered));
        Frames(line, "stack", resolved.Stack);
        Thread thread = side.Thread.Managed;
        line.Open("thread").Put("id", thread.ManagedThreadId).Put("name", side.ThreadName);
        Frames(line, "createdAt", Threads.Creation.ChainOf(side.Thread, side.Actor));
        line.Close().OpenList("locksHeld");
        foreach (HeldLockInfo held in side.LocksHeld) { line.Item(LockFindings.Describe(held)); }
        line.CloseList().Close();
    }

    /// <summary>How to see it again: the command that was given, and the two sites.</summary>
    internal static void Recipe(JsonLine line, params ReadOnlySpan<int> sites)
    {
        line.Open("recipe").OpenList("command");
        foreach (string argument in Environment.GetEnvironmentVariable(Options.CommandVariable)?.Split('\n') ?? []) { line.Item(argument); }
        line.CloseList().OpenList("sites");
        foreach (int site in sites)
        {
            if (Modules.KeyOf(site) is { } key) { line.Open().Put("module", key.Module).Put("id", key.Id).Put("method", key.Method).Put("member", key.Member).Close(); }
        }

        line.CloseList().Close();
    }

    private static void PutIf(JsonLine line, string name, bool value)
    {
        if (value) { line.Put(name, true); }
    }

    internal static void Frames(JsonLine line, string name, IReadOnlyList<Frame> frames)
    {
        line.OpenList(name);
        foreach (Frame frame in frames)
        {
            line.Open().Put("method", frame.Method).Put("file", frame.File).Put("line", frame.Line).Close();
        }

        line.CloseList();
    }
}
