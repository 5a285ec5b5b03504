using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Spans, Memory, pointers and the range calls of spans: Go's slices.</summary>
public static unsafe class SpanTwins
{
    public static void TestRaceSpanElement()
    {
        int[] values = new int[4];
        Both(
            () => { Span<int> span = values; span[1] = 1; }, // race: write *
            () => { Span<int> span = values; span[1] = 2; }); // race: write *
    }

    public static void TestRaceSpanAndArray()
    {
        int[] values = new int[4];
        Both(
            () => values.AsSpan(1)[0] = 1, // race: write *
            () => Use(values[1])); // race: read *
    }

    public static void TestRacePinnedPointer()
    {
        int[] values = GC.AllocateArray<int>(4, pinned: true);
        Both(
            () => { fixed (int* first = values) { first[1] = 4; } }, // race: write *
            () => { fixed (int* first = values) { Use(first[1].ToString()); } }); // race: read *
    }

    public static void TestRaceBytesOfValue()
    {
        byte[] bytes = new byte[8];
        Both(
            () => bytes[2] = 1, // race: write *
            () => Use(BinaryPrimitives.ReadInt32LittleEndian(bytes))); // race: read *
    }

    public static void TestRaceBytesOfBitConverter()
    {
        byte[] bytes = new byte[8];
        Both(
            () => bytes[7] = 1, // race: write *
            () => Use(BitConverter.ToInt32(bytes, 4))); // race: read *
    }

