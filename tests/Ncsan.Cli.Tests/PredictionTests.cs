using System.Text.Json;

namespace Ncsan.Cli.Tests;

/// <summary><c>--predictions</c>: what nearly met is told when it is asked for, as what it is.</summary>
public sealed class PredictionTests
{
    [Fact]
    public void WhatNearlyMetIsToldAsPredictedAndDoesNotFailTheRun()
    {
        using var sandbox = Sandbox.WithProgram();
        string json = Path.Combine(sandbox.Folder, "r.json"), sarif = Path.Combine(sandbox.Folder, "r.sarif"), html = Path.Combine(sandbox.Folder, "r.html");
        var outcome = sandbox.Run("--rounds", "1", "--sampling", "always", "--predictions", "--json", json, "--sarif", sarif, "--html", html, "--", "apart");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("NCS0001 predicted data race on Account.Balance (int)", outcome.Error);
        Assert.Contains("certainty predicted: the two accesses were not seen to meet", outcome.Error);
        Assert.Matches(@"two threads came by, [12]\d\d\d ms apart", outcome.Error);
        Assert.Contains("ncsan: 1 finding (1 note)", outcome.Error);

        JsonElement finding = File.ReadLines(json).Select(static l => JsonDocument.Parse(l).RootElement).Single(static o => o.GetProperty("record").GetString() == "finding");
        Assert.Equal(("predicted", "note"), (finding.GetProperty("certainty").GetString(), finding.GetProperty("severity").GetString()));
        JsonElement result = JsonDocument.Parse(File.ReadAllText(sarif)).RootElement.GetProperty("runs")[0].GetProperty("results")[0];
        Assert.Equal(("note", "predicted"), (result.GetProperty("level").GetString(), result.GetProperty("properties").GetProperty("certainty").GetString()));
        Assert.Contains("predicted: the two accesses were not seen to meet", File.ReadAllText(html));
    }

    [Fact]
    public void NothingIsPredictedUnasked()
    {
        using var sandbox = Sandbox.WithProgram();
        var outcome = sandbox.Run("--rounds", "1", "--sampling", "always", "--", "apart");
        Assert.Contains("ncsan: no findings", outcome.Error);
        Assert.Equal(0, outcome.ExitCode);
    }

    [Fact]
    public void APredictionThatComesTrueIsAnObservationUnderItsId()
    {
        using var sandbox = Sandbox.WithProgram();
        var predicted = sandbox.Run("--rounds", "1", "--sampling", "always", "--predictions", "--", "apart");
        string id = System.Text.RegularExpressions.Regex.Match(predicted.Error, "#[0-9a-f]{8}").Value;
        var observed = sandbox.Run("--rounds", "3", "--sampling", "always", "--predictions", "--", "apart");
        Assert.Contains("NCS0001 data race on Account.Balance (int)", observed.Error);
        Assert.Contains(id, observed.Error);
        Assert.Contains("certainty observed", observed.Error);
        Assert.DoesNotContain("predicted", observed.Error);
        Assert.Equal(66, observed.ExitCode);
    }

    [Fact]
    public void APredictionFailsTheRunOfWhoeverAsksForThat()
    {
        using var sandbox = Sandbox.WithProgram();
        Assert.Equal(66, Apart("--severity", "predicted=error"));
        Assert.Equal(66, Apart("--fail-on", "note"));
        Assert.Equal(0, Apart("--severity", "NCS0001=error"));

        // Each in a store of its own: with what the first learnt the next one would observe.
        int Apart(params string[] options) => sandbox.Run(["--rounds", "1", "--sampling", "always", "--predictions", "--store", Path.Combine(sandbox.Folder, options[1]), .. options, "--", "apart"]).ExitCode;
    }

    [Fact]
    public void WhatAJoinOrdersIsNotPredicted()
    {
        using var sandbox = Sandbox.WithProgram();
        var outcome = sandbox.Run("--sampling", "always", "--predictions", "--", "joined");
        Assert.Contains("ncsan: no findings", outcome.Error);
        Assert.Equal(0, outcome.ExitCode);
    }
}
