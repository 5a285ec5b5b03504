using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ncsan.Runtime.Findings;

namespace Ncsan.Runtime.Races.Watching;

/// <summary>The value of a pinned location, taken before a delay to be compared after it.</summary>
/// <remarks>
/// References, and runs of them, are compared by identity, since a compacting collection rewrites their bits without any write by the program. Structs that
/// hold references are compared by their other words. What is larger than a word is compared whole, so that torn Guids show.
/// </remarks>
internal unsafe readonly ref struct ValueSnapshot
{
    /// <summary>Values of up to so many bytes are shown whole, of larger ones so many.</summary>
    private const int MostShown = 32, Shown = 16;

    private readonly ulong _bits;
    private readonly object? _reference;
    private readonly object?[]? _run;
    private readonly Span<byte> _bytes;
    private readonly ReferenceMap? _references;
    private readonly AccessKind _kind;
    private readonly int _size;
    private readonly ulong _mask;

    private ValueSnapshot(byte* address, in Access access, Span<byte> scratch)
    {
        (int size, AccessKind kind) = (_size, _kind) = (access.Size, access.Kind);
        (_references, _mask) = (access.References, access.Thread.AccessMask);
        if ((kind & NoValue) != 0) { return; }
        if ((kind & AccessKind.Reference) != 0 && size > sizeof(nint))
        {
            _run = new object?[size / sizeof(nint)];
            for (int i = 0; i < _run.Length; i++) { _run[i] = Volatile.Read(ref Unsafe.AsRef<object?>(address + (i * sizeof(nint)))); }
        }
        else if ((kind & AccessKind.Reference) != 0)
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

    /// <summary>A collection has no value of its own here, and the memory of an access that was held back may be gone.</summary>
    private const AccessKind NoValue = AccessKind.Collection | AccessKind.Reordered;

    /// <summary>Whether two snapshots of this location can differ at all. A struct of nothing but references cannot be compared.</summary>
    internal bool IsComparable => (_kind & NoValue) == 0 && _references is not { IsOpaque: true };

    /// <summary>The value for the report: of a run of references the first that <paramref name="other"/> has not, if any; of many bytes those about the first that differ.</summary>
    internal CapturedValue CapturedBeside(in ValueSnapshot other)
    {
        object? shown = _run is null ? _reference : _run[FirstDifference(_run, other._run!) % _run.Length];
        if (_bytes.IsEmpty) { return new(BitConverter.GetBytes(_bits)[..Math.Min(_size, sizeof(ulong))], shown?.GetType(), _kind, _size); }
        int start = _size <= MostShown ? 0 : FirstDifference(other) / Shown * Shown, length = _size <= MostShown ? _size : Math.Min(Shown, _size - start);
        return new(_bytes.Slice(start, length).ToArray(), null, _kind, _size) { Offset = start, References = ReferencesIn(start, length) };
    }

    private bool[]? ReferencesIn(int start, int length)
    {
        if (_references is null) { return null; }
        bool[] isReference = new bool[length / sizeof(ulong)];
        for (int word = 0; word < isReference.Length; word++) { isReference[word] = _references.IsReference((start / sizeof(ulong)) + word); }
        return isReference;
    }

    /// <returns>The first byte that differs, references aside, or 0.</returns>
    private int FirstDifference(in ValueSnapshot other)
    {
        for (int i = 0; i < _size; i++)
        {
            if (_bytes[i] != other._bytes[i] && _references?.IsReference(i / sizeof(ulong)) != true) { return i; }
        }

        return 0;
    }

    /// <summary>The value as bits, for accesses of at most a word that hold no reference.</summary>
    internal ulong Bits => _bits;

    internal static ValueSnapshot Take(byte* address, in Access access, Span<byte> scratch) => new(address, access, scratch);

    /// <summary>Whether the location differs from the earlier snapshot.</summary>
    internal bool DiffersFrom(in ValueSnapshot earlier)
    {
        if (!IsComparable) { return false; }
        if (_run is not null) { return FirstDifference(_run, earlier._run!) < _run.Length; }
        if ((_kind & AccessKind.Reference) != 0) { return !ReferenceEquals(_reference, earlier._reference); }
        if (_references is null) { return _size <= sizeof(ulong) ? ((_bits ^ earlier._bits) & (_mask == 0 ? ulong.MaxValue : _mask)) != 0 : !_bytes.SequenceEqual(earlier._bytes); }
        if (_size <= sizeof(ulong)) { return false; }

        ReadOnlySpan<ulong> mine = MemoryMarshal.Cast<byte, ulong>(_bytes), theirs = MemoryMarshal.Cast<byte, ulong>(earlier._bytes);
        for (int word = 0; word < mine.Length; word++)
        {
            if (mine[word] != theirs[word] && !_references.IsReference(word)) { return true; }
        }

        return false;
    }

    /// <returns>An index, or the length where there is none.</returns>
    private static int FirstDifference(object?[] mine, object?[] theirs)
    {
        int i = 0;
        while (i < mine.Length && ReferenceEquals(mine[i], theirs[i])) { i++; }
        return i;
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
