using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races;

/// <summary>An access on the slow path, without its location: that stays a managed reference beside it, or a pinned address.</summary>
internal readonly record struct Access(AccessKind Kind, int Site, int Size, ReferenceMap? References, SanitizedThread Thread)
{
    internal bool Is(AccessKind bits) => (Kind & bits) != 0;
}
