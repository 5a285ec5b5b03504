using System.IO.Enumeration;

namespace Ncsan.Cli.Cache;

/// <summary>Which assemblies are to be rewritten. Patterns are of simple assembly names, with <c>*</c>.</summary>
internal sealed record RewriteChoice(IReadOnlyList<string> Include, IReadOnlyList<string> Exclude)
{
    public static readonly RewriteChoice Default = new([], []);

    /// <summary>The reason that the test platform is given: no blind spot, since nobody looks for races there, but counted.</summary>
    public const string TestPlatform = "part of the test platform";

    /// <summary>For the stamp.</summary>
    public string Text { get; } = $"include {string.Join(',', Include)} exclude {string.Join(',', Exclude)}";

    /// <summary>Why the assembly of this simple name stays as it is, or null when it is rewritten.</summary>
    public LeftAlone? WhyNot(string name)
    {
        // Our own assemblies are never checked by themselves (law 2).
        if (name is "Ncsan.Runtime" or "Ncsan.Annotations") { return new("", "Ncsan's own"); }
        if (name.EndsWith(".resources", StringComparison.OrdinalIgnoreCase)) { return new("", "resources without code"); }
        if (Matches(Include, name)) { return null; }
        if (Matches(Exclude, name)) { return new("NCS1021", "left out by --exclude"); }

        // It is never what the user looks for, and slows every test down.
        return Runtime.Findings.TestPlatform.Owns(name) ? new("", TestPlatform) : null;
    }

    private static bool Matches(IReadOnlyList<string> patterns, string name)
    {
        foreach (string pattern in patterns)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, name)) { return true; }
        }

        return false;
    }
}

/// <summary>Why a file stays as it is.</summary>
/// <param name="Id">An NCS1xxx id when that is a blind spot, else empty.</param>
/// <param name="Reason">In a few words.</param>
internal readonly record struct LeftAlone(string Id, string Reason);
