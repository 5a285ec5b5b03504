using System.Text.Json;
using Ncsan.Reporting.Sarif;

namespace Ncsan.Reporting.Tests;

public class SarifReportTests
{
    [Fact]
    public void AWholeReportReadsAsTheGoldenFile() => Golden.Matches("report.sarif", Sarif(Samples.Report(Samples.All)).Replace(Samples.Sources.BaseUri, "file:///base/"));

    [Fact]
    public void EveryResultHasBothSidesAndItsFingerprint()
    {
        JsonElement run = Run(Samples.Report(Samples.All));
        Assert.Equal(Samples.All.Length, run.GetProperty("results").GetArrayLength());
        foreach (JsonElement result in run.GetProperty("results").EnumerateArray())
        {
            string id = result.GetProperty("partialFingerprints").GetProperty("ncsanFinding/v1").GetString()!;
            Finding finding = Samples.All.Single(f => f.Id == id);
            Assert.Equal(finding.Rule, result.GetProperty("ruleId").GetString());
            Assert.Equal(finding.Rule, run.GetProperty("tool").GetProperty("driver").GetProperty("rules")[result.GetProperty("ruleIndex").GetInt32()].GetProperty("id").GetString());
            Assert.Equal(finding.Accesses.Count, result.TryGetProperty("codeFlows", out JsonElement flows) ? flows[0].GetProperty("threadFlows").GetArrayLength() : 0);
            Assert.Single(result.GetProperty("locations").EnumerateArray());
        }
    }

    [Fact]
    public void AFileBelowTheBaseFolderIsRelativeAndAnotherIsAbsolute()
    {
        string text = Sarif(Samples.Report(Samples.LostUpdate with { Accesses = [Samples.Side("read", new Frame("A.B()", "/else where/a b.cs", 3), new ThreadOrigin(1, null, []))] }));
        Assert.Contains("\"file:///else%20where/a%20b.cs\"", text);
        Assert.Contains("\"uri\": \"src/Account.cs\"", Sarif(Samples.Report(Samples.LostUpdate)));
    }

    [Fact]
    public void WhatCouldNotBeReadIsTold()
    {
        var builder = new ReportBuilder();
        builder.Add("{", "f:1");
        Assert.Contains("NCS2101", Run(builder.Build()).GetProperty("invocations")[0].GetProperty("toolExecutionNotifications")[0].GetProperty("message").GetProperty("text").GetString());
    }

    private static JsonElement Run(Report report) => JsonDocument.Parse(Sarif(report)).RootElement.GetProperty("runs")[0];

    private static string Sarif(Report report)
    {
        var text = new StringWriter();
        SarifReport.Write(text, report, Samples.Sources);
        return text.ToString();
    }
}
