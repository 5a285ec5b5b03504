namespace Ncsan.Reporting.Tests;

/// <summary>Findings as the runtime writes them, and the source that they point into.</summary>
internal static class Samples
{
    /// <summary>The folder whose src/Account.cs the findings name.</summary>
    internal static string Folder => Path.Combine(Golden.SourceFolder(), "Goldens");

    internal static SourceFiles Sources => new(Folder);

    internal static Frame InAccount(string method, int line) => new(method, Path.Combine(Folder, "src/Account.cs"), line);

    internal static Finding LostUpdate => new()
    {
        Rule = "NCS0001",
        Kind = "data race",
        Id = "3f2a91c4",
        Member = "Account._balance (int)",
        Certainty = "observed",
        Test = "BankTests.Withdraws",
        ValueChange = new ValueChange("100", "60"),
        UsualLock = "Account._gate in 96 % of 1,204",
        Accesses =
        [
            Side("write", InAccount("Account.Withdraw(int)", 12), new ThreadOrigin(7, "worker-2", [InAccount("Bank.Run()", 20), InAccount("Program.Main(string[])", 24), new Frame("System.Runtime.CompilerServices.AsyncMethodBuilderCore.Start(ref TStateMachine)")])) with
            {
                ReadModifyWrite = true,
                Stack =
                [
                    new Frame("Ncsan.Runtime.Hooks.Write4(ref byte, int)"),
                    InAccount("Account.Withdraw(int)", 12), InAccount("Bank.Transfer(Account, int)", 21),
                    new Frame("[2 runtime frames]", null, 0, 2),
                ],
                LocksHeld = ["Bank._ledger"],
            },
            Side("read", InAccount("Account.get_Balance()", 9), new ThreadOrigin(1, "main", [])),
        ],
    };

    internal static Finding Collection => new()
    {
        Rule = "NCS0001",
        Kind = "data race",
        Id = "0badcafe",
        Member = "Bank._entries (List<int>.Add)",
        Certainty = "observed",
        Count = 3,
        Accesses =
        [
            Side("write", InAccount("Bank.Log(int)", 28), new ThreadOrigin(5, null, [])) with { Collection = true, Size = 1, Member = "Bank._entries (List<int>.Add)" },
            Side("read", InAccount("Bank.Last()", 31), new ThreadOrigin(6, null, [])) with { Collection = true, Size = 1, Member = "Bank._entries (List<int>[])" },
        ],
    };

    internal static Finding UnknownOrigin => new()
    {
        Rule = "NCS0002",
        Kind = "unknown origin",
        Id = "77777777",
        Member = "Native.s_flag (int)",
        Certainty = "observed",
        ValueChange = new ValueChange("0", "1"),
        Accesses = [Side("read", new Frame("Native.Poll()"), new ThreadOrigin(1, "main", [])) with { InLoop = true }],
    };

    internal static Finding LazyCache => new()
    {
        Rule = "NCS0001",
        Kind = "data race",
        Id = "1a2b3c4d",
        Member = "Account.s_default (Account)",
        Certainty = "observed",
        ValueChange = new ValueChange("null", "Account"),
        Accesses =
        [
            Side("write", InAccount("Account.get_Default()", 6), new ThreadOrigin(4, null, [])) with { Reference = true, TestedFirst = true, Size = 8 },
            Side("read", InAccount("Account.get_Default()", 6), new ThreadOrigin(1, "main", [])) with { Reference = true, Size = 8 },
        ],
    };

    /// <summary>A finding in a test that the platform began where another test ended: one side is the test's own thread.</summary>
    internal static Finding InATest => LostUpdate with
    {
        Id = "0e57ab1e",
        Test = "Bank.Tests.BankTests.Withdraws",
        Accesses =
        [
            Side("write", InAccount("Account.Withdraw(int)", 12), new ThreadOrigin(1, "main", [])) with
            {
                Stack =
                [
                    InAccount("Account.Withdraw(int)", 12), InAccount("BankTests.Withdraws() lambda", 20), new Frame("Assert.All(IEnumerable<T>, Action<T>)", "/_/src/Assert.cs", 7, IsOfTestPlatform: true),
                    InAccount("BankTests.Withdraws()", 21), .. Platform, InAccount("BankTests.Deposits()", 24), .. Platform,
                ],
            },
            Side("write", InAccount("Account.Withdraw(int)", 12), new ThreadOrigin(7, "worker", [InAccount("Bank.Run()", 20), InAccount("BankTests.SetUp()", 21), .. Platform, InAccount("BankTests.Deposits()", 24)])) with
            {
                Stack = [InAccount("Account.Withdraw(int)", 12), InAccount("BankTests.SetUp() lambda", 21), .. Platform, InAccount("BankTests.Deposits()", 24)],
            },
        ],
    };

    private static Frame[] Platform => [new("<Module>.InvokeStub_BankTests.Withdraws(object, Span<object>)"), new("System.Reflection.RuntimeMethodInfo.Invoke()"), new("TestRunner.InvokeTestMethod(object)", "/_/src/TestRunner.cs", 9, IsOfTestPlatform: true)];

    /// <summary>A finding that is not about two accesses: it tells itself in sections.</summary>
    internal static Finding LockOrder => new()
    {
        Rule = "NCS0101",
        Kind = "possible deadlock",
        Id = "6e564d33",
        Title = "possible deadlock: Bank._vault -> Bank._ledger -> Bank._vault",
        Member = "Bank._vault -> Bank._ledger -> Bank._vault",
        Severity = "error",
        Certainty = "confirmed by instances",
        Sections =
        [
            new Section("1 of 2: Bank._vault was held while Bank._ledger was wanted", ["first by thread 7 'second'"], [InAccount("Bank.Log(int)", 28), new Frame("System.Threading.Thread.StartCallback()")]),
            new Section("2 of 2: Bank._ledger was held while Bank._vault was wanted", [], [InAccount("Bank.Last()", 31)]),
            new Section("How it hangs", ["thread A          | thread B", "takes Bank._vault |"], []),
        ],
    };

    internal static Finding[] All => [LostUpdate, InATest, Collection, UnknownOrigin, LazyCache, LockOrder];

    /// <summary>The report over <see cref="All"/>, as <c>ncsan report</c> would build it from the lines.</summary>
    internal static Report Report(params Finding[] findings)
    {
        var builder = new ReportBuilder();
        foreach (Finding finding in findings) { builder.Add(finding); }
        return builder.Build();
    }

    internal static Access Side(string kind, Frame at, ThreadOrigin thread) =>
        new() { Kind = kind, Size = 4, Method = at.Method, File = at.File, Line = at.Line, Stack = [at], Thread = thread };
}
