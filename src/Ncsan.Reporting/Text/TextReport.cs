using System.Globalization;
using Ncsan.Reporting.Harm;
using Ncsan.Reporting.Suppressions;

namespace Ncsan.Reporting.Text;

/// <summary>The report for people at a terminal. One function a block, as in TSan; each finding ends in the line that would silence it.</summary>
public sealed class TextReport
{
    private const int IdColumn = 92;

    private readonly TextWriter _out;
    private readonly SourceFiles _sources;
    private readonly Ink _ink;

    /// <summary>A report that is written to <paramref name="output"/>.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="sources">Where source lines are read.</param>
    /// <param name="color">Paint for a terminal.</param>
    public TextReport(TextWriter output, SourceFiles sources, bool color = false) => (_out, _sources, _ink) = (output, sources, new Ink(color));

    /// <summary>Writes every finding, the problems and the summary line.</summary>
    public void Write(Report report)
    {
        foreach (Finding finding in report.Findings) { WriteFinding(finding); }
        WriteEnd(report);
    }

    /// <summary>Writes one finding and a blank line.</summary>
    public void WriteFinding(Finding finding)
    {
        WriteTitle(finding);
        var columns = Columns.Of(finding, _sources);
        foreach (Access access in finding.Accesses) { WriteAccess(access, finding, columns); }
        if (finding.Kind == "unknown origin") { WriteUnknownSide(columns); }
        foreach (Section section in finding.Sections) { WriteSection(section, finding); }
        WriteValueChange(finding);
        WriteHarm(finding);
        WriteFacts(finding);
        WriteSilence(finding);
        Line("");
    }

