namespace Ncsan.Contracts.Model;

/// <summary>How control leaves a function.</summary>
public enum CallKind : byte
{
    /// <summary>A call of a known function.</summary>
    Direct,

    /// <summary>A jump to a known function: a tail call, or a branch of hand-written code out of its function.</summary>
    Tail,

    /// <summary>A call through a slot, or through a pointer that nothing is known of.</summary>
    Indirect,

    /// <summary>A jump through a slot or an unknown pointer.</summary>
    IndirectTail,

    /// <summary>A call that the source does not show: a type initialiser, an allocation or cast helper, an exception-table or jump-label edge.</summary>
    Implicit,
}

/// <summary>One place in a function where control can leave it.</summary>
/// <param name="Offset">Where in the function, in bytes of its code.</param>
/// <param name="Kind">How.</param>
/// <param name="Target">The <see cref="Function.Id"/> that is called, or -1.</param>
/// <param name="Slot">The <see cref="Slot.Id"/> that is called through, or -1. With neither target nor slot the call is unresolved.</param>
/// <param name="How">For implicit calls what makes it ("type initialiser", "alternative"), for unresolved ones why; shared text, or null.</param>
public readonly record struct CallSite(int Offset, CallKind Kind, int Target, int Slot = -1, string? How = null)
{
    /// <summary>The <see cref="How"/> of a site that is there for a debug assertion: the hook call for a read, or the call, that only a debug build makes.</summary>
    public const string DebugAssertion = "debug assertion";

    /// <summary>Nothing is known of where this goes.</summary>
    public bool IsUnresolved => Target < 0 && Slot < 0;

    /// <summary>Control does not come back.</summary>
    public bool IsTail => Kind is CallKind.Tail or CallKind.IndirectTail;
}
