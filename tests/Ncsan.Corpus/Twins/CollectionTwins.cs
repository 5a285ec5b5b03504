using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Text;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>The framework's thread-unsafe collections, each with its locked, its reading or its concurrent twin.</summary>
public static class CollectionTwins
{
    private static readonly object s_gate = new();

    public static void TestRaceListAdd()
    {
        var list = new List<int>();
        Both(
            () => list.Add(1), // race: write List
            () => list.Add(2)); // race: write List
    }

    public static void TestNoRaceListAddUnderLock()
    {
        var list = new List<int>();
        Each(2, index => { lock (s_gate) { list.Add(index); } });
        Same(2, list.Count);
    }

    public static void TestRaceListIndexer()
    {
        List<int> list = [1, 2];
        Both(
            () => list[0] = 5, // race: write List
            () => Use(list[0])); // race: read List
    }

    public static void TestNoRaceListReads()
    {
        List<int> list = [1, 2];
        Each(2, _ => Same(3, list[0] + list[1]));
    }

    public static void TestRaceListSort()
    {
        List<int> list = [3, 2, 1];
        Both(
            () => list.Sort(), // race: write List
            () => Use(list.IndexOf(1))); // race: read List
    }

    public static void TestRaceListEnumeration()
    {
        List<int> list = [3, 2, 1];
        Both(
            () => { foreach (int value in list) { Use(value); } }, // race: read List
            () => list.Add(4)); // race: write List
    }

    public static void TestRaceListThroughInterface()
    {
        IList<int> list = new List<int>();
        Both(
            () => list.Add(1), // race: write list
            () => list.Add(2)); // race: write list
    }

    public static void TestRaceListThroughEnumerable()
    {
        var list = new List<int> { 1 };
        IEnumerable<int> values = list;
        Both(
            () => { foreach (int value in values) { Use(value); } }, // race: read List
            () => list.Add(2)); // race: write List
    }

    public static void TestNoRaceImmutableListThroughInterface()
    {
        IReadOnlyList<int> list = ImmutableList.Create(1, 2);
        Each(2, _ => Same(2, list[1]));
    }

    public static void TestRaceHashSet()
    {
        var set = new HashSet<int>();
        Both(
            () => set.Add(1), // race: write HashSet
            () => Use(set.Contains(1))); // race: read HashSet
    }

    public static void TestNoRaceHashSetReads()
    {
        HashSet<int> set = [1, 2];
        Each(2, _ => Same(true, set.Contains(2)));
    }

    public static void TestRaceQueue()
    {
        var queue = new Queue<int>();
        Both(
            () => queue.Enqueue(1), // race: write Queue
            () => queue.TryDequeue(out _)); // race: write Queue
    }

    public static void TestNoRaceConcurrentQueue()
    {
        var queue = new ConcurrentQueue<int>();
        Both(
            () => queue.Enqueue(1),
            () => queue.TryDequeue(out _));
    }

    public static void TestRaceStack()
    {
        var stack = new Stack<int>();
        Both(
            () => stack.Push(1), // race: write Stack
            () => stack.Push(2)); // race: write Stack
    }

    public static void TestNoRaceConcurrentStack()
    {
        var stack = new ConcurrentStack<int>();
        Each(2, stack.Push);
        Same(2, stack.Count);
    }

    public static void TestRaceLinkedList()
    {
        var list = new LinkedList<int>();
        Both(
            () => list.AddLast(1), // race: write LinkedList
            () => list.AddFirst(2)); // race: write LinkedList
    }

    public static void TestNoRaceLinkedListUnderLock()
    {
        var list = new LinkedList<int>();
        Each(2, index => { lock (s_gate) { list.AddLast(index); } });
        Same(2, list.Count);
    }

    public static void TestRaceSortedDictionary()
    {
        var map = new SortedDictionary<int, int>();
        Both(
            () => map[1] = 1, // race: write SortedDictionary
            () => Use(map.ContainsKey(1))); // race: read SortedDictionary
    }

    public static void TestNoRaceSortedDictionaryReads()
    {
        var map = new SortedDictionary<int, int> { [1] = 1 };
        Each(2, _ => Same(1, map[1]));
    }

    public static void TestRaceSortedSet()
    {
        var set = new SortedSet<int>();
        Both(
            () => set.Add(1), // race: write SortedSet
            () => Use(set.Count)); // race: read SortedSet
    }

    public static void TestNoRaceSortedSetReads()
    {
        SortedSet<int> set = [2, 1];
        Each(2, _ => Same(2, set.Max));
    }

    public static void TestRaceSortedList()
    {
        var map = new SortedList<int, int>();
        Both(
            () => map.Add(1, 1), // race: write SortedList
            () => map.Add(2, 2)); // race: write SortedList
    }

    public static void TestNoRaceSortedListsApart() => Each(2, index =>
    {
        var map = new SortedList<int, int> { { index, 1 } };
        Same(1, map.Count);
    });

