namespace Ncsan.Runtime.Settings;

/// <summary>One row of the options table.</summary>
/// <param name="Name">The name as on the command line, without dashes: <c>delay-task</c>. The environment variable is <c>NCSAN_</c> and the
/// name in capitals with underscores: <c>NCSAN_DELAY_TASK</c>. The MSBuild property is <c>NcsanDelayTask</c>.</param>
/// <param name="Type">The type of the value: <c>bool</c>, <c>int</c>, <c>double</c> or <c>string</c>.</param>
/// <param name="Default">The default, as text.</param>
/// <param name="Description">One sentence, with the unit.</param>
public sealed record Option(string Name, Type Type, string Default, string Description)
{
    /// <summary>The environment variable that sets this option.</summary>
    public string EnvironmentVariable => "NCSAN_" + Name.Replace('-', '_').ToUpperInvariant();
}
