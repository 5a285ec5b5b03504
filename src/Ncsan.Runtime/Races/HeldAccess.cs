namespace Ncsan.Runtime.Races;

/// <summary>An access kept beyond its hook: by address, since a reference cannot be stored, so it is good only until the next collection.</summary>
/// <param name="Address">Where the location was.</param>
/// <param name="Size">Its size.</param>
/// <param name="Kind">What the access does.</param>
/// <param name="Site">Where it was made.</param>
/// <param name="Collections">The number of collections at that time.</param>
internal readonly record struct HeldAccess(nuint Address, int Size, AccessKind Kind, int Site, int Collections);
