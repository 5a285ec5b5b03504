namespace Ncsan.Runtime.Threads;

/// <summary>The test that runs on this flow.</summary>
internal static class CurrentTest
{
    internal static void Enter(string name) { }

    internal static void Leave() { }
}
