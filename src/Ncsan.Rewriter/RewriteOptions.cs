namespace Ncsan.Rewriter;

/// <summary>How an assembly is to be rewritten.</summary>
public sealed record RewriteOptions
{
    /// <summary>
    /// Folders in which referenced assemblies are looked for, after the folder of the input. Give the application's own folder and those of the
    /// shared frameworks it runs on; without any the framework of this process is used. What is not found is treated with care, never an error.
    /// </summary>
    public IReadOnlyList<string> ReferenceFolders { get; init; } = [];

    /// <summary>Set for an assembly of the shared framework.</summary>
    public Framework.FrameworkOptions? Framework { get; init; }

    /// <summary>Every access calls its hook without a test of State, and nothing is copied: the yardstick that our tests count against.</summary>
    internal bool Untested { get; init; }
}
