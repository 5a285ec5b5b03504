using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Collections.Specialized;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Ncsan.Runtime.Collections;

namespace Ncsan.Runtime.Tests;

/// <summary>Which collection a call on a receiver touches, by the receiver's real type.</summary>
public class UnsafeCollectionsTests
{
    public static TheoryData<object> Themselves =>
    [
        new List<int>(), new List<string>(), new Dictionary<int, string>(), new HashSet<long>(), new Queue<int>(), new Stack<int>(), new LinkedList<int>(), new SortedList<int, int>(),
        new SortedSet<int>(), new OrderedDictionary<int, int>(), new PriorityQueue<int, int>(), new BitArray(3), new ArrayList(), new Queue(), new Stack(), new SortedList(),
        new StringBuilder(), new Random(), new Random(3), new MemoryStream(), new NameValueCollection(), new StreamWriter(new MemoryStream()), new StreamReader(new MemoryStream()), new StringReader("a"),
        new BinaryWriter(new MemoryStream()), new BinaryReader(new MemoryStream()), new JsonObject(), new JsonArray(), new XElement("a"), new XDocument(),
        ImmutableList.CreateBuilder<int>(), ImmutableArray.CreateBuilder<string>(), ImmutableDictionary.CreateBuilder<int, int>(), ImmutableHashSet.CreateBuilder<int>(),
        ImmutableSortedDictionary.CreateBuilder<int, int>(), ImmutableSortedSet.CreateBuilder<int>(),
    ];

    [Theory]
    [MemberData(nameof(Themselves), DisableDiscoveryEnumeration = true)]
    public void A_collection_is_its_own(object collection)
    {
        Assert.Same(collection, UnsafeCollections.Behind(collection, dispatched: false, writes: false));
        Assert.Same(collection, UnsafeCollections.Behind(collection, dispatched: true, writes: true));
    }

    /// <summary>Pairs of a view and what is behind it.</summary>
    public static TheoryData<object, object> Views()
    {
        var data = new TheoryData<object, object>();
        void Add(object behind, params object[] views) { foreach (object view in views) { data.Add(view, behind); } }
        var list = new List<int> { 1 };
        Add(list, ((IEnumerable<int>)list).GetEnumerator(), new ReadOnlyCollection<int>(list), new Collection<int>(list), ((IEnumerable)new ReadOnlyCollection<int>(list)).GetEnumerator(), new ReadOnlyCollection<int>(new Collection<int>(list)),
            list.Where(static x => x > 0), list.Select(static x => x + 1));
        var map = new Dictionary<int, string> { [1] = "" };
        Add(map, map.Keys, map.Values, ((IEnumerable)map).GetEnumerator(), ((IDictionary)map).GetEnumerator(), ((IEnumerable)map.Keys).GetEnumerator(), ((IEnumerable)map.Values).GetEnumerator(),
            new ReadOnlyDictionary<int, string>(map), new ReadOnlyDictionary<int, string>(map).Keys);
        var set = new HashSet<int> { 1 };
        Add(set, ((IEnumerable)set).GetEnumerator(), new ReadOnlySet<int>(set));
        var queue = new Queue<int>([1]);
        Add(queue, ((IEnumerable)queue).GetEnumerator());
        var stack = new Stack<int>([1]);
        Add(stack, ((IEnumerable)stack).GetEnumerator());
        var linked = new LinkedList<int>([1, 2]);
        Add(linked, ((IEnumerable)linked).GetEnumerator(), linked.First!, linked.Last!);
        var sorted = new SortedList<int, int> { [1] = 2 };
        Add(sorted, sorted.Keys, sorted.Values, ((IEnumerable)sorted).GetEnumerator(), sorted.Keys.GetEnumerator(), sorted.Values.GetEnumerator());
        var tree = new SortedSet<int> { 1, 2, 3 };
        Add(tree, ((IEnumerable)tree).GetEnumerator(), tree.GetViewBetween(1, 2), tree.GetViewBetween(1, 3).GetViewBetween(2, 3));
        var ordered = new OrderedDictionary<int, int> { [1] = 2 };
        Add(ordered, ordered.Keys, ordered.Values, ((IEnumerable)ordered).GetEnumerator(), ((IEnumerable)ordered.Keys).GetEnumerator());
        var heap = new PriorityQueue<int, int>([(1, 2)]);
        Add(heap, heap.UnorderedItems, ((IEnumerable)heap.UnorderedItems).GetEnumerator());
        var bits = new BitArray(3);
        Add(bits, bits.GetEnumerator());
        var array = new ArrayList { 1, 2 };
        Add(array, array.GetEnumerator(), array.GetEnumerator(0, 1), ArrayList.ReadOnly(array), ArrayList.FixedSize(array), array.GetRange(0, 1), ArrayList.ReadOnly((IList)array));
        var table = new Hashtable { [1] = 2 };
        Add(table, table.GetEnumerator(), table.Keys.GetEnumerator());
        var oldQueue = new Queue();
        Add(oldQueue, oldQueue.GetEnumerator());
        var oldStack = new Stack();
        Add(oldStack, oldStack.GetEnumerator());
        var oldSorted = new SortedList();
        Add(oldSorted, oldSorted.GetKeyList(), oldSorted.Values, oldSorted.GetEnumerator());
        var text = new StringBuilder();
        Add(text, new StringWriter(text));
        var names = new NameValueCollection();
        Add(names, names.Keys);
        var root = new XElement("a", new XElement("b"));
        Add(root, root.Elements(), root.Nodes(), root.Descendants());
        return data;
    }

