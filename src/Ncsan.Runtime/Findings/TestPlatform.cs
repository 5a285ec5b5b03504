namespace Ncsan.Runtime.Findings;

/// <summary>What runs tests rather than being tested: it is not rewritten, and its frames tell nothing of a defect.</summary>
public static class TestPlatform
{
    /// <summary>What the names of its assemblies begin with.</summary>
    private static readonly string[] s_assemblies =
    [
        "testhost", "Microsoft.TestPlatform.", "Microsoft.VisualStudio.TestPlatform.", "Microsoft.VisualStudio.CodeCoverage.", "Microsoft.Testing.", "xunit.", "nunit", "MSTest.", "TUnit",
    ];

    /// <summary>Whether an assembly of this name, be it the simple one or the file's, is part of one.</summary>
    public static bool Owns(string assembly) => Array.Exists(s_assemblies, start => assembly.StartsWith(start, StringComparison.OrdinalIgnoreCase));
}
