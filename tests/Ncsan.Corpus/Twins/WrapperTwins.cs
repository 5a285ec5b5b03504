using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Collections.Specialized;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Wrappers, builders, trees, writers and readers: what is documented as not thread-safe besides the collections themselves.</summary>
public static class WrapperTwins
{
    private sealed class Shouted : Collection<string>
    {
        protected override void InsertItem(int index, string item) => base.InsertItem(index, item + "!"); // race[TestRaceDerivedCollection]: write InsertItem
    }

    private sealed class Guarded : Collection<string>
    {
        protected override void InsertItem(int index, string item) { lock (this) { base.InsertItem(index, item); } }
    }

    private sealed class ByLength : KeyedCollection<int, string>
    {
        protected override int GetKeyForItem(string item) => item.Length;
    }

    public static void TestRaceReadOnlyWrapper()
    {
        List<int> list = [3, 2, 1];
        ReadOnlyCollection<int> wrapper = list.AsReadOnly();
        Both(
            () => list.Add(4), // race: write List
            () => Use(wrapper.Count)); // race: read ReadOnlyCollection
    }

    public static void TestNoRaceReadOnlyWrapper()
    {
        ReadOnlyCollection<int> wrapper = new List<int> { 3, 2, 1 }.AsReadOnly();
        Each(2, _ => Same(3, wrapper.Count));
    }

    public static void TestRaceNodeValue()
    {
        var list = new LinkedList<int>();
        LinkedListNode<int> node = list.AddLast(1);
        Both(
            () => node.Value = 4, // race: write Value
            () => Use(node.Value)); // race: read Value
    }

    public static void TestNoRaceNodeValuesApart()
    {
        var list = new LinkedList<int>();
        LinkedListNode<int> first = list.AddLast(1), last = list.AddLast(2);
        Both(
            () => first.Value = 4,
            () => last.Value = 5);
        Same(9, first.Value + last.Value);
    }

    public static void TestRaceNameValueCollection()
    {
        var names = new NameValueCollection();
        Both(
            () => names.Add("a", "1"), // race: write NameValueCollection
            () => Use(names["a"])); // race: read NameValueCollection
    }

    public static void TestRaceStringDictionaryWriters()
    {
        var texts = new StringDictionary();
        Both(
            () => texts["a"] = "1", // race: write StringDictionary
            () => texts["b"] = "2"); // race: write StringDictionary
    }

    public static void TestNoRaceStringDictionaryReaderAndWriter()
    {
        var texts = new StringDictionary { ["a"] = "1" };
        Both(
            () => texts["b"] = "2",
            () => Same("1", texts["a"]));
    }

    public static void TestRaceObservableCollection()
    {
        var shown = new ObservableCollection<int>();
        Both(
            () => shown.Add(1), // race: write Collection
            () => shown.Add(2)); // race: write Collection
    }

    public static void TestRaceDerivedCollection()
    {
        var shouted = new Shouted();
        Both(
            () => shouted.Add("a"),
            () => shouted.Add("b"));
    }

    public static void TestNoRaceDerivedCollectionWithALock()
    {
        var guarded = new Guarded();
        Both(
            () => guarded.Add("a"),
            () => guarded.Add("b"));
        Same(2, guarded.Count);
    }

    public static void TestRaceKeyedCollection()
    {
        var keyed = new ByLength();
        Both(
            () => keyed.Add("a"), // race: write Collection
            () => Use(keyed.Contains(1))); // race: read KeyedCollection
    }

    public static void TestRaceImmutableBuilder()
    {
        ImmutableList<int>.Builder builder = ImmutableList.CreateBuilder<int>();
        Both(
            () => builder.Add(1), // race: write Builder
            () => builder.Add(2)); // race: write Builder
    }

    public static void TestNoRaceImmutableBuilderReaders()
    {
        ImmutableArray<int>.Builder builder = ImmutableArray.CreateBuilder<int>();
        builder.Add(1);
        Each(2, _ => Same(2, builder.Count + builder[0]));
    }

    public static void TestRaceStringWriter()
    {
        var writer = new StringWriter();
        Both(
            () => writer.Write("abc"), // race: write TextWriter
            () => Use(writer.ToString())); // race: read StringWriter
    }

    public static void TestNoRaceSynchronizedWriter()
    {
        TextWriter writer = TextWriter.Synchronized(new StringWriter());
        Each(2, _ => { for (int i = 0; i < 20; i++) { writer.Write("abc"); } });
    }

    public static void TestRaceStreamWriter()
    {
        var writer = new StreamWriter(new MemoryStream());
        Both(
            () => writer.WriteLine("a"), // race: write TextWriter
            () => writer.WriteLine("b")); // race: write TextWriter
    }

    public static void TestRaceStringReader()
    {
        var reader = new StringReader("a\nb\nc");
        Both(
            () => Use(reader.ReadLine()), // race: write TextReader
            () => Use(reader.ReadLine())); // race: write TextReader
    }

    public static void TestRaceBinaryWriter()
    {
        var writer = new BinaryWriter(new MemoryStream());
        Both(
            () => writer.Write(5), // race: write BinaryWriter
            () => writer.Write(6L)); // race: write BinaryWriter
    }

    public static void TestRaceJsonObject()
    {
        var tree = new JsonObject { ["a"] = 1 };
        Both(
            () => tree["b"] = 2, // race: write JsonNode
            () => Use(tree["a"])); // race: read JsonNode
    }

    public static void TestNoRaceJsonReaders()
    {
        JsonNode tree = JsonNode.Parse("""{ "a": { "b": [1, 2] } }""")!;
        Each(2, _ => Same(2, (int)tree["a"]!["b"]![1]!));
    }

    public static void TestRaceXElement()
    {
        var root = new XElement("r");
        Both(
            () => root.Add(new XElement("c")), // race: write XContainer
            () => Use(root.Elements().Count())); // race: read Enumerable
    }

    public static void TestNoRaceXElementReaders()
    {
        XElement root = XElement.Parse("<r><c a='1'>x</c></r>");
        Each(2, _ => Same("x1", root.Element("c")!.Value + root.Element("c")!.Attribute("a")!.Value));
    }

    public static void TestRaceOrderedList()
    {
        List<int> list = [3, 2];
        Both(
            () => list.RemoveAt(0), // race: write List
            () => Use((from x in list orderby x select x * 2).FirstOrDefault())); // race: read Enumerable
    }

    public static void TestNoRaceOrderedListSinceChanged()
    {
        List<int> list = [3, 2];
        using var sorted = new ManualResetEventSlim();
        Both(
            () => { sorted.Wait(); list.Add(4); },
            () =>
            {
                int seen = 0;
                foreach (int x in list.Order())
                {
                    sorted.Set();
                    seen += x;
                }

                Same(5, seen);
            });
    }
}
