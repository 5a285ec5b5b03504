using Ncsan.Reporting.Json;

namespace Ncsan.Reporting.Tests;

public class FindingLinesTests
{
    [Fact]
    public void ALineSurvivesTheRoundTripWithFieldsOfTheFuture()
    {
        foreach (Finding sample in Samples.All)
        {
            if (sample.Accesses.Count == 0) { continue; }
            string line = FindingWriter.Line(sample).Replace("\"schema\":1", "\"schema\":1,\"flavour\":{\"x\":[1]}").Replace("\"marked\":false", "\"marked\":false,\"epoch\":7");
            var found = Assert.IsType<LogLine.Found>(FindingReader.Read(line));
            string again = FindingWriter.Line(found.Finding);
            Assert.Contains("\"flavour\":{\"x\":[1]}", again);
            Assert.Contains("\"epoch\":7", again);
            Assert.Equal(again, FindingWriter.Line(((LogLine.Found)FindingReader.Read(again)).Finding));
            Assert.Equal(sample.Accesses.Count, found.Finding.Accesses.Count);
            Assert.Equal(sample.ValueChange, found.Finding.ValueChange);
            Assert.Equal(sample.Accesses[0].Stack, found.Finding.Accesses[0].Stack);
        }
    }

    [Fact]
    public void SectionsSurviveTheRoundTrip()
    {
        var found = Assert.IsType<LogLine.Found>(FindingReader.Read(FindingWriter.Line(Samples.LockOrder)));
        Assert.Equal(Samples.LockOrder.Sections.Count, found.Finding.Sections.Count);
        Assert.Equal(FindingWriter.Line(Samples.LockOrder), FindingWriter.Line(found.Finding));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("{\"record\":\"finding\",\"rule\":\"NCS0001\",\"id\":\"a\"", "it is not whole JSON")]
    [InlineData("[1]", "it is not a JSON object")]
    [InlineData("{\"record\":\"finding\",\"id\":\"a\"}", "a finding has no rule")]
    [InlineData("{\"record\":\"finding\",\"rule\":\"NCS0001\"}", "a finding has no id")]
    [InlineData("{\"record\":\"finding\",\"rule\":7,\"id\":\"a\"}", "a field has another type than expected")]
    [InlineData("{\"record\":\"finding\",\"rule\":\"NCS0001\",\"id\":\"a\",\"accesses\":[3]}", "a field has another type than expected")]
    [InlineData("{\"record\":\"finding\",\"rule\":\"NCS0001\",\"id\":\"a\",\"accesses\":{}}", "a field has another type than expected")]
    [InlineData("{\"schema\":99,\"record\":\"finding\",\"rule\":\"NCS0001\",\"id\":\"a\"}", "it was written by a newer version")]
    [InlineData("{\"record\":\"repeat\"}", "a repeat has no id")]
    [InlineData("{\"record\":\"weather\"}", null)]
    public void ABadLineIsOneSentenceAndLosesNothingElse(string bad, string? sentence)
    {
        var builder = new ReportBuilder();
        builder.Add(bad, "f:1");
        Assert.NotNull(builder.Add(FindingWriter.Line(Samples.LostUpdate), "f:2"));
        Report report = builder.Build();
        Assert.Single(report.Findings);
        if (sentence is null) { Assert.Empty(report.Problems); }
        else { Assert.StartsWith($"NCS2101 f:1 is skipped: {sentence}", Assert.Single(report.Problems)); }
    }

    [Fact]
    public void ManyBadLinesAreCountedNotListed()
    {
        var builder = new ReportBuilder();
        for (int i = 0; i < 50; i++) { builder.Add("{", $"f:{i}"); }
        Assert.Equal(4, builder.Build().Problems.Count);
        Assert.Contains("50 lines", builder.Build().Problems[^1]);
    }

    [Fact]
    public void RepeatsAndProcessesAddUpInOneFinding()
    {
        var builder = new ReportBuilder();
        string line = FindingWriter.Line(Samples.LostUpdate);
        Assert.NotNull(builder.Add(line, "a:1"));
        builder.Add("""{"schema":1,"record":"repeat","id":"3f2a91c4","count":5}""", "a:2");
        Assert.Null(builder.Add(line, "b:1"));
        builder.Add("""{"schema":1,"record":"repeat","id":"3f2a91c4","count":2}""", "b:2");
        builder.Add("""{"schema":1,"record":"repeat","id":"unheard","count":2}""", "b:3");
        Assert.Equal(7, Assert.Single(builder.Build().Findings).Count);
    }

    [Fact]
    public void TheEndOfARunKnowsBetterWhichLockUsuallyGuardsTheMember()
    {
        var builder = new ReportBuilder();
        builder.Add(FindingWriter.Line(Samples.LostUpdate with { UsualLock = null }), "a:1");
        Assert.Null(Assert.Single(builder.Build().Findings).UsualLock);
        builder.Add("""{"schema":1,"record":"repeat","id":"3f2a91c4","count":1,"usualLock":"Account._gate in 96 % of 1,204"}""", "a:2");
        builder.Add("""{"schema":1,"record":"repeat","id":"3f2a91c4","count":1}""", "b:1");
        Assert.Equal("Account._gate in 96 % of 1,204", Assert.Single(builder.Build().Findings).UsualLock);
    }

    [Fact]
    public void AFileThatIsNotThereIsOneSentence()
    {
        var builder = new ReportBuilder();
        builder.AddFile("/nowhere/findings.jsonl");
        Assert.StartsWith("NCS2101 findings file '/nowhere/findings.jsonl' cannot be read", Assert.Single(builder.Build().Problems));
    }

    [Fact]
    public void TheJsonReportIsRenderedAgainFromItself()
    {
        Report report = Samples.Report(Samples.All);
        var lines = new StringWriter();
        JsonReport.Write(lines, report);
        var again = new ReportBuilder();
        foreach (string line in lines.ToString().Split('\n')) { again.Add(line, "again"); }
        Assert.Equal(TextReportTests.Text(report), TextReportTests.Text(again.Build()));
        Assert.Contains("\"class\":\"lost update\"", lines.ToString());
    }

    [Fact]
    public void SummariesOfProcessesAddUp()
    {
        var builder = new ReportBuilder();
        builder.Add("""{"record":"summary","statistics":{"watchpoints":3},"blindSpots":[{"id":"NCS1001","reason":"native","count":1,"examples":["a"]}]}""", "a");
        builder.Add("""{"record":"summary","statistics":{"watchpoints":4,"lost":1},"blindSpots":[{"id":"NCS1001","reason":"native","count":2,"examples":["b"]}]}""", "b");
        RunSummary run = builder.Build().Run;
        Assert.Equal(7, run.Statistics["watchpoints"]);
        Assert.Equal(3, Assert.Single(run.BlindSpots).Count);
        Assert.Equal(["a", "b"], run.BlindSpots[0].Examples);
    }
}
