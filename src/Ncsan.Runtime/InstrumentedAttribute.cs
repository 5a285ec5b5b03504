namespace Ncsan.Runtime;

/// <summary>Marks the output of the rewriter, so that a second rewrite is refused.</summary>
/// <param name="abiVersion">The <see cref="Hooks.AbiVersion"/> it was made for.</param>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class InstrumentedAttribute(int abiVersion) : Attribute
{
    /// <summary>The <see cref="Hooks.AbiVersion"/> it was made for.</summary>
    public int AbiVersion => abiVersion;
}
