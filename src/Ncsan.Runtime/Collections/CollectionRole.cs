namespace Ncsan.Runtime.Collections;

/// <summary>What a type is to the detector.</summary>
internal enum CollectionRole : byte
{
    /// <summary>Nothing: safe, or not a collection that we know.</summary>
    None,

    /// <summary>A collection that is not thread-safe: the object itself stands for its state.</summary>
    Collection,

    /// <summary>Something that works on another object's state: an enumerator, a view of the keys, a wrapper.</summary>
    View,

    /// <summary>A <see cref="Lazy{T}"/>: as long as it has no value and was made without thread safety, a collection.</summary>
    Lazy,
}
