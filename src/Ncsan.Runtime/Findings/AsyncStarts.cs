using System.Reflection;
using System.Runtime.CompilerServices;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Findings;

/// <summary>What stands on a stack between an async method's caller and its first step, and says the same as that step: its start in a builder, and the method that made the builder.</summary>
internal static class AsyncStarts
{
    /// <summary>The async method whose step a frame is, by name, or null.</summary>
    internal static string? Of(MethodBase method) => method.Name == "MoveNext" && typeof(IAsyncStateMachine).IsAssignableFrom(method.DeclaringType) ? WithoutParameters(method) : null;

    /// <summary>Whether a frame is part of the start of the method whose step is above it.</summary>
    /// <param name="method">What the frame runs.</param>
    /// <param name="started">The method; null again when its start is over.</param>
    internal static bool IsPartOf(MethodBase method, ref string? started)
    {
        // What the compiler puts around an async Main.
        if (method.Name == "<Main>" && method.IsStatic) { return true; }
        if (started is null) { return false; }
        if (method.Name == "Start" && method.DeclaringType is { Namespace: "System.Runtime.CompilerServices" } type && type.Name.Contains("MethodBuilder", StringComparison.Ordinal)) { return true; }
        bool isStub = WithoutParameters(method) == started;
        started = null;
        return isStub;
    }

    private static string WithoutParameters(MethodBase method) => SourceNames.Of(method) is var name && name.IndexOf('(', StringComparison.Ordinal) is var end and > 0 ? name[..end] : name;
}