    [Theory]
    [MemberData(nameof(Views), DisableDiscoveryEnumeration = true)]
    public void A_view_leads_to_its_collection(object view, object behind) => Assert.Same(behind, UnsafeCollections.Behind(view, dispatched: true, writes: false));

    [Fact]
    public void A_sorted_dictionary_and_all_its_views_share_one_tree()
    {
        var sorted = new SortedDictionary<int, string> { [1] = "" };
        object? tree = UnsafeCollections.Behind(sorted, dispatched: false, writes: true);
        Assert.NotNull(tree);
        Assert.All((object[])[sorted.Keys, sorted.Values, ((IEnumerable)sorted).GetEnumerator(), ((IEnumerable)sorted.Keys).GetEnumerator(), ((IEnumerable)sorted.Values).GetEnumerator()],
            view => Assert.Same(tree, UnsafeCollections.Behind(view, dispatched: true, writes: false)));
        var enumerator = sorted.Values.GetEnumerator();
        Assert.Same(tree, UnsafeCollections.BehindView(ref enumerator, writes: false));
    }

    [Fact]
    public void A_struct_view_leads_to_its_collection()
    {
        var list = new List<string>();
        var listEnumerator = list.GetEnumerator();
        Assert.Same(list, UnsafeCollections.BehindView(ref listEnumerator, writes: false));
        var map = new Dictionary<string, decimal>();
        var (mapEnumerator, keys, lookup) = (map.GetEnumerator(), map.Keys.GetEnumerator(), map.GetAlternateLookup<ReadOnlySpan<char>>());
        Assert.Same(map, UnsafeCollections.BehindView(ref mapEnumerator, writes: false));
        Assert.Same(map, UnsafeCollections.BehindView(ref keys, writes: false));
        Assert.Same(map, UnsafeCollections.BehindView(ref lookup, writes: true));
        var text = new StringBuilder("a");
        var chunks = text.GetChunks();
        Assert.Same(text, UnsafeCollections.BehindView(ref chunks, writes: false));
        List<int>.Enumerator empty = default;
        Assert.Null(UnsafeCollections.BehindView(ref empty, writes: false));
    }

    public static TheoryData<object> Safe =>
    [
        new ConcurrentDictionary<int, int>(), new ConcurrentQueue<int>(), new ConcurrentBag<int>(), new BlockingCollection<int>(), ImmutableList<int>.Empty, ImmutableDictionary<int, int>.Empty,
        new Dictionary<int, int>().ToFrozenDictionary(), new[] { 1 }.ToFrozenSet(), ArrayList.Synchronized(new ArrayList()), (object)ArrayList.Synchronized((IList)new ArrayList()), Hashtable.Synchronized(new Hashtable()),
        Queue.Synchronized(new Queue()), Stack.Synchronized(new Stack()), SortedList.Synchronized(new SortedList()), Random.Shared, Stream.Synchronized(new MemoryStream()), TextWriter.Synchronized(new StringWriter()), TextReader.Synchronized(new StringReader("")), Console.Out, Console.Error, StreamWriter.Null, TextWriter.Null, StreamReader.Null,
        new int[3], "text", new object(), (object)((IEnumerable<int>)new int[3]).GetEnumerator(), (object)new[] { 1 }.Select(x => x), new ReadOnlyCollection<int>(new int[2]), new Collection<int>(new int[2]),
    ];

    [Theory]
    [MemberData(nameof(Safe), DisableDiscoveryEnumeration = true)]
    public void What_is_safe_is_never_a_collection_that_is_not(object safe)
    {
        Assert.Null(UnsafeCollections.Behind(safe, dispatched: true, writes: true));
        Assert.Null(UnsafeCollections.Behind(safe, dispatched: false, writes: false));
    }

    [Fact]
    public void What_sorts_a_collection_reads_it_when_it_is_enumerated_at_once_and_not_element_by_element()
    {
        var list = new List<int> { 2, 1 };
        Assert.All((object[])[list.OrderBy(static x => x), list.Order(), list.OrderBy(static x => x).Select(static x => x * 2), list.OrderByDescending(static x => x).ThenBy(static x => x), list.AsEnumerable().Reverse(), list.Order().Take(1)], query =>
        {
            Assert.Same(list, UnsafeCollections.Behind(query, dispatched: true, writes: false, atOnce: true, out _));
            Assert.Null(UnsafeCollections.Behind(query, dispatched: true, writes: false));
        });
    }

