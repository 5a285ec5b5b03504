namespace Xunit;

/// <summary>What the rewriter takes for the mark of a test: it goes by the name alone.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactAttribute : Attribute;