    /// <summary>Writes which locks usually guard the members of findings that were written before one knew, and a blank line if there are any.</summary>
    public void WriteUsualLocks(IEnumerable<Finding> findings)
    {
        Finding[] guarded = [.. findings.Where(static f => f.UsualLock is not null)];
        foreach (Finding finding in guarded) { Line($"{_ink.Faint("#" + finding.Id)} {finding.Member} is usually guarded by {finding.UsualLock}"); }
        if (guarded.Length > 0) { Line(""); }
    }

    /// <summary>Writes what comes after the findings: problems, unused suppressions, and the summary line unless somebody else has the last word.</summary>
    public void WriteEnd(Report report, bool withSummary = true)
    {
        foreach (string problem in report.Problems) { Line(problem); }
        foreach (Suppression unused in report.UnusedSuppressions)
        {
            Line($"NCS2103 {unused.Source}: '{unused}' silenced nothing{(unused.Reason.Length > 0 ? $" ({unused.Reason})" : "")}; it can go.");
        }

        if (withSummary) { Line(SummaryLine(report)); }
    }

    /// <summary>The last line of a run that found nothing and had nothing to silence. The usual run ends with it, so it costs no more than it says.</summary>
    public static string QuietSummaryLine(long gaps) => gaps > 0 ? $"ncsan: no findings, {Gaps(gaps)}" : "ncsan: no findings";

    /// <summary>The last line of a run.</summary>
    public static string SummaryLine(Report report)
    {
        var parts = new List<string>();
        int findings = report.Findings.Count;
        string severities = string.Join(", ", report.Findings.GroupBy(f => f.Severity, StringComparer.Ordinal).Select(g => Count(g.Count(), g.Key)));
        parts.Add(findings == 0 ? "no findings" : $"{Count(findings, "finding")} ({severities})");
        long repeats = report.Findings.Sum(f => f.Count - 1);
        if (repeats > 0) { parts.Add(Count(repeats, "repeat")); }
        if (report.Suppressed > 0) { parts.Add($"{Number(report.Suppressed)} silenced"); }
        if (report.UnusedSuppressions.Count > 0) { parts.Add($"{Count(report.UnusedSuppressions.Count, "suppression")} unused"); }
        long gaps = report.Run.BlindSpots.Sum(b => b.Count);
        if (gaps > 0) { parts.Add(Gaps(gaps)); }
        return "ncsan: " + string.Join(", ", parts);
    }

    private void WriteTitle(Finding finding)
    {
        string mark = $"#{finding.Id}", title = $"{finding.Rule} {finding.Title}";
        string gap = new(' ', Math.Max(2, IdColumn - title.Length));
        Line($"{_ink.Of(finding.Severity, finding.Rule)} {_ink.Strong(finding.Title)}{gap}{_ink.Faint(mark)}");
    }

    private void WriteAccess(Access access, Finding finding, Columns columns)
    {
        Frame top = access.Top;
        string place = _sources.Place(top.File, top.Line) ?? "(no symbols)";
        Line($"  {_ink.Bad(access.Kind.PadRight(columns.Kind))}  {_ink.Strong(top.Method.PadRight(columns.Method))}  {place.PadRight(columns.Place)}  {(access.Thread is { } thread ? AccessWords.Thread(thread, finding, _sources) : "")}".TrimEnd());
        WriteSource(access, top, finding, columns);
        WriteStack(Stacks.Below(access.Stack, finding.Test), columns.Indent, columns.Method);
        if (access.LocksHeld.Count > 0) { Line($"{columns.Indent}{_ink.Faint("holding")} {string.Join(", ", access.LocksHeld)}"); }
    }

    private void WriteSource(Access access, Frame top, Finding finding, Columns columns)
    {
        string text = _sources.Line(top.File, top.Line) ?? "";
        string facts = string.Join(", ", AccessWords.Facts(access, finding));
        if (text.Length + facts.Length == 0) { return; }
        Line($"{columns.Indent}  {_ink.Code(text)}{new string(' ', Math.Max(2, columns.Method - text.Length))}{_ink.Faint(facts)}".TrimEnd());
    }

    private void WriteStack(IReadOnlyList<StackEntry> entries, string indent, int column)
    {
        foreach (StackEntry entry in entries)
        {
            Line(entry.Folded > 0
                ? $"{indent}{_ink.Faint(AccessWords.Folded(entry.Folded))}"
                : $"{indent}{entry.Frame.Method.PadRight(column)}  {_sources.Place(entry.Frame.File, entry.Frame.Line)}".TrimEnd());
        }
    }

    private void WriteUnknownSide(Columns columns) =>
        Line($"  {_ink.Bad("write".PadRight(columns.Kind))}  by code that was not seen: native, of the framework, or in an assembly that is not rewritten");

    private void WriteSection(Section section, Finding finding)
    {
        Line($"  {_ink.Strong(section.Title)}");
        foreach (string line in section.Lines) { Line($"    {line}"); }
        IReadOnlyList<StackEntry> entries = Stacks.Fold(section.Stack, finding.Test);
        WriteStack(entries, "    ", entries.Select(e => e.Frame.Method?.Length ?? 0).DefaultIfEmpty().Max());
    }

    private void WriteValueChange(Finding finding)
    {
        if (finding.ValueChange is { } change)
        {
            Line(change.IsSame ? $"  value stayed {change.Old} while being watched" : $"  value changed {change.Old} -> {change.New} while being watched");
        }
    }

    private void WriteHarm(Finding finding)
    {
        if (HarmClassifier.Sentence(finding) is { Length: > 0 } sentence) { Line($"  {_ink.Mild(finding.Class)}: {sentence}"); }
    }

    private void WriteFacts(Finding finding)
    {
        if (finding.UsualLock is { } guard) { Line($"  usually guarded by {guard}"); }
        if (finding.Test is { } test) { Fact("test", test); }
        if (finding.Certainty.Length > 0 && !finding.SaysHowSure) { Fact("certainty", AccessWords.Certainty(finding)); }
        if (finding.Severity is "note" or "warning") { Fact("severity", finding.Severity); }
        if (finding.Count > 1) { Fact("caught", $"{Number(finding.Count)} times"); }
    }

    private void WriteSilence(Finding finding) => Fact("silence", Silencer.LineFor(finding));

    private void Fact(string name, string value) => Line($"  {_ink.Faint(name.PadRight(9))} {value}");

    private void Line(string text) => _out.Write(text + "\n");

    private static string Gaps(long gaps) => $"{Count(gaps, "blind spot")} (ncsan report --gaps)";

    private static string Count(long count, string noun) => $"{Number(count)} {noun}{(count == 1 ? "" : "s")}";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
