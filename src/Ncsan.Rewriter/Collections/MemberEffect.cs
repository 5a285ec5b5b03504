namespace Ncsan.Rewriter.Collections;

/// <summary>What a member does to its collection.</summary>
internal enum CollectionEffect
{
    /// <summary>Nothing that could conflict.</summary>
    None,

    /// <summary>It reads.</summary>
    Read,

    /// <summary>It writes.</summary>
    Write,
}

/// <summary>A line of the contract.</summary>
/// <param name="Effect">What the member does to its collection.</param>
/// <param name="Overloads">How many overloads it has.</param>
/// <param name="ReadsArguments">Arguments that are collections are read as well.</param>
internal readonly record struct MemberEffect(CollectionEffect Effect, int Overloads, bool ReadsArguments);
