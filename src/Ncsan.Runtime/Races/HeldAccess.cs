namespace Ncsan.Runtime.Races;

/// <summary>An access kept beyond its hook: by address, since a reference cannot be stored, so it is good only until the next collection.</summary>
/// <param name="Address">Where the location was.</param>
/// <param name="Size">Its size.</param>
/// <param name="Kind">What the access does.</param>
/// <param name="Site">Where it was made.</param>
/// <param name="Collections">The number of collections at that time.</param>
/// <param name="Window">The sampling window at that time: what the thread did with State down was not seen.</param>
internal readonly record struct HeldAccess(nuint Address, int Size, AccessKind Kind, int Site, int Collections, int Window)
{
    internal bool IsThere => Size != 0;

    /// <summary>Whether the address still means the same location, as far as can be told without a slot.</summary>
    internal bool IsGood => IsThere && Collections == GC.CollectionCount(0);
}
