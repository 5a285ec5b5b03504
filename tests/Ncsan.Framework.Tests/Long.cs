namespace Ncsan.Framework.Tests;

/// <summary>Whether the long suites are asked for.</summary>
internal static class Long
{
    internal static bool IsAsked => Environment.GetEnvironmentVariable("NCSAN_LONG") == "1";
}