    [Fact]
    public void A_string_dictionary_stands_for_a_Hashtable_and_collections_that_others_derive_from_for_their_list()
    {
        var texts = new StringDictionary { ["a"] = "b" };
        Assert.IsType<Hashtable>(UnsafeCollections.Behind(texts, dispatched: true, writes: true));
        Assert.Null(UnsafeCollections.Behind(texts, dispatched: true, writes: false));
        var shown = new ObservableCollection<int>();
        Assert.IsType<List<int>>(UnsafeCollections.Behind(shown, dispatched: true, writes: true));
        Assert.Same(UnsafeCollections.Behind(shown, dispatched: true, writes: true), UnsafeCollections.Behind(new ReadOnlyObservableCollection<int>(shown), dispatched: true, writes: false));

        // A key has to be given; nothing that guards is overridden.
        Assert.IsType<List<string>>(UnsafeCollections.Behind(new ByLength(), dispatched: true, writes: true));
        Assert.Null(UnsafeCollections.Behind(new LockedByLength(), dispatched: true, writes: true));
    }

    private sealed class ByLength : KeyedCollection<int, string>
    {
        protected override int GetKeyForItem(string item) => item.Length;
    }

    private sealed class LockedByLength : KeyedCollection<int, string>
    {
        protected override int GetKeyForItem(string item) => item.Length;

        protected override void InsertItem(int index, string item) { lock (this) { base.InsertItem(index, item); } }
    }

    [Fact]
    public void A_Hashtable_has_safe_readers_but_no_safe_enumerators()
    {
        var table = new Hashtable { [1] = 2 };
        Assert.Null(UnsafeCollections.Behind(table, dispatched: true, writes: false));
        Assert.Same(table, UnsafeCollections.Behind(table, dispatched: true, writes: true));
        Assert.Same(table, UnsafeCollections.Behind(table.GetEnumerator(), dispatched: true, writes: false));
    }

    [Fact]
    public void A_type_of_the_program_that_overrides_nothing_is_its_base()
    {
        Assert.All((object[])[new Plain(), new PlainTable()], c => Assert.Same(c, UnsafeCollections.Behind(c, dispatched: true, writes: true)));
    }

    [Fact]
    public void A_type_of_the_program_that_overrides_members_may_bring_a_lock_until_it_calls_its_base()
    {
        Assert.All((object[])[new Locked(), new LockedTable()], c =>
        {
            Assert.Null(UnsafeCollections.Behind(c, dispatched: true, writes: true));
            Assert.Same(c, UnsafeCollections.Behind(c, dispatched: false, writes: true));
        });
        var items = new LockedItems();
        Assert.Null(UnsafeCollections.Behind(items, dispatched: true, writes: true));
    }

    [Fact]
    public void A_collection_of_an_unloadable_type_is_found_without_being_remembered()
    {
        for (int i = 0; i < 2; i++)
        {
            var assembly = System.Reflection.Emit.AssemblyBuilder.DefineDynamicAssembly(new System.Reflection.AssemblyName("unloadable"), System.Reflection.Emit.AssemblyBuilderAccess.RunAndCollect);
            Type element = assembly.DefineDynamicModule("m").DefineType("Element").CreateType();
            object list = Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
            Assert.Same(list, UnsafeCollections.Behind(list, dispatched: false, writes: false));
        }
    }

    [Fact]
    public void A_race_on_a_list_is_a_finding_and_two_readers_never()
    {
        var list = new List<int> { 1, 2, 3 };
        Assert.False(Stage.Clash(() => Read(list, 40), () => Read(list, 40), () => Stage.FindingsOn(20).Count > 0, seconds: 1));
        Assert.True(Stage.Clash(() => Read(list, 40), () => Write(list, 41), () => Stage.FindingsOn(20).Count > 0));
        Assert.Equal("data race", Stage.FindingsOn(20)[0].GetProperty("kind").GetString());
        Assert.All(Stage.FindingsOn(20)[0].GetProperty("accesses").EnumerateArray(), a => Assert.True(a.GetProperty("collection").GetBoolean()));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Read(List<int> list, int site)
    {
        Hooks.CollectionRead(list, Stage.Site(site));
        return list.Count;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Write(List<int> list, int site)
    {
        Hooks.CollectionWrite(list, Stage.Site(site));
        list[0]++;
    }

    private sealed class Plain : List<int> { public override string ToString() => "plain"; }

    private sealed class PlainTable : ArrayList;

    private sealed class Locked : List<int>, IList<int>
    {
        void ICollection<int>.Add(int item) { lock (this) { Add(item); } }
    }

    private sealed class LockedTable : ArrayList
    {
        public override int Add(object? value) { lock (this) { return base.Add(value); } }
    }

    private sealed class LockedItems : Collection<int>
    {
        protected override void InsertItem(int index, int item) { lock (this) { base.InsertItem(index, item); } }
    }
}
