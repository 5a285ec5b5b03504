using Ncsan.Runtime;

namespace Ncsan.Rewriter.Tests;

/// <summary>What the weak-memory model is told: every barrier that it must know, and where methods end.</summary>
public class OrderingTests
{
    private const string Shared = """
        static class S
        {
            public static int X, Y; public static readonly object Gate = new();
            [MethodImpl(MethodImplOptions.NoInlining)] public static void Write() => X = 1;
            [MethodImpl(MethodImplOptions.NoInlining)] public static void Locks() => Monitor.Exit(Gate);
            [MethodImpl(MethodImplOptions.NoInlining)] public static void Deep() => Locks();
            [MethodImpl(MethodImplOptions.NoInlining)] public static int Pure(int i) => Math.Abs(i) + 1;
            [NoInstrument, MethodImpl(MethodImplOptions.NoInlining)] public static void Fence() => Thread.MemoryBarrier();
            [NoInstrument, MethodImpl(MethodImplOptions.NoInlining)] public static int Acquire() => Volatile.Read(ref Y);
        }

        """;

    private static string[] Calls(string body)
    {
        using var subject = new Subject(Shared + "static class Program { static object Run() { " + body + " return null; } static void Loop() { try { for (int i = 0; i < 2; i++) { S.X++; } } finally { S.Y = 0; } } static int Tail(int x) { S.X = x; return S.Pure(x); } }");
        return [.. subject.RunChecked().Calls.SkipWhile(static c => !c.StartsWith("Write", StringComparison.Ordinal))];
    }

    [Theory]
    [InlineData("Monitor.Enter(S.Gate); S.X = 1; S.Locks(); S.Y = 2;", true)]
    [InlineData("Monitor.Enter(S.Gate); S.X = 1; S.Deep(); S.Y = 2;", true)]
    [InlineData("S.X = 1; S.Fence(); S.Y = 2;", true)]
    [InlineData("Action a = S.Write; S.X = 1; a(); S.Y = 2;", true)]
    [InlineData("S.X = 1; Thread.Yield(); S.Y = 2;", true)]
    [InlineData("S.X = 1; S.Pure(3); S.Y = 2;", false)]
    [InlineData("S.X = 1; S.Acquire(); S.Y = 2;", false)]
    [InlineData("S.X = 1; S.Write(); S.Y = 2;", false)]
    [InlineData("S.X = 1; Math.Max(S.Y, 2); S.Y = 2;", false)]
    public void A_call_is_a_barrier_unless_all_it_leads_to_is_known_to_be_none(string body, bool orders)
    {
        string[] calls = Calls(body);
        int from = Array.FindIndex(calls, static c => c == "Write4 S.X (int)"), to = Array.FindLastIndex(calls, static c => c == "Write4 S.Y (int)");
        Assert.True(from >= 0 && to > from, string.Join("; ", calls));
        Assert.Equal(orders, calls[from..to].Contains(nameof(Hooks.Barrier)));
    }

    [Theory]
    [InlineData("S.Write();", "MethodExit S.X (int)")]
    [InlineData("Loop();", "MethodExit S.X (int)")]
    [InlineData("Tail(3);", "MethodExit S.X (int)")]
    [InlineData("if (S.Y == 0) { S.X = 1; } for (int i = 0; i < 3; i++) { S.Pure(i); }", "MethodExit S.Y (int)")]
    public void The_last_thing_a_checked_copy_says_is_that_its_method_is_left(string body, string exit) => Assert.Contains(exit, Calls(body));

    [Fact]
    public void A_barrier_in_clean_code_that_a_checked_copy_leads_to_is_said_on_the_way()
    {
        string[] calls = Calls("Monitor.Enter(S.Gate); if (S.Y == 0) { S.X = 1; } Thread.Yield(); Monitor.Exit(S.Gate);");
        Assert.Contains(nameof(Hooks.Barrier), calls.SkipWhile(static c => c != "Write4 S.X (int)"));
    }
}
