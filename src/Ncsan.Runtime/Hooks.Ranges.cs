using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ncsan.Runtime.Races;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime;

/// <content>Calls that read or write a run of elements: copies, fills, searches over arrays and spans.</content>
public static unsafe partial class Hooks
{
    /// <summary>As a length: to the end of the array.</summary>
    public const int WholeArray = -1;

    /// <summary>The elements of <paramref name="span"/> are about to be read.</summary>
    public static void ReadSpan<T>(ReadOnlySpan<T> span, int site) => CheckSpan(span, AccessKind.Read, site);

    /// <summary>The elements of <paramref name="span"/> are about to be written.</summary>
    public static void WriteSpan<T>(ReadOnlySpan<T> span, int site) => CheckSpan(span, AccessKind.Write, site);

    /// <summary>The first <paramref name="length"/> elements of <paramref name="span"/>, or all for <see cref="WholeArray"/>, are about to be read, or a search has just looked at them.</summary>
    public static void ReadSpanStart<T>(ReadOnlySpan<T> span, int length, int site)
    {
        if (length == WholeArray) { length = span.Length; }
        if ((uint)length <= (uint)span.Length) { CheckSpan(span[..length], AccessKind.Read, site); }
    }

    /// <summary>How many elements a search has looked at that returned <paramref name="index"/>; <paramref name="otherwise"/> when that is negative.</summary>
    public static int UpToIndex(int index, int otherwise) => index < 0 ? otherwise : index + 1;

    /// <summary>The whole of what a search has gone through in vain; none else, since it began at the other end.</summary>
    public static int AllIfNegative(int index) => index < 0 ? WholeArray : 0;

    /// <summary>The whole of what does not contain what was looked for; none else: nobody knows where it was.</summary>
    public static int AllIfFalse(bool isFound) => isFound ? 0 : WholeArray;

    /// <summary>The first <paramref name="length"/> elements of <paramref name="span"/> are about to be written.</summary>
    public static void WriteSpanStart<T>(ReadOnlySpan<T> span, int length, int site) { if ((uint)length <= (uint)span.Length) { CheckSpan(span[..length], AccessKind.Write, site); } }

    /// <summary>Which part of a span a comparison is about.</summary>
    public const int WholeSpan = 0, SpanStart = 1, SpanEnd = 2;

    /// <summary>The elements of <paramref name="span"/>, or of its start or end, were compared with those of <paramref name="other"/>: up to the first difference, as far as the bytes show it.</summary>
    public static void CompareSpans<T>(ReadOnlySpan<T> other, ReadOnlySpan<T> span, bool isEqual, int part, int site, int otherSite)
    {
        if (other.Length > span.Length) { return; }
        if (part == SpanStart) { span = span[..other.Length]; } else if (part == SpanEnd) { span = span[^other.Length..]; }
        if (span.Length != other.Length) { return; }
        int length = isEqual ? span.Length : UpToDifference(span, other);
        CheckSpan(span[..length], AccessKind.Read, site);
        CheckSpan(other[..length], AccessKind.Read, otherSite);
    }

