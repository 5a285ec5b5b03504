using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Sites;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Locks.Reports;

/// <summary>Puts reports of the validator into words and hands them to the reporter thread, which looks symbols up.</summary>
internal static class LockFindings
{
    /// <summary>Hands a report over and waits until it is on disk.</summary>
    internal static void Submit(LockReport report)
    {
        string? test = report.Test ?? CurrentTest.Name;
        Guarded(() => Line(report, test));
    }

    /// <summary>Reports threads and flows that wait for each other now, and those that wait because of them.</summary>
    internal static void SubmitHang(List<object> circle, HeldLocks[] others) => Guarded(() => HangFindings.Line(circle, others));

    private static void Guarded(Func<(string Id, JsonLine Line)> line)
    {
        SanitizedThread thread = SanitizedThread.Current;
        thread.Guard++;
        try { Reporter.Submit(new Finding(line)); }
        finally { thread.Guard--; }
    }

    private static (string Id, JsonLine Line) Line(LockReport report, string? test)
    {
        if (report.Cycle.Count > 0) { report = report with { Cycle = Witness.Of(report.Cycle) }; }
        var (rule, kind, remedy) = LockRules.Of(report.Kind);
        string member = Member(report);
        string id = Id(rule, report.Cycle.Count == 0 ? [member, Where(report.Site)] : [.. report.Cycle.Select(edge => edge.From.Class.Name)]);
        JsonLine line = Begin(rule, kind, id, $"{kind}: {member}", Severity(report.Grade), member, report.Cycle.Count == 0 ? "observed" : Words(report.Grade), test);
        if (report.Detail is not null) { Section(line, "What happened", [Sentence(report.Detail)], report.Cycle.Count == 0 ? report.Stack : null, report.Site); }
        for (int i = 0; i < report.Cycle.Count; i++) { Edge(line, report.Cycle[i], i + 1, report.Cycle.Count); }
        if (report.Cycle.Count > 0 && !report.IsReentry)
        {
            Section(line, "How it hangs", LockScenario.Of(report.Cycle), null, 0);
            Section(line, "How sure this is", report.Grade < LockGrade.ClassLevel ? [Sure(report)] : [Sure(report), "No deadlock happened in this run; it can."], null, 0);
        }

        if (report.Held.Count > 0)
        {
            Section(line, $"Locks held by {report.Thread} when it was found", [.. report.Held.Select(Describe)], null, 0);
        }

        Section(line, "What to do", [report.Remedy ?? remedy], null, 0);
        return (id, Lines.Recipe(line.CloseList()).Close());
    }

    internal static JsonLine Begin(string rule, string kind, string id, string title, string severity, string member, string certainty, string? test)
        => new JsonLine().Open().Put("schema", 1).Put("record", "finding").Put("rule", rule).Put("kind", kind).Put("id", id).Put("title", title)
            .Put("severity", severity).Put("member", member).Put("class", (string?)null).Put("certainty", certainty).Put("count", 1).Put("test", test)
            .Put("valueChange", null).OpenList("accesses").CloseList().OpenList("sections");

    private static void Edge(JsonLine line, Dependency edge, int number, int count)
    {
        DependencyRecord first = edge.First;
        string before = Modules.Find(first.HeldSite) is null ? "" : $", which {LockWords.Before(edge.From)} at {Where(first.HeldSite)}";
        Section(line, $"{number} of {count}: {LockWords.Step(edge)}", [$"first by {first.Thread}{before}"], first.Stack, first.Site);
    }

    internal static void Section(JsonLine line, string title, IReadOnlyList<string> lines, object? stack, int site)
    {
        line.Open().Put("title", title).OpenList("lines");
        foreach (string text in lines) { line.Item(text); }
        line.CloseList();
        Lines.Frames(line, "stack", stack is null && site == 0 ? [] : StackFrames.Resolve(stack as StackTrace, site, Modules.Find(site)));
        line.Close();
    }

    /// <summary>A held lock in words: class, number, mode and place.</summary>
    internal static string Describe(HeldLockInfo held) => $"{held.Name} #{held.Id}{LockWords.Mode(held.Mode)}, taken at {Where(held.Site)}";

    private static string Member(LockReport report) => report.Cycle.All(edge => edge.From.Class == report.Cycle[0].From.Class)
        ? report.Subject.Class.Name
        : string.Join(" -> ", report.Cycle.Select(edge => edge.From.Class.Name).Append(report.Cycle[0].From.Class.Name));

    internal static string Where(int site) => Modules.Find(site) is { } known ? known.File is null ? known.Method : $"{known.Method} ({Path.GetFileName(known.File)}:{known.Line})" : "an unknown place";

    private static string Words(LockGrade grade) => grade switch
    {
        LockGrade.Confirmed => "confirmed by instances",
        LockGrade.ClassLevel => "class-level",
        LockGrade.OneThread => "one thread",
        _ => "guarded",
    };

    private static string Severity(LockGrade grade) => grade switch
    {
        LockGrade.Confirmed => "error",
        LockGrade.ClassLevel => "warning",
        _ => "note",
    };

    private static string Sure(LockReport report) => report.Cycle.FirstOrDefault(static edge => edge.Might) is { } might
        ? $"Class-level: these very locks close the circle, but {(might.To.Class.Kind.IsOneShot() ? might.To : might.From).Class.Name} is held once, by whoever comes first, and nobody had to wait for it in this run."
        : report.Grade == LockGrade.Guarded ? "Guarded: each time under one common lock that keeps the threads apart; it hangs only if some code ever does without that."
        : report.Grade == LockGrade.OneThread ? "One thread: the same thread took the locks in both orders, one after the other; it hangs only if a second one ever runs this code."
        : report.Grade == LockGrade.Confirmed ? $"Confirmed by instances: {(IsPlain(report) ? "the very same locks were taken in both orders" : "these very ones close the circle")}."
        : $"Class-level: {(IsPlain(report) ? "locks of these classes were taken in both orders" : "these classes close a circle")}, but no set of locks was seen that does.";

    /// <summary>Two locks, and nothing but locks.</summary>
    private static bool IsPlain(LockReport report) => report.Cycle.Count == 2 && report.Cycle.All(static edge => edge.From.Class.Kind is not (LockKind.Map or LockKind.Context or LockKind.SynchronizationContext));

    internal static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..] + ".";

    internal static string Id(string rule, string[] parts)
    {
        Array.Sort(parts, StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(rule + "\n" + string.Join('\n', parts))).AsSpan(0, 4));
    }
}
