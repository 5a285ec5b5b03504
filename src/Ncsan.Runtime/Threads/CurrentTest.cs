namespace Ncsan.Runtime.Threads;

/// <summary>The test that runs on this flow.</summary>
internal static class CurrentTest
{
    private static readonly AsyncLocal<Test?> s_test = new();
    private static readonly Gate s_gate = new();
    private static readonly List<string> s_names = [];
    private static long s_entered;

    /// <summary>The test on whose behalf the current thread runs, or null. Asked at every fork, so programs without tests pay nothing for it.</summary>
    internal static Test? Value
    {
        get => Entered == 0 ? null : s_test.Value;
        set { if (Entered != 0) { s_test.Value = value; } }
    }

    /// <summary>Its name, or null.</summary>
    internal static string? Name => Value?.Name;

    /// <summary>Its number in this process, from 1; 0 for none.</summary>
    internal static int Number => Value?.Number ?? 0;

    /// <summary>The name of a test by its number.</summary>
    internal static string NameOf(int number) => s_names[number - 1];

    /// <summary>How many tests have begun. Whoever asked for some wants to know whether any did.</summary>
    internal static long Entered => Volatile.Read(ref s_entered);

    internal static void Enter(string name)
    {
        Interlocked.Increment(ref s_entered);
        Value = new Test(name, NumberOf(name));
    }

    internal static void Leave() => Value = null;

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

    /// <summary>A test, by its name and the number of it in this process.</summary>
    internal sealed record Test(string Name, int Number);
}
