using Ncsan.Reporting.Text;

namespace Ncsan.Reporting.Tests;

public class TextReportTests
{
    [Fact]
    public void AWholeReportReadsAsTheGoldenFile()
    {
        var builder = new ReportBuilder();
        foreach (Finding finding in Samples.All) { builder.Add(finding); }
        builder.Add("{\"record\":\"finding\",", "findings.jsonl:5");
        builder.Add("""{"schema":1,"record":"summary","blindSpots":[{"id":"NCS1001","reason":"native library","count":2,"examples":["libx.so"]}]}""", "findings.jsonl:6");
        Golden.Matches("report.txt", Text(builder.Build()));
    }

    [Fact]
    public void ColourAddsNothingButPaint()
    {
        Report report = Samples.Report(Samples.All);
        string painted = Text(report, color: true);
        Assert.Contains("\e[", painted);
        Assert.Equal(Text(report), System.Text.RegularExpressions.Regex.Replace(painted, "\e\\[[0-9;]*m", ""));
    }

    [Fact]
    public void BothSidesStandBelowEachOther()
    {
        string[] lines = Text(Samples.Report(Samples.LostUpdate)).Split('\n');
        string write = lines.Single(l => l.StartsWith("  write")), read = lines.Single(l => l.StartsWith("  read"));
        Assert.Equal(write.IndexOf("src/Account.cs", StringComparison.Ordinal), read.IndexOf("src/Account.cs", StringComparison.Ordinal));
        Assert.Equal(write.IndexOf("thread '", StringComparison.Ordinal), read.IndexOf("thread '", StringComparison.Ordinal));
    }

    [Fact]
    public void ACollectionIsNamedAfterTheSideThatKnowsWhereItCameFrom()
    {
        Finding moving = Samples.Collection with
        {
            Member = "List<int>.Enumerator.MoveNext",
            Title = "data race on List<int>.Enumerator.MoveNext",
            Accesses = [Samples.Collection.Accesses[0], Samples.Collection.Accesses[1] with { Member = null }],
        };
        string text = Text(Samples.Report(moving));
        Assert.StartsWith("NCS0001 data race on Bank._entries (List<int>.Add) ", text);
        Assert.Contains("_entries[^1];  List<int>.Enumerator.MoveNext\n", text);
        Assert.Contains("race:Bank._entries\n", text);
    }

    [Fact]
    public void AFieldIsNamedAfterTheSideThatKnowsIt()
    {
        Finding predicted = Samples.LostUpdate with
        {
            Member = "FieldInfo.SetValue",
            Title = "predicted data race on FieldInfo.SetValue",
            Accesses = [Samples.LostUpdate.Accesses[0] with { Member = "Account._balance (int)" }, Samples.LostUpdate.Accesses[1]],
        };
        string text = Text(Samples.Report(predicted));
        Assert.StartsWith("NCS0001 predicted data race on Account._balance (int) ", text);
        Assert.Contains("FieldInfo.SetValue, plain", text);
        Assert.Contains("race:Account._balance\n", text);
    }

    [Theory]
    [InlineData("Bank.BankTests.Withdraws", "BankTests.Withdraws(int, List<int>)", true)]
    [InlineData("BankTests.Withdraws", "BankTests.Withdraws()", true)]
    [InlineData("Bank.BankTests+Late.Withdraws", "BankTests.Late.Withdraws()", true)]
    [InlineData("Bank.BankTests.Withdraws", "BankTests.Withdraws() lambda", false)]
    [InlineData("Bank.BankTests.Withdraws", "BankTests.Withdraws().Local()", false)]
    [InlineData("Bank.MyBankTests.Withdraws", "BankTests.Withdraws()", false)]
    [InlineData("Bank.BankTests.Withdraws", "BankTests.WithdrawsTwice()", false)]
    public void AFrameOfATestIsKnownByItsName(string test, string frame, bool isOf) => Assert.Equal(isOf, new Frame(frame).IsOf(test));

    [Fact]
    public void NoOtherTestIsNamedInATest()
    {
        string text = Text(Samples.Report(Samples.InATest));
        Assert.DoesNotContain("Deposits", text);
        Assert.Contains("started by Bank.Run() src/Account.cs:20, called by BankTests.SetUp() src/Account.cs:21\n", text);
    }

    [Fact]
    public void ASourceFileThatIsGoneCostsOnlyTheSourceLine()
    {
        var elsewhere = new StringWriter();
        new TextReport(elsewhere, new SourceFiles("/nowhere")).WriteFinding(Samples.LostUpdate with { Accesses = [Samples.Side("read", new Frame("A.B()", "/gone/a.cs", 3), new ThreadOrigin(1, null, []))] });
        Assert.Contains("/gone/a.cs:3", elsewhere.ToString());
        Assert.Contains("plain, 4 bytes", elsewhere.ToString());
    }

    [Fact]
    public void SourceOfADeterministicBuildIsFoundBelowTheBaseFolder()
    {
        Assert.Equal("_balance -= amount;", Samples.Sources.Line("/_/src/Account.cs", 12));
        Assert.Equal("src/Account.cs:12", Samples.Sources.Place("/_/src/Account.cs", 12));
    }

    [Fact]
    public void AUsualLockThatWasLearntLateIsSaidAtTheEnd()
    {
        var output = new StringWriter();
        var text = new TextReport(output, Samples.Sources);
        text.WriteUsualLocks([Samples.LostUpdate, Samples.LostUpdate with { UsualLock = null }]);
        Assert.Equal($"#{Samples.LostUpdate.Id} {Samples.LostUpdate.Member} is usually guarded by Account._gate in 96 % of 1,204\n\n", output.ToString());
    }

    [Fact]
    public void NothingFoundIsSaidInOneLine() => Assert.Equal("ncsan: no findings\n", Text(Samples.Report()));

    [Fact]
    public void GapsAreListedByReasonWithCounts()
    {
        var run = new RunSummary
        {
            BlindSpots = [new BlindSpot("NCS1002", "method too large", 3, ["A.B()", "C.D()"]), new BlindSpot("NCS1001", "native library", 1204, ["a", "b", "c", "d", "e", "f"])],
            Statistics = new Dictionary<string, long> { ["watchpoints set"] = 12345, ["no capacity"] = 0 },
        };
        var text = new StringWriter();
        GapsReport.Write(text, run);
        Golden.Matches("gaps.txt", text.ToString());
    }

    internal static string Text(Report report, bool color = false)
    {
        var text = new StringWriter();
        new TextReport(text, Samples.Sources, color).Write(report);
        return text.ToString();
    }
}
