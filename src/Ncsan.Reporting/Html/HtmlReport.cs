using System.Globalization;
using System.Net;
using System.Text;
using Ncsan.Reporting.Harm;
using Ncsan.Reporting.Suppressions;
using Ncsan.Reporting.Text;

namespace Ncsan.Reporting.Html;

/// <summary>The report as one page that needs nothing else: styles and the filter are inside, and nothing is fetched.</summary>
public sealed class HtmlReport
{
    private const string Template = "Ncsan.Reporting.report.html", BodyMark = "<!--BODY-->";

    private static readonly string[] s_severities = ["error", "warning", "note"];

    private readonly StringBuilder _page = new();
    private readonly SourceFiles _sources;

    private HtmlReport(SourceFiles sources) => _sources = sources;

    /// <summary>Writes the page.</summary>
    public static void Write(TextWriter output, Report report, SourceFiles sources)
    {
        var html = new HtmlReport(sources);
        html.Body(report);
        using var template = new StreamReader(typeof(HtmlReport).Assembly.GetManifestResourceStream(Template)!);
        output.Write(template.ReadToEnd().Replace(BodyMark, html._page.ToString(), StringComparison.Ordinal));
    }

    private void Body(Report report)
    {
        Line($"<p class=\"summary\">{Text(TextReport.SummaryLine(report))}</p>");
        Filter(report);
        foreach (string problem in report.Problems) { Line($"<p>{Text(problem)}</p>"); }
        foreach (Finding finding in report.Findings) { Finding(finding); }
        UnusedSuppressions(report.UnusedSuppressions);
        Gaps(report.Run.BlindSpots);
    }

    private void Filter(Report report)
    {
        Line("<form><input type=\"search\" id=\"search\" placeholder=\"member, method, file, test, id\" aria-label=\"Filter\">");
        foreach (string severity in s_severities)
        {
            Line($"<label><input type=\"checkbox\" value=\"{severity}\" checked> {severity} ({report.Findings.Count(f => f.Severity == severity)})</label>");
        }

        Line("<span id=\"shown\" class=\"facts\"></span></form>");
    }

    private void Finding(Finding finding)
    {
        Line($"<details class=\"finding {Text(finding.Severity)}\" data-severity=\"{Text(finding.Severity)}\" id=\"f-{Text(finding.Id)}\" open>");
        Line($"<summary><span class=\"rule\">{Text(finding.Rule)}</span>{Text(finding.Title)} <span class=\"id\">#{Text(finding.Id)}</span></summary>");
        if (finding.Accesses.Count > 0)
        {
            Line("<div class=\"sides\">");
            foreach (Access access in finding.Accesses) { Side(access, finding); }
            if (finding.Kind == "unknown origin") { Line("<div class=\"side\"><span class=\"kind\">write</span> by code that was not seen: native, of the framework, or in an assembly that is not rewritten</div>"); }
            Line("</div>");
        }

        foreach (Section section in finding.Sections) { SectionBlock(section, finding); }
        Facts(finding);
        Line("</details>");
    }

    private void Side(Access access, Finding finding)
    {
        Frame top = access.Top;
        Line("<div class=\"side\">");
        Line($"<div><span class=\"kind\">{Text(access.Kind)}</span> <code>{Text(top.Method)}</code> <span class=\"place\">{Text(_sources.Place(top.File, top.Line) ?? "no symbols")}</span></div>");
        if (_sources.Line(top.File, top.Line) is { } source) { Line($"<pre>{Text(source)}</pre>"); }
        Line($"<div class=\"facts\">{Text(string.Join(", ", AccessWords.Facts(access, finding)))}</div>");
        if (access.Thread is { } thread) { Line($"<div class=\"thread\">{Text(AccessWords.Thread(thread, finding, _sources))}</div>"); }
        if (access.LocksHeld.Count > 0) { Line($"<div class=\"thread\">holding {Text(string.Join(", ", access.LocksHeld))}</div>"); }
        Stack(Stacks.Below(access.Stack, finding.Test));
        Line("</div>");
    }

    private void Stack(IReadOnlyList<StackEntry> entries)
    {
        if (entries.Count == 0) { return; }
        Line("<ol>");
        foreach (StackEntry entry in entries)
        {
            Line(entry.Folded > 0 ? $"<li class=\"gap\">{Text(AccessWords.Folded(entry.Folded))}</li>"
                : $"<li><code>{Text(entry.Frame.Method)}</code> <span class=\"place\">{Text(_sources.Place(entry.Frame.File, entry.Frame.Line) ?? "")}</span></li>");
        }

        Line("</ol>");
    }

    private void SectionBlock(Section section, Finding finding)
    {
        Line($"<div class=\"side\"><div class=\"kind\">{Text(section.Title)}</div>");
        foreach (string line in section.Lines) { Line($"<div class=\"line\">{Text(line)}</div>"); }
        Stack(Stacks.Fold(section.Stack, finding.Test));
        Line("</div>");
    }

    private void Facts(Finding finding)
    {
        Line("<dl>");
        if (finding.ValueChange is { } change) { Fact("value", $"{change.Old} -> {change.New} while being watched"); }
        if (HarmClassifier.Sentence(finding) is { Length: > 0 } sentence) { Fact(finding.Class, sentence); }
        if (finding.UsualLock is { } guard) { Fact("usually guarded by", guard); }
        if (finding.Test is { } test) { Fact("test", test); }
        if (finding.Certainty.Length > 0 && !finding.SaysHowSure) { Fact("certainty", AccessWords.Certainty(finding)); }
        Fact("caught", finding.Count == 1 ? "once" : $"{finding.Count.ToString("N0", CultureInfo.InvariantCulture)} times");
        Fact("silence", Silencer.LineFor(finding));
        Line("</dl>");
    }

    private void UnusedSuppressions(IReadOnlyList<Suppression> unused)
    {
        if (unused.Count == 0) { return; }
        Line("<h2>Suppressions that silenced nothing</h2><ul>");
        foreach (Suppression suppression in unused) { Line($"<li><code>{Text(suppression.ToString())}</code> {Text(suppression.Source)} {Text(suppression.Reason)}</li>"); }
        Line("</ul>");
    }

    private void Gaps(IReadOnlyList<BlindSpot> spots)
    {
        if (spots.Count == 0) { return; }
        Line("<h2>Blind spots</h2><table>");
        foreach (BlindSpot spot in spots.OrderByDescending(s => s.Count).ThenBy(s => s.Id, StringComparer.Ordinal))
        {
            Line($"<tr><td class=\"number\">{spot.Count.ToString("N0", CultureInfo.InvariantCulture)}</td><td>{Text(spot.Id)}</td><td>{Text(spot.Reason)}</td><td>{Text(string.Join(", ", spot.Examples))}</td></tr>");
        }

        Line("</table>");
    }

    private void Fact(string name, string value) => Line($"<dt>{Text(name)}</dt><dd>{Text(value)}</dd>");

    private void Line(string html) => _page.Append(html).Append('\n');

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
