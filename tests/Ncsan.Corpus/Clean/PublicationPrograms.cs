using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Clean;

/// <summary>Programs that are right because what is shared is published whole: by initialisers, by compare-exchange, by weak tables, by the last to finish.</summary>
public static class PublicationPrograms
{
    private sealed class Attached
    {
        public int Uses;
        public readonly List<int> Users = [];
    }

    private sealed record Totals(int Count, long Sum, string Last);

    private static class Holder
    {
        public static readonly Dictionary<int, string> Table = Enumerable.Range(0, 50).ToDictionary(static i => i, static i => $"n{i}");
        public static int Built = Table.Count;
    }

    private static class Eager
    {
        public static readonly int[] Squares;
        public static int Sum;

        static Eager()
        {
            Squares = new int[100];
            for (int i = 0; i < Squares.Length; i++) { Squares[i] = i * i; Sum += Squares[i]; }
        }
    }

    public static void CleanConditionalWeakTable()
    {
        var table = new ConditionalWeakTable<object, Attached>();
        object[] keys = [new(), new(), new()];
        Each(4, index =>
        {
            for (int i = 0; i < 60; i++)
            {
                Attached attached = table.GetValue(keys[i % keys.Length], static _ => new Attached());
                lock (attached) { attached.Uses++; attached.Users.Add(index); }
            }
        });
        Same((240, 240), (keys.Sum(k => table.TryGetValue(k, out Attached? a) ? a.Uses : 0), keys.Sum(k => table.GetOrCreateValue(k).Users.Count)));
    }

    public static void CleanWeakReferenceCache()
    {
        var cache = new ConcurrentDictionary<int, WeakReference<Attached>>();
        int found = 0;
        Each(4, _ =>
        {
            for (int i = 0; i < 80; i++)
            {
                WeakReference<Attached> weak = cache.GetOrAdd(i % 8, static _ => new WeakReference<Attached>(new Attached()));
                if (!weak.TryGetTarget(out Attached? target)) { cache[i % 8] = new WeakReference<Attached>(target = new Attached()); }
                lock (target) { target.Uses++; }
                Interlocked.Increment(ref found);
            }
        });
        Same(320, found);
    }

    public static void CleanImmutableInterlocked()
    {
        ImmutableDictionary<int, int> counts = ImmutableDictionary<int, int>.Empty;
        ImmutableArray<int> order = [];
        Each(4, index =>
        {
            for (int i = 0; i < 50; i++)
            {
                ImmutableInterlocked.AddOrUpdate(ref counts, i % 5, 1, static (_, n) => n + 1);
                ImmutableInterlocked.Update(ref order, static (o, value) => o.Add(value), index);
            }
        });
        Same((200, 200), (counts.Values.Sum(), order.Length));
    }

    public static void CleanRecordsByCompareExchange()
    {
        Totals? totals = new(0, 0, "");
        Each(4, index =>
        {
            for (int i = 0; i < 50; i++)
            {
                while (true)
                {
                    Totals before = Volatile.Read(ref totals)!;
                    Totals after = before with { Count = before.Count + 1, Sum = before.Sum + i, Last = $"{index}:{i}" };
                    if (Interlocked.CompareExchange(ref totals, after, before) == before) { break; }
                }
            }
        });
        Same((200, 4900L), (totals!.Count, totals.Sum));
    }

    public static void CleanPoolWithAFastItem()
    {
        Pooled?[] kept = new Pooled?[2];
        Pooled? fast = null;
        int made = 0;
        Each(4, index =>
        {
            for (int i = 0; i < 50; i++)
            {
                Pooled item = Rent();
                item.Uses++;
                item.Users.Add(index);
                if (item.Uses != item.Users.Count) { throw new InvalidOperationException("two threads had it"); }
                Return(item);
            }
        });
        Same(true, made is > 0 and <= 200 && fast is not null);

        Pooled Rent()
        {
            Pooled? item = fast;
            if (item is not null && Interlocked.CompareExchange(ref fast, null, item) == item) { return item; }
            for (int i = 0; i < kept.Length; i++)
            {
                item = kept[i];
                if (item is not null && Interlocked.CompareExchange(ref kept[i], null, item) == item) { return item; }
            }

            Interlocked.Increment(ref made);
            return new Pooled();
        }

        void Return(Pooled item)
        {
            if (fast is null && Interlocked.CompareExchange(ref fast, item, null) is null) { return; }
            for (int i = 0; i < kept.Length && Interlocked.CompareExchange(ref kept[i], item, null) is not null; i++) { }
        }
    }

