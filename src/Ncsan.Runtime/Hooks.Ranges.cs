using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ncsan.Runtime.Races;

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

    /// <summary>The first <paramref name="length"/> elements of <paramref name="span"/> are about to be read.</summary>
    public static void ReadSpanStart<T>(ReadOnlySpan<T> span, int length, int site) { if (length <= span.Length) { CheckSpan(span[..length], AccessKind.Read, site); } }

    /// <summary>The first <paramref name="length"/> elements of <paramref name="span"/> are about to be written.</summary>
    public static void WriteSpanStart<T>(ReadOnlySpan<T> span, int length, int site) { if (length <= span.Length) { CheckSpan(span[..length], AccessKind.Write, site); } }

    /// <summary>Elements of <paramref name="array"/>, of any rank, are about to be read. Arguments that the call itself will refuse are ignored.</summary>
    public static void ReadArray(Array? array, int index, int length, int site) => CheckArray(array, index, length, AccessKind.Read, site);

    /// <summary>Elements of <paramref name="array"/>, of any rank, are about to be written. Arguments that the call itself will refuse are ignored.</summary>
    public static void WriteArray(Array? array, int index, int length, int site) => CheckArray(array, index, length, AccessKind.Write, site);

    /// <summary>Bytes of a primitive <paramref name="array"/> are about to be read (Buffer.BlockCopy).</summary>
    public static void ReadArrayBytes(Array? array, int offset, int count, int site) => CheckArrayBytes(array, offset, count, AccessKind.Read, site);

    /// <summary>Bytes of a primitive <paramref name="array"/> are about to be written (Buffer.BlockCopy).</summary>
    public static void WriteArrayBytes(Array? array, int offset, int count, int site) => CheckArrayBytes(array, offset, count, AccessKind.Write, site);

    private static void CheckSpan<T>(ReadOnlySpan<T> span, AccessKind kind, int site)
    {
        if (span.IsEmpty) { return; }
        ref T first = ref MemoryMarshal.GetReference(span);
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            Detector.CheckRange(ref Unsafe.As<T, byte>(ref first), (nuint)span.Length * (nuint)Unsafe.SizeOf<T>(), kind, site);
            return;
        }

        // References are compared one by one, by identity; the two ends stand for the run.
        Detector.CheckValue(ref first, kind, site);
        if (span.Length > 1) { Detector.CheckValue(ref Unsafe.Add(ref first, span.Length - 1), kind, site); }
    }

    private static void CheckArray(Array? array, int index, int length, AccessKind kind, int site)
    {
        if (array is null) { return; }
        // Lower bounds other than zero: the index counts from them.
        long at = length == WholeArray ? 0 : index - (long)array.GetLowerBound(0);
        if (length == WholeArray) { length = array.Length; }
        if (at < 0 || length <= 0) { return; }
        if (at + length > array.Length) { return; }
        nuint size = (nuint)array.Length == 0 ? 0 : ElementSize(array);
        ref byte first = ref Unsafe.AddByteOffset(ref MemoryMarshal.GetArrayDataReference(array), (nuint)at * size);
        var element = array.GetType().GetElementType()!;
        if (element.IsPrimitive || element.IsEnum || element.IsPointer) { Detector.CheckRange(ref first, (nuint)length * size, kind, site); }
        else if (!element.IsValueType)
        {
            Detector.Check(ref first, sizeof(nint), kind | AccessKind.Reference, site);
            if (length > 1) { Detector.Check(ref Unsafe.AddByteOffset(ref first, (nuint)(length - 1) * size), sizeof(nint), kind | AccessKind.Reference, site); }
        }
    }

    private static void CheckArrayBytes(Array? array, int offset, int count, AccessKind kind, int site)
    {
        if (array is null || offset < 0 || count <= 0 || !array.GetType().GetElementType()!.IsPrimitive || offset + (long)count > Buffer.ByteLength(array)) { return; }
        Detector.CheckRange(ref Unsafe.AddByteOffset(ref MemoryMarshal.GetArrayDataReference(array), (nuint)offset), (nuint)count, kind, site);
    }

    private static nuint ElementSize(Array array) => array.GetType().GetElementType() is { IsPrimitive: true } ? (nuint)(Buffer.ByteLength(array) / array.Length)
        : array.GetType().GetElementType() is { IsEnum: true } e ? (nuint)Marshal.SizeOf(Enum.GetUnderlyingType(e)) : (nuint)sizeof(nint);
}