    private static int UpToDifference<T>(ReadOnlySpan<T> span, ReadOnlySpan<T> other)
    {
        long size = (long)span.Length * Unsafe.SizeOf<T>();
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>() || size > int.MaxValue) { return 0; }
        int same = Bytes(span, (int)size).CommonPrefixLength(Bytes(other, (int)size));
        return same == size ? 0 : (same / Unsafe.SizeOf<T>()) + 1;
    }

    private static ReadOnlySpan<byte> Bytes<T>(ReadOnlySpan<T> span, int size) => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(span)), size);

    /// <summary>Elements of <paramref name="array"/>, a <typeparamref name="T"/>[], are about to be read. Arguments that the call itself will refuse are ignored.</summary>
    public static void ReadElements<T>(Array? array, int index, int length, int site) => CheckElements<T>(array, index, length, AccessKind.Read, site);

    /// <summary>Elements of <paramref name="array"/>, a <typeparamref name="T"/>[], are about to be written. Arguments that the call itself will refuse are ignored.</summary>
    public static void WriteElements<T>(Array? array, int index, int length, int site) => CheckElements<T>(array, index, length, AccessKind.Write, site);

    /// <summary>The elements of <paramref name="array"/>, a <typeparamref name="T"/>[], that <paramref name="range"/> takes are about to be read.</summary>
    public static void ReadSubArray<T>(Array? array, Range range, int site)
    {
        if (array is null) { return; }
        int length = Unsafe.As<T[]>(array).Length, start = range.Start.GetOffset(length);
        CheckElements<T>(array, start, range.End.GetOffset(length) - start, AccessKind.Read, site);
    }

    /// <summary><paramref name="location"/> is about to get a new array of another size, with the elements of the old one.</summary>
    public static void ResizeArray<T>(ref T[]? location, int size, int elements, int site)
    {
        T[]? old = location;
        if (size < 0 || old?.Length == size) { return; }
        Detector.Check(ref Unsafe.As<T[]?, byte>(ref location), sizeof(nint), AccessKind.Write | AccessKind.Reference, site);
        if (old is not null) { CheckElements<T>(old, 0, Math.Min(old.Length, size), AccessKind.Read, elements); }
    }

    /// <summary>Elements of <paramref name="array"/>, of any rank, are about to be read. Arguments that the call itself will refuse are ignored.</summary>
    public static void ReadArray(Array? array, int index, int length, int site) => CheckArray(array, index, length, AccessKind.Read, site);

    /// <summary>Elements of <paramref name="array"/>, of any rank, are about to be written. Arguments that the call itself will refuse are ignored.</summary>
    public static void WriteArray(Array? array, int index, int length, int site) => CheckArray(array, index, length, AccessKind.Write, site);

    /// <summary>Bytes of a primitive <paramref name="array"/> are about to be read (Buffer.BlockCopy).</summary>
    public static void ReadArrayBytes(Array? array, int offset, int count, int site) => CheckArrayBytes(array, offset, count, AccessKind.Read, site);

    /// <summary>Bytes of a primitive <paramref name="array"/> are about to be written (Buffer.BlockCopy).</summary>
    public static void WriteArrayBytes(Array? array, int offset, int count, int site) => CheckArrayBytes(array, offset, count, AccessKind.Write, site);

    private static void CheckSpan<T>(ReadOnlySpan<T> span, AccessKind kind, int site) => CheckRun(ref MemoryMarshal.GetReference(span), span.Length, kind, site);

    private static void CheckElements<T>(Array? array, int index, int length, AccessKind kind, int site)
    {
        if (array is null) { return; }
        var elements = Unsafe.As<T[]>(array);
        if (length == WholeArray) { length = elements.Length - index; }
        if (index < 0 || length <= 0 || length > elements.Length - index) { return; }
        CheckRun(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(elements), index), length, kind, site);
    }

    private static void CheckRun<T>(ref T first, int length, AccessKind kind, int site)
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) { Detector.CheckEach(ref first, length, kind, site); }
        else { Detector.CheckRange(ref Unsafe.As<T, byte>(ref first), (nuint)length * (nuint)Unsafe.SizeOf<T>(), kind, site); }
    }

    internal static void CheckArray(Array? array, int index, int length, AccessKind kind, int site)
    {
        if (array is not null && SanitizedThread.OutsideOrNull is { } thread) { CheckRun(array, ArrayRun.Elements(array, index, length, thread), kind, site); }
    }

    internal static void CheckArrayBytes(Array? array, int offset, int count, AccessKind kind, int site)
    {
        if (array is not null && SanitizedThread.OutsideOrNull is { } thread) { CheckRun(array, ArrayRun.Bytes(array, offset, count, thread), kind, site); }
    }

    private static void CheckRun(Array array, ArrayRun run, AccessKind kind, int site)
    {
        if (run.Size == 0) { return; }
        ref byte first = ref Unsafe.AddByteOffset(ref MemoryMarshal.GetArrayDataReference(array), run.Offset);
        if (!run.HoldsReferences)
        {
            Detector.CheckRange(ref first, run.Size, kind, site);
            return;
        }

        Detector.CheckEach(ref Unsafe.As<byte, object>(ref first), (int)(run.Size / (nuint)sizeof(nint)), kind, site);
    }
}
