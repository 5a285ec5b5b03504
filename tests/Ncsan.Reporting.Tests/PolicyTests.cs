namespace Ncsan.Reporting.Tests;

public class PolicyTests
{
    [Fact]
    public void ARaceFailsTheRunAndAHarmlessOneDoesNot()
    {
        Assert.True(Samples.Report(Samples.LostUpdate).Fails);
        Assert.True(Samples.Report(Samples.UnknownOrigin).Fails);
        Assert.False(Samples.Report(Samples.LazyCache).Fails);
        Assert.False(Samples.Report(Samples.LostUpdate with { Certainty = "predicted" }).Fails);
        Assert.Equal("note", Samples.Report(Samples.LazyCache).Findings[0].Severity);
        Assert.Equal("warning", Samples.Report(Samples.UnknownOrigin).Findings[0].Severity);
    }

    [Theory]
    [InlineData("note", true, true, true)]
    [InlineData("warning", true, true, false)]
    [InlineData("error", true, false, false)]
    [InlineData("never", false, false, false)]
    public void FailOnSetsTheLeastSeverityThatFails(string failOn, bool error, bool warning, bool note)
    {
        Policy policy = Policy.Parse(failOn, []);
        Assert.Equal((error, warning, note), (Fails(Samples.LostUpdate, policy), Fails(Samples.UnknownOrigin, policy), Fails(Samples.LazyCache, policy)));
    }

    [Fact]
    public void ASeverityCanBeSetByClassRuleOrCertaintyAndTheClassWins()
    {
        Policy policy = Policy.Parse(null, ["lazy initialisation=error", "NCS0001=note", "predicted=warning"]);
        Assert.True(Fails(Samples.LazyCache, policy));
        Assert.False(Fails(Samples.LostUpdate, policy));
        Assert.True(Fails(Samples.UnknownOrigin with { Certainty = "predicted" }, policy));
    }

    [Fact]
    public void NoSettingForWhatHappenedMakesAPredictionFail()
    {
        Policy policy = Policy.Parse(null, ["lost update=error", "NCS0001=error"]);
        Assert.False(Fails(Samples.LostUpdate with { Certainty = "predicted" }, policy));
        Assert.True(Fails(Samples.LostUpdate with { Certainty = "predicted" }, Policy.Parse(null, ["predicted=error"])));
    }

    [Fact]
    public void AnObservationTakesThePlaceOfItsPredictionWhicheverComesFirst()
    {
        Finding predicted = Samples.LostUpdate with { Certainty = "predicted" };
        foreach (Finding[] order in new[] { new[] { predicted, Samples.LostUpdate }, [Samples.LostUpdate, predicted] })
        {
            Finding only = Assert.Single(Samples.Report(order).Findings);
            Assert.Equal(("observed", 1), (only.Certainty, only.Count));
        }
    }

    [Fact]
    public void APredictionThatALaterProcessTakesBackIsNotTold()
    {
        var builder = new ReportBuilder();
        builder.Add(Json.FindingWriter.Line(Samples.LostUpdate with { Certainty = "predicted" }), "findings.jsonl:1");
        builder.Add($$"""{"schema":1,"record":"retraction","id":"{{Samples.LostUpdate.Id}}"}""", "findings.jsonl:2");
        Assert.Empty(builder.Build().Findings);

        // What was observed stays so.
        builder.Add(Json.FindingWriter.Line(Samples.LostUpdate), "findings.jsonl:3");
        builder.Add($$"""{"schema":1,"record":"retraction","id":"{{Samples.LostUpdate.Id}}"}""", "findings.jsonl:4");
        Assert.Single(builder.Build().Findings);
    }

    [Theory]
    [InlineData("lazy initialisation")]
    [InlineData("lazy initialisation=dreadful")]
    public void ASettingThatIsNoneIsOneSentence(string setting) =>
        Assert.StartsWith("NCS2104 '", Assert.Throws<FormatException>(() => Policy.Parse(null, [setting])).Message);

    private static bool Fails(Finding finding, Policy policy)
    {
        var builder = new ReportBuilder(policy, new Suppressions.SuppressionSet());
        builder.Add(finding);
        return builder.Build().Fails;
    }
}
