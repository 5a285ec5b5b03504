namespace Ncsan.Reporting.Harm;

/// <summary>The names of what can go wrong. A finding carries one in <see cref="Finding.Class"/>, or none.</summary>
public static class HarmClass
{
    /// <summary>A read-modify-write took part, or both sides write: a write can vanish.</summary>
    public const string LostUpdate = "lost update";

    /// <summary>The value is read or written in more than one step.</summary>
    public const string TornValue = "torn value";

    /// <summary>Elements of an array or a span, none of which tears, are read or written one after another.</summary>
    public const string MixedElements = "mixed elements";

    /// <summary>A collection that is not thread-safe is changed while it is used.</summary>
    public const string BrokenCollection = "broken collection";

    /// <summary>An object becomes visible by a plain write of its reference.</summary>
    public const string UnsafePublication = "unsafe publication";

    /// <summary>A plain read that the JIT may hoist out of a loop.</summary>
    public const string StaleFlag = "stale flag";

    /// <summary>A read and a write that nothing orders, and none of the others.</summary>
    public const string StaleRead = "stale read";

    /// <summary>Null or default becomes one value, in the method that asks for it.</summary>
    public const string LazyInitialisation = "lazy initialisation";

    /// <summary>The write stored what was there.</summary>
    public const string SameValueWrite = "same-value write";

    /// <summary>An access took effect after what was to publish it: nothing orders the two.</summary>
    public const string MissingBarrier = "missing barrier";

    /// <summary>Every class, in the order of the documentation.</summary>
    public static readonly IReadOnlyList<string> All = [MissingBarrier, LostUpdate, TornValue, MixedElements, BrokenCollection, UnsafePublication, StaleFlag, StaleRead, LazyInitialisation, SameValueWrite];
}
