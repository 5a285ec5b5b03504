using System.Reflection;

namespace Ncsan.Rewriter.Tests;

/// <summary>What is marked for inlining is left out of every stack trace, so only what is inlined anyway is.</summary>
public class InliningTests
{
    private const string Source = """
        class C
        {
            int _n; List<int> _list = new();
            public int Get() => _n;
            public int GetLong() => _n * 3 + _n * 5 - (_n ^ 7);
            public void Throw(int by) { _n += by; if (by > 0) { throw new InvalidOperationException(); } }
            public void Fail() { _n = 1; throw null; }
            public void Call(int by) { _n += by; _list.Add(_n); _list.Add(by); }
            public Func<int> Lambda() => () => _n;
        }
        static class Program { static int s_n; static object Run() { s_n++; var c = new C(); c.Call(2); return c.Get() + c.GetLong() + c.Lambda()(); } }
        """;

    [Theory]
    [InlineData("Get", true)]
    [InlineData("GetLong", true)]
    [InlineData("Throw", false)]
    [InlineData("Fail", false)]
    [InlineData("Call", false)]
    [InlineData("<Lambda>b__", false)]
    public void What_throws_or_calls_or_is_a_lambda_is_not_marked(string method, bool isMarked)
    {
        using var subject = new Subject(Source);
        Assert.Equal(isMarked, IsMarked(Methods(subject).Single(m => m.Name == method || (method[0] == '<' && m.Name.StartsWith(method, StringComparison.Ordinal)))));
    }

    [Fact]
    public void Nothing_is_marked_in_a_debug_build()
    {
        using var subject = new Subject(Source, optimize: false);
        Assert.DoesNotContain(Methods(subject), IsMarked);
    }

    private static IEnumerable<MethodInfo> Methods(Subject subject) => subject.Assembly.GetType("C")!.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Where(static m => !m.Name.Contains('$'));

    private static bool IsMarked(MethodInfo method) => method.MethodImplementationFlags.HasFlag(MethodImplAttributes.AggressiveInlining);
}