    public static void TestRacePriorityQueue()
    {
        var queue = new PriorityQueue<string, int>();
        Both(
            () => queue.Enqueue("a", 1), // race: write PriorityQueue
            () => queue.Enqueue("b", 2)); // race: write PriorityQueue
    }

    public static void TestNoRacePriorityQueueUnderLock()
    {
        var queue = new PriorityQueue<string, int>();
        Each(2, index => { lock (s_gate) { queue.Enqueue("a", index); } });
        Same(2, queue.Count);
    }

    public static void TestRaceBitArray()
    {
        var bits = new BitArray(64);
        Both(
            () => bits[1] = true, // race: write BitArray
            () => bits[2] = true); // race: write BitArray
    }

    public static void TestNoRaceBitArrayReads()
    {
        var bits = new BitArray(64, true);
        Each(2, index => Same(true, bits[index]));
    }

    public static void TestRaceArrayList()
    {
        var list = new ArrayList();
        Both(
            () => list.Add(1), // race: write ArrayList
            () => Use(list.Count)); // race: read ArrayList
    }

    public static void TestNoRaceArrayListSynchronized()
    {
        ArrayList list = ArrayList.Synchronized([]);
        Each(2, index => list.Add(index));
        Same(2, list.Count);
    }

    public static void TestRaceHashtable()
    {
        var map = new Hashtable();
        Both(
            () => map[1] = 1, // race: write Hashtable
            () => map[2] = 2); // race: write Hashtable
    }

    // Hashtable is documented as safe for many readers beside one writer.
    public static void TestNoRaceHashtableOneWriter()
    {
        var map = new Hashtable { [1] = 1 };
        Both(
            () => map[2] = 2,
            () => Same(1, (int)map[1]!));
    }

    public static void TestRaceStringBuilder()
    {
        var text = new StringBuilder();
        Both(
            () => text.Append('a'), // race: write StringBuilder
            () => text.Append('b')); // race: write StringBuilder
    }

    public static void TestNoRaceStringBuildersApart() => Each(2, index =>
    {
        var text = new StringBuilder();
        text.Append(index).Append('x');
        Same(2, text.Length);
    });

    public static void TestRaceRandom()
    {
        var random = new Random(1);
        Both(
            () => Use(random.Next()), // race: write Random
            () => Use(random.Next())); // race: write Random
    }

    public static void TestNoRaceRandomShared() => Both(
        () => Use(Random.Shared.Next()),
        () => Use(Random.Shared.Next()));

    public static void TestRaceCollectionThroughDerived()
    {
        var list = new Names();
        Both(
            () => list.Add("a"), // race: write *
            () => list.Add("b")); // race: write *
    }

    private sealed class Names : List<string>;

    public static void TestRaceEnumeratorShared()
    {
        IEnumerator<int> shared = new List<int> { 1, 2, 3 }.GetEnumerator();
        Both(
            () => shared.MoveNext(), // race: write *
            () => shared.MoveNext()); // race: write *
    }

    public static void TestNoRaceEnumeratorsApart()
    {
        List<int> list = [1, 2, 3];
        Each(2, _ =>
        {
            using List<int>.Enumerator mine = list.GetEnumerator();
            Same(true, mine.MoveNext());
        });
    }

    public static void TestRaceListAddRange()
    {
        List<int> list = [];
        int[] more = [1, 2, 3];
        Both(
            () => list.AddRange(more), // race: write List
            () => Use(list.Count)); // race: read List
    }

    public static void TestRaceListLinq()
    {
        List<int> list = [1, 2, 3];
        Both(
            () => Use(list.ToArray()), // race: read List
            () => list.Clear()); // race: write List
    }

    public static void TestRaceListLinqChain()
    {
        List<int> list = [1, 2, 3];
        Both(
            () => Use(list.Where(n => n > 1).Select(n => n + 1).Sum()), // race: read Enumerable.Sum
            () => list.Clear()); // race: write List
    }

    public static void TestRaceListLinqEnumerated()
    {
        List<int> list = [1, 2, 3];
        Both(
            () =>
            {
                try
                {
                    foreach (int n in list.Where(n => n > 1)) { Use(n); } // race: read IEnum
                }
                catch (InvalidOperationException)
                {
                    // It was modified.
                }
            },
            () => list.Add(4)); // race: write List
    }

    // What was sorted is a copy: with the first element everything was read.
    public static void TestNoRaceListSortedFirst()
    {
        List<int> list = [1, 2, 3];
        using IEnumerator<int> sorted = list.OrderBy(n => n).GetEnumerator();
        sorted.MoveNext();
        Both(
            () => { while (sorted.MoveNext()) { Use(sorted.Current); } },
            () => list.Add(4));
    }

    public static void TestNoRaceReadOnlyCollection()
    {
        var list = new ReadOnlyCollection<int>([1, 2, 3]);
        Each(2, _ => Same(3, list.Count));
    }

    public static void TestNoRaceConcurrentBag()
    {
        var bag = new ConcurrentBag<int>();
        Each(2, bag.Add);
        Same(2, bag.Count);
    }
}
