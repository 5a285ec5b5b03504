namespace Ncsan.Rewriter;

/// <summary>What became of an input.</summary>
public enum RewriteStatus
{
    /// <summary>The output is the instrumented assembly.</summary>
    Instrumented,

    /// <summary>The output is a copy of the input, for the reason that the result gives.</summary>
    Copied,

    /// <summary>The input was made by the rewriter; nothing was written.</summary>
    AlreadyInstrumented,

    /// <summary>The input cannot be read or the output cannot be written; nothing was written.</summary>
    Failed,
}

/// <summary>A method that stays clean, and why.</summary>
/// <param name="Method">The method as its author wrote it.</param>
/// <param name="Id">The NCS1xxx id of the blind spot.</param>
/// <param name="Reason">One sentence.</param>
public readonly record struct CleanMethod(string Method, string Id, string Reason);

/// <summary>What became of one assembly.</summary>
public sealed record RewriteResult
{
    /// <summary>What became of it.</summary>
    public required RewriteStatus Status { get; init; }

    /// <summary>The NCS id of why it is not instrumented, or null.</summary>
    public string? Id { get; init; }

    /// <summary>Why it is not instrumented: one sentence, or null.</summary>
    public string? Reason { get; init; }

    /// <summary>How many sites call a hook.</summary>
    public int Sites { get; init; }

    /// <summary>How many methods call a hook.</summary>
    public int Methods { get; init; }

    /// <summary>How many accesses are left alone, by reason.</summary>
    public IReadOnlyDictionary<SkipReason, int> Skipped { get; init; } = new Dictionary<SkipReason, int>();

    /// <summary>The methods that stay clean though they have accesses.</summary>
    public IReadOnlyList<CleanMethod> CleanMethods { get; init; } = [];
}
