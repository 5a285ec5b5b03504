namespace Ncsan.Runtime.Races;

/// <summary>What an access does. No bit set is a plain read. The first five bits are KCSAN's (kernel/kcsan, access types).</summary>
[Flags]
public enum AccessKind
{
    /// <summary>A plain read.</summary>
    Read = 0,

    /// <summary>The access writes.</summary>
    Write = 1 << 0,

    /// <summary>The access reads and writes in one step. Comes with <see cref="Write"/>.</summary>
    Compound = 1 << 1,

    /// <summary>A marked access: volatile, <see cref="System.Threading.Volatile"/> or <see cref="System.Threading.Interlocked"/>.</summary>
    Marked = 1 << 2,

    /// <summary>An assertion of exclusive access; only ever made by the annotations.</summary>
    Assert = 1 << 3,

    /// <summary>An assertion that lasts for a scope.</summary>
    Scoped = 1 << 4,

    /// <summary>The location holds an object reference and is compared by identity.</summary>
    Reference = 1 << 5,

    /// <summary>A call to a member of a collection; the location stands for the whole collection.</summary>
    Collection = 1 << 6,

    /// <summary>Weak memory: the access was held back and is checked later than where it stands.</summary>
    Reordered = 1 << 7,
}
