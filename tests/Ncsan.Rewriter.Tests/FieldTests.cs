namespace Ncsan.Rewriter.Tests;

public class FieldTests
{
    [Fact]
    public void Instance_and_static_fields_are_checked()
    {
        using var subject = new Subject("""
            class Account { int _balance = 5; static long s_total; string? _owner; public object Run() { _balance += 2; s_total = _balance; _owner = "x"; long total = s_total; return total + _owner; } }
            static class Program { static object Run() => new Account().Run(); }
            """);
        var (value, calls) = subject.RunChecked();
        Assert.Equal("7x", value);
        Assert.Equal("7x", subject.RunClean());
        Assert.Equal(
        [
            "Read4 Account._balance (int)", "Write4 Account._balance (int)", "Read4 Account._balance (int)", "Write8 Account.s_total (long)",
            "WriteRef Account._owner (string)", "Read8 Account.s_total (long)", "ReadRef Account._owner (string)",
            "MethodExit Account._balance (int)", // names the first site of the method
        ], calls.SkipWhile(c => !c.StartsWith("Read", StringComparison.Ordinal)));
        Assert.Contains(subject.Sites, s => s is { Kind: Runtime.Sites.SiteKind.Write, Flags: Runtime.Sites.SiteFlags.ReadModifyWrite, Line: 2, Method: "Account.Run()" });
    }

    [Fact]
    public void Nothing_is_called_while_State_is_down()
    {
        using var subject = new Subject("""
            class Account { int _balance; public int Run() => ++_balance; }
            static class Program { static object Run() => new Account().Run(); }
            """);
        subject.RunClean();
        Assert.Equal(0, subject.Count);
    }
}
