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

        // References are compared one by one, by identity; the two ends stand for the run.
        Detector.Check(ref first, sizeof(nint), kind | AccessKind.Reference, site);
        if (run.Size > (nuint)sizeof(nint)) { Detector.Check(ref Unsafe.AddByteOffset(ref first, run.Size - (nuint)sizeof(nint)), sizeof(nint), kind | AccessKind.Reference, site); }
    }
}