    private sealed class Pooled
    {
        public readonly List<int> Users = [];
        public int Uses;
    }

    public static void CleanTypeInitializers()
    {
        int[] seen = new int[4];
        Each(4, index => seen[index] = Eager.Sum + Eager.Squares[9] + Holder.Table.Count + Holder.Built);
        Same(4, seen.Count(static s => s == 328350 + 81 + 100));
    }

    public static void CleanLazyPublicationOnly()
    {
        var lazy = new Lazy<Attached>(static () => { var made = new Attached { Uses = 7 }; made.Users.Add(1); return made; }, LazyThreadSafetyMode.PublicationOnly);
        int[] seen = new int[6];
        Each(6, index => seen[index] = lazy.Value.Uses + lazy.Value.Users.Count);
        Same(48, seen.Sum());
    }

    public static void CleanLazyOfTasks()
    {
        var cache = new ConcurrentDictionary<string, Lazy<Task<Attached>>>();
        Each(4, index =>
        {
            for (int i = 0; i < 40; i++)
            {
                Attached made = cache.GetOrAdd($"k{i % 4}", static key => new Lazy<Task<Attached>>(() => Task.Run(async () =>
                {
                    var attached = new Attached();
                    attached.Users.Add(key.Length);
                    await Task.Yield();
                    attached.Uses = attached.Users.Count;
                    return attached;
                }))).Value.GetAwaiter().GetResult();
                Same((1, 2), (made.Uses, made.Users[0]));
            }
        });
        Same(4, cache.Count);
    }

    public static void CleanLastOneSumsUp()
    {
        const int Workers = 5;
        int[][] parts = new int[Workers][];
        int left = Workers, total = 0;
        Each(Workers, index =>
        {
            int[] mine = parts[index] = new int[64];
            for (int i = 0; i < mine.Length; i++) { mine[i] = index + i; }
            if (Interlocked.Decrement(ref left) == 0) { total = parts.Sum(static p => p.Sum()); }
        });
        Same((Workers * 2016) + (64 * 10), total);
    }

    public static void CleanFilledBeforeTheThreadsStart()
    {
        var table = new Dictionary<string, List<int>>();
        for (int i = 0; i < 100; i++)
        {
            string key = $"bucket {i % 7}";
            if (!table.TryGetValue(key, out List<int>? list)) { table.Add(key, list = []); }
            list.Add(i);
        }

        long sum = 0;
        Each(4, _ => { foreach (var (_, list) in table) { Interlocked.Add(ref sum, list.Sum()); } });
        Same(4 * 4950L, sum);
    }

    public static void CleanDoubleCheckedWithVolatileRead()
    {
        Attached? single = null;
        object gate = new();
        int made = 0;
        Attached Get()
        {
            Attached? known = Volatile.Read(ref single);
            if (known is not null) { return known; }
            lock (gate)
            {
                if (single is null)
                {
                    made++;
                    var fresh = new Attached { Uses = 3 };
                    fresh.Users.AddRange([1, 2, 3]);
                    Volatile.Write(ref single, fresh);
                }

                return single!;
            }
        }

        int sum = 0;
        Each(6, _ => { for (int i = 0; i < 30; i++) { Attached got = Get(); Interlocked.Add(ref sum, got.Uses + got.Users.Count); } });
        Same((1, 1080), (made, sum));
    }
}
