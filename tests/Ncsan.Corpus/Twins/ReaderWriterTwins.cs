using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>ReaderWriterLockSlim and ReaderWriterLock: readers share, writers do not.</summary>
public static class ReaderWriterTwins
{
    private sealed class Cache
    {
        public readonly ReaderWriterLockSlim Gate = new();
        public readonly Dictionary<int, int> Map = [];
        public int Hits;
        public int Version;
    }

    public static void TestNoRaceReadersAndWriter()
    {
        var cache = new Cache();
        Both(
            () => { cache.Gate.EnterWriteLock(); cache.Version++; cache.Gate.ExitWriteLock(); },
            () => { cache.Gate.EnterReadLock(); Use(cache.Version); cache.Gate.ExitReadLock(); },
            () => { cache.Gate.EnterReadLock(); Use(cache.Version); cache.Gate.ExitReadLock(); });
    }

    public static void TestRaceWriteUnderReadLock()
    {
        var cache = new Cache();
        Each(2, _ =>
        {
            cache.Gate.EnterReadLock();
            cache.Hits++; // race: read|write Cache.Hits
            cache.Gate.ExitReadLock();
        });
    }

    public static void TestNoRaceHitsByInterlocked()
    {
        var cache = new Cache();
        Each(2, _ =>
        {
            cache.Gate.EnterReadLock();
            Interlocked.Increment(ref cache.Hits);
            cache.Gate.ExitReadLock();
        });
        Same(2, Volatile.Read(ref cache.Hits));
    }

    public static void TestRaceMapWriteUnderReadLock()
    {
        var cache = new Cache();
        Each(2, index =>
        {
            cache.Gate.EnterReadLock();
            try { cache.Map[index] = index; } // race: write Dictionary
            finally { cache.Gate.ExitReadLock(); }
        });
    }

    public static void TestNoRaceMapUnderReaderWriterLock()
    {
        var cache = new Cache();
        Both(
            () => { cache.Gate.EnterWriteLock(); cache.Map[1] = 1; cache.Gate.ExitWriteLock(); },
            () => { cache.Gate.EnterReadLock(); cache.Map.TryGetValue(1, out _); cache.Gate.ExitReadLock(); });
    }

    public static void TestRaceReaderWithoutLock()
    {
        var cache = new Cache();
        Both(
            () => { cache.Gate.EnterWriteLock(); cache.Version = 2; cache.Gate.ExitWriteLock(); }, // race: write Cache.Version
            () => Use(cache.Version)); // race: read Cache.Version
    }

    public static void TestNoRaceUpgradeable()
    {
        var cache = new Cache();
        Each(2, _ =>
        {
            cache.Gate.EnterUpgradeableReadLock();
            if (cache.Version == 0)
            {
                cache.Gate.EnterWriteLock();
                cache.Version = 1;
                cache.Gate.ExitWriteLock();
            }

            cache.Gate.ExitUpgradeableReadLock();
        });
        Same(1, cache.Version);
    }

    public static void TestRaceUpgradeableAgainstReader()
    {
        var cache = new Cache();
        Both(
            () => { cache.Gate.EnterUpgradeableReadLock(); cache.Version = 1; cache.Gate.ExitUpgradeableReadLock(); }, // race: write Cache.Version
            () => { cache.Gate.EnterReadLock(); Use(cache.Version); cache.Gate.ExitReadLock(); }); // race: read Cache.Version
    }

    public static void TestNoRaceOldReaderWriterLock()
    {
        var gate = new ReaderWriterLock();
        int value = 0;
        Each(2, _ =>
        {
            gate.AcquireWriterLock(-1);
            value++;
            gate.ReleaseWriterLock();
        });
        Same(2, value);
    }

    public static void TestRaceOldReaderWriterLockReaders()
    {
        var gate = new ReaderWriterLock();
        int value = 0;
        Each(2, _ =>
        {
            gate.AcquireReaderLock(-1);
            value++; // race: read|write value
            gate.ReleaseReaderLock();
        });
    }

    public static void TestRaceTwoReaderWriterLocks()
    {
        Cache left = new(), right = new();
        int shared = 0;
        Both(
            () => { left.Gate.EnterWriteLock(); shared = 1; left.Gate.ExitWriteLock(); }, // race: write shared
            () => { right.Gate.EnterWriteLock(); shared = 2; right.Gate.ExitWriteLock(); }); // race: write shared
    }

    public static async Task TestNoRaceExclusiveScheduler()
    {
        var pair = new ConcurrentExclusiveSchedulerPair();
        int value = 0;
        Task Add() => Task.Factory.StartNew(() => value++, CancellationToken.None, TaskCreationOptions.None, pair.ExclusiveScheduler);
        await Task.WhenAll(Add(), Add());
        Same(2, value);
    }

    public static async Task TestRaceConcurrentScheduler()
    {
        var pair = new ConcurrentExclusiveSchedulerPair();
        int value = 0;
        using var start = new Barrier(2);
        void Add()
        {
            start.SignalAndWait();
            value++; // race: read|write value
        }

        await Task.WhenAll(
            Task.Factory.StartNew(Add, CancellationToken.None, TaskCreationOptions.None, pair.ConcurrentScheduler),
            Task.Factory.StartNew(Add, CancellationToken.None, TaskCreationOptions.None, pair.ConcurrentScheduler));
    }
}