    public static void TestNoRaceBytesBesideValue()
    {
        byte[] bytes = new byte[8];
        Both(
            () => bytes[4] = 1,
            () => Same(7, Write(bytes)));

        static int Write(byte[] bytes)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes, 7);
            return bytes[3];
        }
    }

    public static void TestRaceArraySummed()
    {
        int[] values = new int[4];
        Both(
            () => Use(values.Sum()), // race: read *
            () => values[3] = 1); // race: write *
    }

    public static void TestNoRaceSpansApart()
    {
        int[] values = new int[4];
        Both(
            () => values.AsSpan(0, 2)[1] = 1,
            () => values.AsSpan(2, 2)[0] = 2);
        Same(3, values.Sum());
    }

    public static void TestNoRaceReadOnlySpans()
    {
        int[] values = [1, 2, 3];
        Each(2, _ =>
        {
            ReadOnlySpan<int> span = values;
            Same(3, span[2]);
        });
    }

    public static void TestRaceSpanFill()
    {
        byte[] values = new byte[16];
        Both(
            () => values.AsSpan().Fill(1), // race: write *
            () => values[9] = 2); // race: write *
    }

    public static void TestNoRaceSpanFillHalves()
    {
        byte[] values = new byte[16];
        Both(
            () => values.AsSpan(0, 8).Fill(1),
            () => values.AsSpan(8, 8).Fill(2));
        Same(24, values.Sum(v => v));
    }

    public static void TestRaceSpanClear()
    {
        long[] values = [1, 2, 3];
        Both(
            () => values.AsSpan().Clear(), // race: write *
            () => Use(values[1])); // race: read *
    }

    public static void TestRaceSpanCopyTo()
    {
        int[] source = [1, 2, 3, 4], target = new int[4];
        Both(
            () => source.AsSpan().CopyTo(target), // race: write *
            () => Use(target[3])); // race: read *
    }

    public static void TestRaceSpanCopyToSource()
    {
        int[] source = [1, 2, 3, 4], target = new int[4];
        Both(
            () => source.AsSpan().CopyTo(target), // race: read *
            () => source[3] = 9); // race: write *
    }

    public static void TestNoRaceSpanCopyToOwn()
    {
        int[] source = [1, 2, 3, 4];
        Each(2, _ =>
        {
            int[] target = new int[4];
            source.AsSpan().CopyTo(target);
            Same(10, target.Sum());
        });
    }

    public static void TestRaceSpanIteration()
    {
        int[] values = new int[4];
        Both(
            () => { foreach (ref int value in values.AsSpan()) { value = 1; } }, // race: write *
            () => Use(values[2])); // race: read *
    }

    public static void TestRaceMemorySpan()
    {
        Memory<int> memory = new int[4];
        Both(
            () => memory.Span[0] = 1, // race: write *
            () => memory.Span[0] = 2); // race: write *
    }

    public static void TestNoRaceMemorySlices()
    {
        Memory<int> memory = new int[4];
        Memory<int> left = memory[..2], right = memory[2..];
        Both(
            () => left.Span.Fill(1),
            () => right.Span.Fill(2));
        Same(6, memory.ToArray().Sum());
    }

    public static void TestRaceArraySegment()
    {
        int[] values = new int[4];
        Both(
            () => new ArraySegment<int>(values, 1, 2).AsSpan()[0] = 5, // race: write *
            () => values[1] = 2); // race: write *
    }

    public static void TestNoRaceStackAlloc() => Each(2, index =>
    {
        Span<int> mine = stackalloc int[8];
        mine.Fill(index);
        Same(8 * index, mine[0] + mine[1] + mine[2] + mine[3] + mine[4] + mine[5] + mine[6] + mine[7]);
    });

    public static void TestRaceCastSpan()
    {
        byte[] values = new byte[8];
        Both(
            () => MemoryMarshal.Cast<byte, int>(values.AsSpan())[0] = 0x01020304, // race: write *
            () => Use(values[2])); // race: read *
    }

    public static void TestNoRaceCastSpanApart()
    {
        byte[] values = new byte[8];
        Both(
            () => MemoryMarshal.Cast<byte, int>(values.AsSpan())[0] = 0x01010101,
            () => values[4] = 1);
        Same(5, values.Sum(v => v));
    }

    public static void TestRacePointer()
    {
        int* cell = (int*)NativeMemory.AllocZeroed(16);
        Both(
            () => *cell = 1, // race: write *
            () => *cell = 2); // race: write *
        NativeMemory.Free(cell);
    }

    public static void TestRacePointerIndex()
    {
        long* cells = (long*)NativeMemory.AllocZeroed(64);
        Both(
            () => cells[2]++, // race: read|write *
            () => cells[2]++); // race: read|write *
        NativeMemory.Free(cells);
    }

    public static void TestNoRacePointersApart()
    {
        long* cells = (long*)NativeMemory.AllocZeroed(64);
        Both(
            () => cells[2] = 1,
            () => cells[3] = 2);
        Same(3L, cells[2] + cells[3]);
        NativeMemory.Free(cells);
    }

    public static void TestRaceFixedArray()
    {
        byte[] values = new byte[16];
        Both(
            () => { fixed (byte* start = values) { start[3] = 1; } }, // race: write *
            () => values[3] = 2); // race: write *
    }

    public static void TestRaceInitBlock()
    {
        byte[] values = new byte[16];
        Both(
            () => Unsafe.InitBlock(ref values[0], 7, 16), // race: write *
            () => Use(values[3])); // race: read *
    }

    public static void TestRaceCopyBlock()
    {
        byte[] source = [1, 2, 3, 4], target = new byte[4];
        Both(
            () => Unsafe.CopyBlock(ref target[0], ref source[0], 4), // race: write *
            () => target[3] = 9); // race: write *
    }

    public static void TestRaceUnalignedWrite()
    {
        byte[] values = new byte[16];
        Both(
            () => Unsafe.WriteUnaligned(ref values[1], 0x0102030405060708), // race: write *
            () => values[6] = 9); // race: write *
    }

    public static void TestRaceMemoryMarshalReference()
    {
        int[] values = new int[4];
        Both(
            () => Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(values), 2) = 1, // race: write *
            () => Use(values[2])); // race: read *
    }

    public static void TestNoRaceMemoryMarshalApart()
    {
        int[] values = new int[4];
        Both(
            () => Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(values), 2) = 1,
            () => Use(values[1]));
    }
}
