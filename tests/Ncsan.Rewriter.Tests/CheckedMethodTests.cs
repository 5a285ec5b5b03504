using System.Diagnostics;
using System.Reflection;
using Ncsan.Runtime.Findings;

namespace Ncsan.Rewriter.Tests;

/// <summary>The checked copy as a method of its own: what is handed over to it, and what a stack shows.</summary>
public class CheckedMethodTests
{
    [Fact]
    public void A_stack_shows_the_methods_as_they_were_written()
    {
        const string Source = """
            class C<T>
            {
                int _n; int[] _a = new int[4];
                public object M(int x) => null;
                [MethodImpl(MethodImplOptions.NoInlining)] public object M(int x, T y)
                {
                    int sum = x; for (int i = 0; i < 3; i++) { sum += _a[i]; }
                    _n += sum; return
                        Deep(y, sum);
                }
                [MethodImpl(MethodImplOptions.NoInlining)] object Deep<U>(U value, int by) { _n += by;
                    object stack = Program.Here(); _n -= by; return stack; }
            }
            static class Program
            {
                static int s_n;
                [MethodImpl(MethodImplOptions.NoInlining)] public static object Here() => new System.Diagnostics.StackTrace(true);
                static object Run() { s_n++; object stack = new C<string>().M(1, "a"); s_n++; return stack; }
            }
            """;
        using var subject = new Subject(Source);
        Assert.Contains(subject.Assembly.GetType("C`1")!.GetMethods(BindingFlags.NonPublic | BindingFlags.Instance), m => m.Name == "M$checked2");
        Assert.DoesNotContain(subject.Assembly.GetType("C`1")!.GetMethods(), m => m.Name.Contains('$'));
        var (stack, _) = subject.RunChecked();
        Assert.Contains("$checked", stack!.ToString());
        string[] written = ["Program.Here()", "C<T>.Deep(U, int)", "C<T>.M(int, T)", "Program.Run()"];
        Assert.Equal(written, Written((StackTrace)stack).Select(f => f.Method));
        Assert.Equal([13, 9], Written((StackTrace)stack).Skip(1).Take(2).Select(f => f.Line));
        Assert.Equal(written, Written((StackTrace)subject.RunClean()!).Select(f => f.Method));
    }

    private static IEnumerable<Frame> Written(StackTrace stack) => StackFrames.Resolve(stack, 0, null).TakeWhile(f => f.File is not null);

    [Fact]
    public void What_is_debugged_is_left_in_one_piece()
    {
        using var subject = new Subject("static class Program { static int s_n; static object Run() { for (int i = 0; i < 3; i++) { s_n += i; } return s_n; } }", optimize: false);
        Assert.DoesNotContain(subject.Assembly.GetType("Program")!.GetMethods(BindingFlags.NonPublic | BindingFlags.Static), m => m.Name.Contains('$'));
    }

    [Theory]
    [InlineData("(int, string) t = (s_n, \"a\"); Span<int> span = new int[3]; ref int r = ref span[1]; DateTime d = new DateTime(5); decimal m = 1.5m; int? q = null; double f = 2.5; long l = 1L << 40;", "r += s_n; span[2]++; q = (q ?? 0) + 1;", "t.Item1 + t.Item2 + span[1] + span[2] + d.Ticks + m + q + f + l")]
    [InlineData("int x = 4; Out(out int y); var list = new List<int> { 3 };", "Out(out x); y += x; list.Add(y);", "x + y + list.Count")]
    [InlineData("string text = \"\";", "try { if (i % 3 == 1) { throw new InvalidOperationException(); } text += s_n; } catch (InvalidOperationException) { text += 'x'; } finally { s_n++; }", "text")]
    [InlineData("object o = null;", "o = (s_n & 1) == 0 ? (object)s_array[s_n & 3] : Id(s_n > 5 ? s_n : -s_array[1]);", "o")]
    public void What_is_live_is_handed_over(string before, string within, string result)
    {
        using var subject = new Subject($$"""
            static class Program
            {
                static int s_n; static int[] s_array = { 5, 6, 7, 8 };
                static void Out(out int value) { value = s_n + 2; }
                static object Id(object value) { s_n++; return value; }
                static object Run() { s_n = 0; return Work("w", 3).ToString(); }
                static string Work(string name, int times) { {{before}} for (int i = 0; i < times * 400; i++) { s_n = (s_n * 7 + i) % 101; {{within}} } return name + times + ({{result}}); }
            }
            """);
        object? expected = subject.RunOriginal();
        Assert.Equal(expected, subject.RunClean());
        Assert.Equal(expected, subject.RunChecked().Value);
        for (int i = 0; i < 20; i++) { Assert.Equal(expected, subject.RunToggling()); }
    }
}
