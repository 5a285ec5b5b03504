using System.Buffers;
using System.Collections.Concurrent;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>ArrayPool and object pools: what was returned belongs to somebody else.</summary>
public static class PoolTwins
{
    private sealed class Buffer
    {
        public int Length;
    }

    private sealed class Pool
    {
        private readonly ConcurrentBag<Buffer> _free = [];

        public Buffer Rent() => _free.TryTake(out Buffer? buffer) ? buffer : new Buffer();

        public void Return(Buffer buffer) => _free.Add(buffer);
    }

    public static void TestNoRaceArrayPool() => Each(2, index =>
    {
        for (int round = 0; round < 4; round++)
        {
            int[] rented = ArrayPool<int>.Shared.Rent(64);
            rented[0] = index;
            Same(index, rented[0]);
            ArrayPool<int>.Shared.Return(rented);
        }
    });

    public static void TestRaceArrayUsedAfterReturn()
    {
        ArrayPool<int> pool = ArrayPool<int>.Create(64, 1);
        int[] rented = pool.Rent(64);
        pool.Return(rented);
        Both(
            () => rented[0] = 1, // race: write int[]
            () => { int[] mine = pool.Rent(64); mine[0] = 2; }); // race: write int[]
    }

    public static void TestNoRaceOwnPool()
    {
        ArrayPool<int> pool = ArrayPool<int>.Create(64, 4);
        Each(2, index =>
        {
            int[] mine = pool.Rent(32);
            mine[5] = index;
            Same(index, mine[5]);
            pool.Return(mine);
        });
    }

    public static void TestNoRaceObjectPool()
    {
        var pool = new Pool();
        Each(2, _ =>
        {
            for (int round = 0; round < 4; round++)
            {
                Buffer mine = pool.Rent();
                mine.Length++;
                pool.Return(mine);
            }
        });
    }

    public static void TestRaceObjectReturnedTwice()
    {
        var pool = new Pool();
        var buffer = new Buffer();
        pool.Return(buffer);
        pool.Return(buffer);
        Each(2, index =>
        {
            Buffer mine = pool.Rent();
            mine.Length = index + 1; // race: write Buffer.Length
        });
    }

    public static void TestRaceObjectUsedAfterReturn()
    {
        var pool = new Pool();
        Buffer buffer = pool.Rent();
        pool.Return(buffer);
        Both(
            () => Use(buffer.Length), // race: read Buffer.Length
            () => pool.Rent().Length = 7); // race: write Buffer.Length
    }

    public static void TestNoRaceMemoryPool() => Each(2, index =>
    {
        using IMemoryOwner<byte> owner = MemoryPool<byte>.Shared.Rent(16);
        owner.Memory.Span[3] = (byte)index;
        Same(index, owner.Memory.Span[3]);
    });

    public static void TestRaceMemoryOwnerShared()
    {
        using IMemoryOwner<byte> owner = MemoryPool<byte>.Shared.Rent(16);
        Both(
            () => owner.Memory.Span[3] = 1, // race: write *
            () => owner.Memory.Span[3] = 2); // race: write *
    }

    private static readonly ThreadLocal<Buffer> s_perThread = new(() => new Buffer());

    public static void TestNoRacePerThreadCache() => Each(2, _ =>
    {
        Buffer mine = s_perThread.Value!;
        mine.Length++;
        Same(1, mine.Length);
    });

    private static Buffer? s_cached;

    public static void TestNoRaceSingleSlotPool() => Each(2, _ =>
    {
        Buffer mine = Interlocked.Exchange(ref s_cached, null) ?? new Buffer();
        mine.Length++;
        Interlocked.Exchange(ref s_cached, mine);
    });

    private static Buffer? s_unsafeCached;

    public static void TestRaceSingleSlotPoolPlain()
    {
        s_unsafeCached = new Buffer();
        Each(2, _ =>
        {
            Buffer mine = s_unsafeCached ?? new Buffer(); // race: read PoolTwins.s_unsafeCached
            s_unsafeCached = null; // race: write PoolTwins.s_unsafeCached
            mine.Length++; // race: read|write Buffer.Length
        });
    }
}
