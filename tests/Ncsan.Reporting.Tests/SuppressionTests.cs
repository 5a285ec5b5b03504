using Ncsan.Reporting.Suppressions;

namespace Ncsan.Reporting.Tests;

public class SuppressionTests
{
    [Theory]
    [InlineData("Account", "My.Account._balance", true)]
    [InlineData("Acc*bal", "My.Account._balance", true)]
    [InlineData("bal*Acc", "My.Account._balance", false)]
    [InlineData("^My.", "My.Account._balance", true)]
    [InlineData("^Account", "My.Account._balance", false)]
    [InlineData("balance$", "My.Account._balance", true)]
    [InlineData("Account$", "My.Account._balance", false)]
    [InlineData("^My*balance$", "My.Account._balance", true)]
    [InlineData("^My.Account._balance$", "My.Account._balance", true)]
    [InlineData("^My.Account$", "My.Account._balance", false)]
    [InlineData("ab*ba$", "aba", false)]
    [InlineData("*balance", "My.Account._balance", true)]
    [InlineData("List<int>.Add", "List<int>.Add", true)]
    [InlineData("a.b", "axb", false)]
    public void TemplatesAreThoseOfTSan(string template, string text, bool matches) => Assert.Equal(matches, Wildcard.Matches(template, text));

    [Theory]
    [InlineData("race:Account._balance", true)]
    [InlineData("race:Bank.Transfer", true)]
    [InlineData("race:Account.cs", true)]
    [InlineData("race:Savings", false)]
    [InlineData("race_top:Account.Withdraw", true)]
    [InlineData("race_top:get_Balance", true)]
    [InlineData("race_top:Bank.Transfer", false)]
    [InlineData("called_from:Bank.Transfer", true)]
    [InlineData("called_from:get_Balance", false)]
    [InlineData("deadlock:Account", false)]
    public void AKindLooksAtItsOwnTexts(string line, bool silenced)
    {
        var set = new SuppressionSet();
        set.Add(line, "s");
        Assert.Empty(set.Problems);
        Assert.Equal(silenced, set.Match(Samples.LostUpdate) is not null);
        Assert.Equal(silenced ? 0 : 1, set.Unused.Count());
    }

    [Fact]
    public void EachSidesNameOfTheMemberIsOne()
    {
        var set = new SuppressionSet();
        set.Add("race:FieldInfo.SetValue", "s");
        Assert.NotNull(set.Match(Samples.LostUpdate with { Accesses = [Samples.LostUpdate.Accesses[0] with { Member = "FieldInfo.SetValue" }] }));
    }

    [Fact]
    public void ASilencedFindingIsCountedAndNeverShown()
    {
        var set = new SuppressionSet();
        set.Add("# the ledger is only for show\nrace:Account._balance\n\nrace:Nobody # was mended in May\n", "quiet.txt");
        var builder = new ReportBuilder(Policy.Default, set);
        Assert.Null(builder.Add(Samples.LostUpdate));
        Assert.NotNull(builder.Add(Samples.Collection));
        Report report = builder.Build();
        Assert.Equal(1, report.Suppressed);
        Assert.Equal("0badcafe", Assert.Single(report.Findings).Id);
        Suppression unused = Assert.Single(report.UnusedSuppressions);
        Assert.Equal(("race:Nobody", "was mended in May", "quiet.txt:4"), (unused.ToString(), unused.Reason, unused.Source));
        Assert.Equal("the ledger is only for show", Assert.Single(set.Used).Suppression.Reason);
        Assert.Contains("NCS2103 quiet.txt:4: 'race:Nobody' silenced nothing (was mended in May); it can go.", TextReportTests.Text(report));
    }

    [Theory]
    [InlineData("rice:Account", "'rice' is not a kind of suppression")]
    [InlineData("Account", "'Account' is not a kind of suppression")]
    [InlineData("race:*", "'race:*' would silence everything")]
    [InlineData("race:", "'race:' would silence everything")]
    public void ALineThatIsNoSuppressionIsOneSentence(string line, string sentence)
    {
        var set = new SuppressionSet();
        set.Add("race:Account\n" + line, "quiet.txt");
        Assert.StartsWith($"NCS2102 quiet.txt:2: {sentence}", Assert.Single(set.Problems));
        Assert.NotNull(set.Match(Samples.LostUpdate));
    }

    [Fact]
    public void ThePrintedSilenceLineSilencesItsFinding()
    {
        foreach (Finding finding in (Finding[])[.. Samples.All, Samples.LostUpdate with { Member = "int[]" }, Samples.LostUpdate with { Member = "" }])
        {
            var set = new SuppressionSet();
            set.Add(Silencer.LineFor(finding), "s");
            Assert.Empty(set.Problems);
            Assert.NotNull(set.Match(finding));
        }
    }

    [Fact]
    public void TheSilenceLineOfAnArrayIsNotOneForEveryArray()
    {
        var set = new SuppressionSet();
        set.Add(Silencer.LineFor(Samples.LostUpdate with { Member = "int[]" }), "s");
        Assert.Null(set.Match(Samples.Collection with { Member = "int[]" }));
    }
}
