using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Races.Watching;

/// <summary>Which words of a struct hold references, read from the collector's own description of the type.</summary>
/// <remarks>
/// CoreCLR keeps it in front of the method table (gcdesc.h): a count, then for each run of references its length less the size of the boxed
/// object, and its start. Whether this runtime does is tried once on a struct that is known; if not, every struct with references is opaque:
/// its value is not compared, which loses findings and makes none up.
/// </remarks>
internal sealed unsafe class ReferenceMap
{
    private static readonly ReferenceMap s_opaque = new([]);
    private static readonly bool s_layoutKnown = LayoutIsKnown();

    /// <summary>Of the types that an instrumented framework names by their handle.</summary>
    private static readonly ConcurrentDictionary<nint, ReferenceMap> s_byHandle = new();

    private readonly bool[] _isReference;

    private ReferenceMap(bool[] isReference) => _isReference = isReference;

    /// <summary>Nothing of the struct can be compared.</summary>
    internal bool IsOpaque => Array.IndexOf(_isReference, false) < 0;

    /// <summary>Whether the word holds a reference, in the struct or in a run of them.</summary>
    internal bool IsReference(int word) => _isReference[word % _isReference.Length];

    /// <summary>The map of <typeparamref name="T"/>, or null if it holds no reference.</summary>
    internal static ReferenceMap? Of<T>() => RuntimeHelpers.IsReferenceOrContainsReferences<T>() ? Cache<T>.Map : null;

    /// <summary>The map of the struct with this type handle, which holds references.</summary>
    [Threads.UnderGuard]
    internal static ReferenceMap Of(nint type, int size) => s_byHandle.GetOrAdd(type, static (type, size) => s_layoutKnown ? new ReferenceMap(Read((byte*)type, size)) : s_opaque, size);

    private static ReferenceMap Make(Type type, int size) => s_layoutKnown ? new ReferenceMap(Read((byte*)type.TypeHandle.Value, size)) : s_opaque;

    private static bool[] Read(byte* table, int size)
    {
        nint boxed = *(int*)(table + sizeof(int));
        nint* end = (nint*)table;
        nint runs = end[-1];
        bool[] map = new bool[size / sizeof(nint)];
        for (nint run = 0; run < runs; run++)
        {
            nint length = end[-3 - (2 * run)] + boxed, start = end[-2 - (2 * run)] - sizeof(nint);
            for (nint at = start; at < start + length; at += sizeof(nint)) { map[at / sizeof(nint)] = true; }
        }

        return map;
    }

    private static bool LayoutIsKnown()
    {
        try
        {
            var known = new Known { B = 1, Inner = new Inside { E = 1, F = 1 } };
            bool[] expected = new bool[Unsafe.SizeOf<Known>() / sizeof(nint)];
            expected[Word(ref known, ref known.A)] = expected[Word(ref known, ref known.C)] = expected[Word(ref known, ref known.Inner.D)] = true;
            return Read((byte*)typeof(Known).TypeHandle.Value, Unsafe.SizeOf<Known>()).SequenceEqual(expected);
        }
        catch (IndexOutOfRangeException)
        {
            return false;
        }
    }

    private static class Cache<T>
    {
        internal static readonly ReferenceMap Map = Make(typeof(T), Unsafe.SizeOf<T>());
    }

    private static int Word<T>(ref Known start, ref T? field) => (int)Unsafe.ByteOffset(ref Unsafe.As<Known, byte>(ref start), ref Unsafe.As<T?, byte>(ref field)) / sizeof(nint);

    /// <summary>References in more than one run, wherever the runtime puts them: those of the outer struct, and one in the struct inside.</summary>
    private struct Known
    {
        internal object? A;
        internal long B;
        internal string? C;
        internal Inside Inner;
    }

    private struct Inside
    {
        internal long E;
        internal object? D;
        internal long F;
    }
}
