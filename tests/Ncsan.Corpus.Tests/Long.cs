namespace Ncsan.Corpus.Tests;

/// <summary>Whether the long command runs: <c>NCSAN_LONG=1</c>.</summary>
internal static class Long
{
    internal static bool IsOn { get; } = Environment.GetEnvironmentVariable("NCSAN_LONG") == "1";
}
