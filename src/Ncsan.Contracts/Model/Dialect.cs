namespace Ncsan.Contracts.Model;

/// <summary>What the world of the input calls the three ways out of a violation.</summary>
/// <param name="Mark">How code is marked as protected.</param>
/// <param name="ForceInline">How a body is forced into its callers.</param>
/// <param name="Region">How a region is opened and closed.</param>
public sealed record Dialect(string Mark, string ForceInline, string Region)
{
    /// <summary>C# and other .NET languages.</summary>
    public static Dialect Managed { get; } = new("[NoInstrument]", "[MethodImpl(MethodImplOptions.AggressiveInlining)]", "Instrumentation.Begin() and Instrumentation.End()");

    /// <summary>The Linux kernel's C.</summary>
    public static Dialect Kernel { get; } = new("noinstr", "__always_inline", "instrumentation_begin() and instrumentation_end()");
}
