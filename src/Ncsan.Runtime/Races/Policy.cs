using Ncsan.Runtime.Settings;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races;

/// <summary>What is a race worth a report, and what an access counts as. Strict is closest to the memory model; the default leaves out what
/// KCSAN leaves out by default.</summary>
internal static class Policy
{
    /// <summary>A plain write of an aligned word is taken for a marked one. Off by default, unlike KCSAN's: in .NET a plain write is what
    /// the JIT may move.</summary>
    internal static bool IsMarked(SanitizedThread thread, nuint address, int size, AccessKind kind)
    {
        if ((kind & AccessKind.Marked) != 0) { return true; }
        if ((kind & AccessKind.Assert) != 0) { return false; }
        if (thread.AtomicNext > 0)
        {
            Scopes.NextAtomic(thread.AtomicNext - 1);
            return true;
        }

        if (thread.AtomicNesting > 0 || thread.IsInFlatAtomic) { return true; }
        return Configuration.AssumePlainWritesAtomic
            && (kind & (AccessKind.Write | AccessKind.Compound | AccessKind.Collection)) == AccessKind.Write
            && size <= nint.Size && address % (nuint)size == 0;
    }

    /// <summary>Whether two sides that met are reported.</summary>
    internal static bool Reports(AccessKind mine, AccessKind theirs, ValueChange change) =>
        ((mine | theirs) & AccessKind.Assert) != 0 ? change != ValueChange.SameWithinMask
        : Configuration.Strict || change is ValueChange.Changed or ValueChange.Incomparable;
}

/// <summary>What became of the value while it was watched.</summary>
internal enum ValueChange
{
    /// <summary>The same before and after.</summary>
    Same,

    /// <summary>Different.</summary>
    Changed,

    /// <summary>There is no value to compare: a collection, a struct of references, an access that memory reordered.</summary>
    Incomparable,

    /// <summary>Nothing within the bits that an assertion is about changed.</summary>
    SameWithinMask,
}
