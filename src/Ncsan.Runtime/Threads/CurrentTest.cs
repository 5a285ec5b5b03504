namespace Ncsan.Runtime.Threads;

/// <summary>The test that runs on this flow.</summary>
internal static class CurrentTest
{
    private static readonly AsyncLocal<Test?> s_test = new();
    private static readonly Gate s_gate = new();
    private static readonly List<string> s_names = [];
    private static long s_entered;

    /// <summary>The test on whose behalf the current thread runs, or null.</summary>
    internal static string? Name => s_test.Value?.Name;

    /// <summary>The same as a number of this process, from 1; 0 for none. Asked at every fork, so programs without tests pay nothing for it.</summary>
    internal static int Number => Entered == 0 ? 0 : s_test.Value?.Number ?? 0;

    /// <summary>The name of a test by its number.</summary>
    internal static string NameOf(int number) => s_names[number - 1];

    /// <summary>How many tests have begun. Whoever asked for some wants to know whether any did.</summary>
    internal static long Entered => Volatile.Read(ref s_entered);

    internal static void Enter(string name)
    {
        Interlocked.Increment(ref s_entered);
        s_test.Value = new Test(name, NumberOf(name));
    }

    internal static void Leave() => s_test.Value = null;

    private static int NumberOf(string name)
    {
        s_gate.Enter();
        try
        {
            int at = s_names.LastIndexOf(name);
            if (at >= 0) { return at + 1; }
            s_names.Add(name);
            return s_names.Count;
        }
        finally { s_gate.Leave(); }
    }

    private sealed record Test(string Name, int Number);
}
