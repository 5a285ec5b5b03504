namespace Ncsan.Runtime.Collections;

/// <summary>What is known about the type of a receiver.</summary>
/// <param name="Role">What it is.</param>
/// <param name="Offset">For a view: where its data holds the reference to what is behind it.</param>
/// <param name="LeadsToInterface">For a view: it calls what is behind it through an interface, so that a type of the program there may bring a lock.</param>
/// <param name="MayGuardItself">The type is the program's own and overrides members, so a call that is dispatched to it may take a lock inside.</param>
/// <param name="HasSafeReaders">Readers may run while one thread writes (Hashtable).</param>
/// <param name="IsEnumerator">A view that enumerates.</param>
/// <param name="IsBuffering">A view that looks at all that is behind it for its first element, and at nothing for the others.</param>
internal sealed record CollectionFacts(CollectionRole Role, nint Offset = 0, bool LeadsToInterface = false, bool MayGuardItself = false, bool HasSafeReaders = false, bool IsEnumerator = false, bool IsBuffering = false)
{
    internal static readonly CollectionFacts None = new(CollectionRole.None);
}
