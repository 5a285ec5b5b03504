using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ncsan.Runtime.Races;

/// <summary>The value of a pinned location, taken before a delay to be compared after it.</summary>
/// <remarks>
/// References are compared by identity, since a compacting collection rewrites their bits without any write by the program. Structs that
/// hold references are compared by their other words. What is larger than a word is compared whole, so that torn Guids show.
/// </remarks>
internal unsafe readonly ref struct ValueSnapshot
{
    private readonly ulong _bits;
    private readonly object? _reference;
    private readonly Span<byte> _bytes;
    private readonly ReferenceMap? _references;
    private readonly AccessKind _kind;
    private readonly int _size;

    private ValueSnapshot(byte* address, int size, AccessKind kind, ReferenceMap? references, Span<byte> scratch)
    {
        (_size, _kind, _references) = (size, kind, references);
        if ((kind & AccessKind.Collection) != 0) { return; }
        if ((kind & AccessKind.Reference) != 0)
        {
            _reference = Volatile.Read(ref Unsafe.AsRef<object?>(address));
        }
        else if (size <= sizeof(ulong))
        {
            _bits = ReadBits(address, size);
        }
        else
        {
            _bytes = scratch[..size];
            new ReadOnlySpan<byte>(address, size).CopyTo(_bytes);
        }
    }

    /// <summary>Whether two snapshots of this location can differ at all. A collection has no value of its own here, and a struct of
    /// nothing but references cannot be compared.</summary>
    internal bool IsComparable => (_kind & AccessKind.Collection) == 0 && _references is not { IsOpaque: true };

    /// <summary>The value as text for the report.</summary>
    internal string? Text => (_kind & AccessKind.Collection) != 0 ? null
        : (_kind & AccessKind.Reference) != 0 ? (_reference is null ? "null" : _reference.GetType().ToString())
        : _size <= sizeof(ulong) ? "0x" + _bits.ToString("x" + (2 * _size))
        : "0x" + Convert.ToHexStringLower(_bytes[..Math.Min(_size, 16)]) + (_size > 16 ? "..." : "");

    /// <summary>The value as bits, for accesses of at most a word that hold no reference.</summary>
    internal ulong Bits => _bits;

    internal static ValueSnapshot Take(byte* address, int size, AccessKind kind, ReferenceMap? references, Span<byte> scratch) =>
        new(address, size, kind, references, scratch);

    /// <summary>Whether the location differs from the earlier snapshot.</summary>
    internal bool DiffersFrom(in ValueSnapshot earlier)
    {
        if (!IsComparable) { return false; }
        if ((_kind & AccessKind.Reference) != 0) { return !ReferenceEquals(_reference, earlier._reference); }
        if (_references is null) { return _size <= sizeof(ulong) ? _bits != earlier._bits : !_bytes.SequenceEqual(earlier._bytes); }
        if (_size <= sizeof(ulong)) { return false; }

        ReadOnlySpan<ulong> mine = MemoryMarshal.Cast<byte, ulong>(_bytes), theirs = MemoryMarshal.Cast<byte, ulong>(earlier._bytes);
        for (int word = 0; word < mine.Length; word++)
        {
            if (mine[word] != theirs[word] && !_references.IsReference(word)) { return true; }
        }

        return false;
    }

    /// <summary>Plain volatile reads; a location of a word is read in one piece, as the program would.</summary>
    private static ulong ReadBits(byte* address, int size) => size switch
    {
        1 => Volatile.Read(ref *address),
        2 => Volatile.Read(ref *(ushort*)address),
        4 => Volatile.Read(ref *(uint*)address),
        8 => Volatile.Read(ref *(ulong*)address),
        _ => ReadOdd(address, size),
    };

    private static ulong ReadOdd(byte* address, int size)
    {
        ulong bits = 0;
        for (int i = 0; i < size; i++) { bits |= (ulong)address[i] << (8 * i); }
        return bits;
    }
}
