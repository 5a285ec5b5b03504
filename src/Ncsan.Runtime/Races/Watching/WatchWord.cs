namespace Ncsan.Runtime.Races.Watching;

/// <summary>What a watchpoint watches, packed into one word so that a checking thread reads it in one load.</summary>
/// <remarks>
/// <code>
///  63    62         61 ........ 48   47 ................ 0
///  write collection size in bytes    address
/// </code>
/// KCSAN keeps its states INVALID and CONSUMED in the same word (kernel/kcsan/encoding.h). Here they live in the
/// <see cref="Stamp"/> beside it, because a moving heap needs a word that is unique to each arming.
/// </remarks>
internal readonly record struct WatchWord(ulong Value)
{
    /// <summary>The largest access that can be encoded, two pages; what is larger is watched over its first bytes only.</summary>
    internal const int MaxSize = 2 * PageSize;

    internal const int PageSize = 4096;

    private const int AddressBits = 48, SizeBits = 14;
    private const ulong WriteBit = 1UL << 63, CollectionBit = 1UL << 62;
    private const ulong AddressMask = (1UL << AddressBits) - 1, SizeMask = (1UL << SizeBits) - 1;

    internal nuint Address => (nuint)(Value & AddressMask);

    internal int Size => (int)((Value >> AddressBits) & SizeMask);

    internal bool IsWrite => (Value & WriteBit) != 0;

    internal bool IsCollection => (Value & CollectionBit) != 0;

    internal static bool CanEncode(nuint address, int size) => ((ulong)address & ~AddressMask) == 0 && size is > 0 and <= MaxSize;

    internal static WatchWord Encode(nuint address, int size, AccessKind kind) => new(
        address | ((ulong)size << AddressBits)
        | ((kind & AccessKind.Write) != 0 ? WriteBit : 0)
        | ((kind & AccessKind.Collection) != 0 ? CollectionBit : 0));

    /// <summary>Whether an access conflicts with this watchpoint: it overlaps, one of the two writes, and both are of one sort,
    /// since a collection's location stands for the whole collection and not for the bytes there.</summary>
    internal bool Conflicts(nuint address, int size, AccessKind kind) =>
        (IsWrite || (kind & AccessKind.Write) != 0)
        && IsCollection == ((kind & AccessKind.Collection) != 0)
        && Overlap(Address, Size, address, size);

    /// <summary>Whether two ranges share a byte. Neither may be empty: (8, 8) and (12, 0) would overlap.</summary>
    internal static bool Overlap(nuint address1, int size1, nuint address2, int size2) =>
        address1 < address2 + (nuint)size2 && address2 < address1 + (nuint)size1;
}
