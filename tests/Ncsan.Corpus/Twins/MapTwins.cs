using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Dictionary: Go's maps. Two threads on different keys race as well.</summary>
public static class MapTwins
{
    private static readonly object s_gate = new();

    public static void TestRaceMapWriteWrite()
    {
        var map = new Dictionary<int, int>();
        Both(
            () => map[1] = 1, // race: write Dictionary
            () => map[1] = 2); // race: write Dictionary
    }

    public static void TestRaceMapDifferentKeys()
    {
        var map = new Dictionary<string, int>();
        Both(
            () => map.Add("left", 1), // race: write Dictionary
            () => map.Add("right", 2)); // race: write Dictionary
    }

    public static void TestRaceMapWriteRead()
    {
        var map = new Dictionary<int, int> { [1] = 1 };
        Both(
            () => map[2] = 2, // race: write Dictionary
            () => Use(map[1])); // race: read Dictionary
    }

    public static void TestRaceMapTryGetValue()
    {
        var map = new Dictionary<int, int>();
        Both(
            () => map.TryAdd(2, 2), // race: write Dictionary
            () => Use(map.TryGetValue(2, out _))); // race: read Dictionary
    }

    public static void TestRaceMapContainsKey()
    {
        var map = new Dictionary<int, int>();
        Both(
            () => map.Add(2, 2), // race: write Dictionary
            () => Use(map.ContainsKey(2))); // race: read Dictionary
    }

    public static void TestRaceMapCount()
    {
        var map = new Dictionary<int, int>();
        Both(
            () => map.Add(2, 2), // race: write Dictionary
            () => Use(map.Count)); // race: read Dictionary
    }

    public static void TestRaceMapRemove()
    {
        var map = new Dictionary<int, int> { [1] = 1, [2] = 2 };
        Both(
            () => map.Remove(1), // race: write Dictionary
            () => map.Remove(2)); // race: write Dictionary
    }

    public static void TestRaceMapClear()
    {
        var map = new Dictionary<int, int> { [1] = 1 };
        Both(
            () => map.Clear(), // race: write Dictionary
            () => Use(map.ContainsKey(1))); // race: read Dictionary
    }

    public static void TestRaceMapEnumeration()
    {
        var map = new Dictionary<int, int> { [1] = 1, [2] = 2 };
        Both(
            () => { foreach (var pair in map) { Use(pair.Value); } }, // race: read Dictionary
            () => map[3] = 3); // race: write Dictionary
    }

    public static void TestRaceMapKeys()
    {
        var map = new Dictionary<int, int> { [1] = 1, [2] = 2 };
        Both(
            () => { foreach (int key in map.Keys) { Use(key); } }, // race: read Dictionary
            () => map[3] = 3); // race: write Dictionary
    }

    public static void TestRaceMapThroughInterface()
    {
        IDictionary<int, int> map = new Dictionary<int, int>();
        Both(
            () => map[1] = 1, // race: write Dictionary
            () => map[2] = 2); // race: write Dictionary
    }

    public static void TestRaceMapThroughReadOnlyInterface()
    {
        var map = new Dictionary<int, int>();
        IReadOnlyDictionary<int, int> view = map;
        Both(
            () => map[1] = 1, // race: write Dictionary
            () => Use(view.ContainsKey(1))); // race: read Dictionary
    }

    public static void TestRaceMapValueByReference()
    {
        var map = new Dictionary<int, int> { [1] = 0 };
        Both(
            () => CollectionsMarshal.GetValueRefOrAddDefault(map, 1, out _)++, // race: read|write *
            () => map[1] = 5); // race: write Dictionary
    }

    public static void TestRaceMapOfLists()
    {
        var map = new Dictionary<int, List<int>> { [1] = [] };
        Both(
            () => map[1].Add(1), // race: write List
            () => map[1].Add(2)); // race: write List
    }

    public static void TestNoRaceMapReads()
    {
        var map = new Dictionary<int, int> { [1] = 1 };
        Both(
            () => Same(1, map[1]),
            () => Same(1, map[1]));
    }

    public static void TestNoRaceMapEnumerations()
    {
        var map = new Dictionary<int, int> { [1] = 1, [2] = 2 };
        Each(2, _ =>
        {
            int sum = 0;
            foreach (var pair in map) { sum += pair.Value; }
            Same(3, sum);
        });
    }

    public static void TestNoRaceMapUnderLock()
    {
        var map = new Dictionary<int, int>();
        Each(2, index => { lock (s_gate) { map[index] = index; } });
        Same(2, map.Count);
    }

    public static void TestNoRaceMapsApart()
    {
        Each(2, index =>
        {
            var map = new Dictionary<int, int>();
            map[index] = 1;
            Same(1, map.Count);
        });
    }

    public static void TestNoRaceConcurrentMap()
    {
        var map = new ConcurrentDictionary<int, int>();
        Each(2, index => { map[index] = 1; map.AddOrUpdate(7, 1, (_, old) => old + 1); });
        Same(2, map[7]);
    }

    public static void TestNoRaceConcurrentMapThroughInterface()
    {
        IDictionary<int, int> map = new ConcurrentDictionary<int, int>();
        Each(2, index => map[index] = 1);
        Same(2, map.Count);
    }

    public static void TestNoRaceFrozenMap()
    {
        FrozenDictionary<int, int> map = new Dictionary<int, int> { [1] = 1 }.ToFrozenDictionary();
        Both(
            () => Same(1, map[1]),
            () => Same(1, map[1]));
    }

    public static void TestNoRaceImmutableMap()
    {
        var map = ImmutableDictionary<int, int>.Empty.Add(1, 1);
        Both(
            () => Same(2, map.Add(2, 2).Count),
            () => Same(1, map.Count));
    }

    public static void TestNoRaceMapBuiltBeforeStart()
    {
        var map = new Dictionary<int, int>();
        for (int i = 0; i < 100; i++) { map[i] = i; }
        Each(2, _ => Same(99, map[99]));
        map.Clear();
    }

    public static void TestNoRaceImmutableMapSwapped()
    {
        var map = ImmutableDictionary<int, int>.Empty;
        Each(2, index => ImmutableInterlocked.TryAdd(ref map, index, index));
        Same(2, map.Count);
    }
}
