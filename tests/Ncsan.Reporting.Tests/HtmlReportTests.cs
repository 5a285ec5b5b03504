using System.Text.RegularExpressions;
using Ncsan.Reporting.Html;

namespace Ncsan.Reporting.Tests;

public class HtmlReportTests
{
    [Fact]
    public void AWholeReportReadsAsTheGoldenFile() => Golden.Matches("report.html", Html(Samples.Report(Samples.All)));

    [Fact]
    public void ThePageFetchesNothing()
    {
        string page = Html(Samples.Report(Samples.All));
        Assert.DoesNotMatch(new Regex("(src|href|url|@import)\\s*[=(]", RegexOptions.IgnoreCase), page);
        Assert.DoesNotContain("http", page);
    }

    [Fact]
    public void WhatAProgramNamesCannotBecomeMarkup()
    {
        string page = Html(Samples.Report(Samples.LostUpdate with { Member = "<script>alert(1)</script>", Test = "\"><img>", Id = "\" onclick=\"x" }));
        Assert.DoesNotContain("<script>alert", page);
        Assert.DoesNotContain("<img>", page);
        Assert.DoesNotContain("\" onclick=\"x", page);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page);
    }

    [Fact]
    public void EveryTagIsClosed()
    {
        string page = Html(Samples.Report(Samples.All));
        foreach (string tag in (string[])["div", "details", "summary", "ol", "li", "dl", "dt", "dd", "code", "pre", "span", "form", "label"])
        {
            Assert.Equal(Regex.Count(page, $"<{tag}[ >]"), Regex.Count(page, $"</{tag}>"));
        }
    }

    private static string Html(Report report)
    {
        var page = new StringWriter();
        HtmlReport.Write(page, report, Samples.Sources);
        return page.ToString();
    }
}
