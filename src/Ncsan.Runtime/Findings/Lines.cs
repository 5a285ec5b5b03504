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
        if (finding is { Before: { } before, After: { } after })
        {
            (string type, var user) = (resolved.ValueType, Modules.Of(finding.Mine.Site)?.Module);
            line.Open("valueChange").Put("old", before.Format(type, user)).Put("new", after.FormatAfter(before, type, user)).Close();
        }
        else { line.Put("valueChange", null); }

        line.OpenList("accesses");
        foreach (ResolvedSide side in resolved.Sides) { Access(line, side, resolved.Member); }
        line.CloseList();
        if (resolved.UsualLock is { } usual) { line.Put("usualLock", usual); }
        Recipe(line, finding.Theirs is { } theirs ? [finding.Mine, theirs] : [finding.Mine]);
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
        PutIf(line, "inLoop", (resolved.Flags & SiteFlags.InLoop) != 0);
        PutIf(line, "elements", (resolved.Flags & SiteFlags.Elements) != 0);
        PutIf(line, "reference", side.Is(AccessKind.Reference));
        PutIf(line, "collection", side.Is(AccessKind.Collection) || resolved.Operation is { IsOfCollection: true });
        PutIf(line, "unaligned", side.IsUnaligned);
        PutIf(line, "reordered", side.Is(AccessKind.Reordered));
        Frames(line, "stack", resolved.Stack);
        Thread thread = side.Thread.Managed;
        line.Open("thread").Put("id", thread.ManagedThreadId).Put("name", side.ThreadName);
        Frames(line, "createdAt", Threads.Creation.ChainOf(side.Thread, side.Actor, side.TestNumber));
        line.Close().OpenList("locksHeld");
        foreach (HeldLockInfo held in side.LocksHeld) { line.Item(LockFindings.Describe(held)); }
        line.CloseList().Close();
    }

    /// <summary>How to see it again: the command that was given, the two sites, which of them was waited at, and on which of its executions the threads met.</summary>
    private static void Recipe(JsonLine line, Side[] sides)
    {
        BeginRecipe(line);
        if (sides.Length == 2 && Candidates.IsHigherFirst(sides[0].Site, sides[1].Site)) { line.Put("higherFirst", true); }
        PutIf(line, "ownersTurn", sides is [{ Waited: false }, { Waited: true }]);
        line.OpenList("sites");
        foreach (Side side in sides)
        {
            if (Modules.KeyOf(side.Site) is not { } key) { continue; }
            Site(line.Open(), key);
            if (side.Visit > 0) { line.Put("visit", side.Visit); }
            PutIf(line, "waits", side.Waited);
            if (Candidates.GateOf(side.Site, sides[^1].Site == side.Site ? sides[0].Site : sides[^1].Site) is > 0 and var gate) { line.Put("gate", gate); }
            line.Close();
        }

        line.CloseList().Close();
    }

    /// <summary>The same of a pair that never met.</summary>
    internal static void Recipe(JsonLine line, int site1, int site2)
    {
        BeginRecipe(line).OpenList("sites");
        foreach (int site in (ReadOnlySpan<int>)[site1, site2]) { if (Modules.KeyOf(site) is { } key) { Site(line.Open(), key).Close(); } }
        line.CloseList().Close();
    }

    /// <summary>The same of what comes of running the program, whenever its threads meet.</summary>
    internal static JsonLine Recipe(JsonLine line) => BeginRecipe(line).OpenList("sites").CloseList().Close();

    private static JsonLine BeginRecipe(JsonLine line)
    {
        line.Open("recipe").OpenList("command");
        foreach (string argument in Environment.GetEnvironmentVariable(Options.CommandVariable)?.Split('\n') ?? []) { line.Item(argument); }
        return line.CloseList();
    }

    private static JsonLine Site(JsonLine line, SiteKey key) => line.Put("module", key.Module).Put("id", key.Id).Put("method", key.Method).Put("member", key.Member);

    private static void PutIf(JsonLine line, string name, bool value)
    {
        if (value) { line.Put(name, true); }
    }

    internal static void Frames(JsonLine line, string name, IReadOnlyList<Frame> frames)
    {
        line.OpenList(name);
        foreach (Frame frame in frames)
        {
            line.Open().Put("method", frame.Method).Put("file", frame.File).Put("line", frame.Line);
            PutIf(line, "testPlatform", frame.IsOfTestPlatform);
            line.Close();
        }

        line.CloseList();
    }
}
