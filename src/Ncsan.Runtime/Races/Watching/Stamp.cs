namespace Ncsan.Runtime.Races.Watching;

/// <summary>The state of a slot and the arming it belongs to. Zeroed memory is a free slot.</summary>
/// <remarks>
/// <code>
///  63 ......... 2   1 0
///  epoch            state
/// </code>
/// invariant: an epoch is given to one arming only, so a compare-exchange from an armed stamp to its consumed form succeeds only if the
/// slot has been armed by that one thread, for that one pinned location, ever since the stamp was loaded.
/// </remarks>
internal readonly record struct Stamp(ulong Value)
{
    private const ulong StateMask = 3, ArmedState = 0, ReservedState = 1, ConsumedState = 2;

    internal static Stamp Free => default;

    /// <summary>The slot is taken and its word is being written.</summary>
    internal static Stamp Reserved => new(ReservedState);

    internal bool IsFree => Value == 0;

    internal bool IsArmed => Value != 0 && (Value & StateMask) == ArmedState;

    internal bool IsConsumed => (Value & StateMask) == ConsumedState;

    internal Stamp Consumed => new((Value & ~StateMask) | ConsumedState);

    internal static Stamp Armed(ulong epoch) => new(epoch << 2);
}
