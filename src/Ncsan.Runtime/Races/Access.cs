using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races;

/// <summary>An access on the slow path, without its location: that stays a managed reference beside it, or a pinned address.</summary>
internal readonly record struct Access(AccessKind Kind, int Site, int Size, ReferenceMap? References, SanitizedThread Thread)
{
    /// <summary>The how many-th execution of its site it is, or 0 where they are not all seen.</summary>
    internal int Visit { get; init; }

    internal bool Is(AccessKind bits) => (Kind & bits) != 0;
}
