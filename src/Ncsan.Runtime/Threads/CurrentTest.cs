namespace Ncsan.Runtime.Threads;

/// <summary>The test that runs on this flow.</summary>
internal static class CurrentTest
{
    private static readonly AsyncLocal<string?> s_name = new();

    /// <summary>The test on whose behalf the current thread runs, or null.</summary>
    internal static string? Name => s_name.Value;

    internal static void Enter(string name) => s_name.Value = name;

    internal static void Leave() => s_name.Value = null;
}
