using System.Runtime.InteropServices;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races;

/// <summary>A run of an array's elements in bytes, from the first element of the array.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Size">How long it is; 0 when there is nothing to check.</param>
/// <param name="HoldsReferences">Its elements are references.</param>
internal readonly record struct ArrayRun(nuint Offset, nuint Size, bool HoldsReferences)
{
    /// <summary>Elements of an array of any rank. Nothing when the call will refuse the arguments anyway, or the elements are structs.</summary>
    internal static ArrayRun Elements(Array array, int index, int length, SanitizedThread thread)
    {
        thread.Guard++;
        try { return ElementsUnderGuard(array, index, length); }
        finally { thread.Guard--; }
    }

    /// <summary>Bytes of an array of primitive elements.</summary>
    internal static ArrayRun Bytes(Array array, int offset, int count, SanitizedThread thread)
    {
        thread.Guard++;
        try { return BytesUnderGuard(array, offset, count); }
        finally { thread.Guard--; }
    }

    [UnderGuard]
    private static ArrayRun ElementsUnderGuard(Array array, int index, int length)
    {
        // Lower bounds other than zero: the index counts from them.
        long at = length == Hooks.WholeArray ? 0 : index - (long)array.GetLowerBound(0);
        if (length == Hooks.WholeArray) { length = array.Length; }
        if (at < 0 || length <= 0 || at + length > array.Length) { return default; }
        var element = array.GetType().GetElementType()!;
        bool plain = element.IsPrimitive || element.IsEnum || element.IsPointer;
        if (!plain && element.IsValueType)
        {
            Statistics.Count(ref Statistics.UnseenRanges);
            return default;
        }

        nuint size = ElementSize(array, element);
        return new ArrayRun((nuint)at * size, (nuint)length * size, !plain);
    }

    [UnderGuard]
    private static ArrayRun BytesUnderGuard(Array array, int offset, int count) =>
        offset < 0 || count <= 0 || !array.GetType().GetElementType()!.IsPrimitive || offset + (long)count > Buffer.ByteLength(array) ? default : new ArrayRun((nuint)offset, (nuint)count, false);

    [UnderGuard]
    private static unsafe nuint ElementSize(Array array, Type element) => element.IsPrimitive ? (nuint)(Buffer.ByteLength(array) / array.Length)
        : element.IsEnum ? (nuint)Marshal.SizeOf(Enum.GetUnderlyingType(element)) : (nuint)sizeof(nint);
}
