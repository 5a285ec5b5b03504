namespace Ncsan.Cli.Running;

// What the start needs to know without the framework builder.
internal static partial class InstrumentedFramework
{
    /// <summary>The environment variable that asks for it, as <c>--framework</c> does.</summary>
    public const string Variable = "NCSAN_FRAMEWORK";

    public static bool IsAskedByEnvironment => Environment.GetEnvironmentVariable(Variable) is { } value && value.ToLowerInvariant() is "1" or "true" or "yes" or "on";
}
