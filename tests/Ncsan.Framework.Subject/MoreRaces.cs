using System.Collections;
using System.Collections.ObjectModel;
using System.Collections.Specialized;
using System.Data;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;

namespace Ncsan.Framework.Subject;

/// <summary>The same for types beyond those that everybody knows, and for other ways to call them. The lines that race say so; a test looks for them.</summary>
internal static class MoreRaces
{
    internal static void SortedSet()
    {
        var set = new SortedSet<int>();
        Racing.Both(i => set.Add(i % 500), // race
            i => set.Remove(i % 500)); // race
    }

    internal static void SortedList()
    {
        var list = new SortedList<int, string>();
        Racing.Both(i => list[i % 100] = "value", // race
            i => list.Remove(i % 100)); // race
    }

    internal static void Stack()
    {
        var stack = new Stack<int>();
        Racing.Both(i => stack.Push(i), // race
            _ => stack.TryPop(out int _)); // race
    }

    internal static void BitArray()
    {
        var bits = new BitArray(100);
        Racing.Both(i => bits[i % 100] = i % 3 == 0, // race
            i => bits[i % 90] = i % 7 == 0); // race
    }

    internal static void Collection()
    {
        var items = new Collection<int>();
        Racing.Both(i => items.Add(i), // race
            _ => { if (items.Count > 5000) { items.Clear(); } }); // race
    }

    internal static void ObservableCollection()
    {
        var items = new ObservableCollection<int>();
        Racing.Both(i => items.Add(i), // race
            _ => { if (items.Count > 5000) { items.Clear(); } }); // race
    }

    internal static void ReadOnlyDictionary()
    {
        var map = new Dictionary<string, int>();
        var view = new ReadOnlyDictionary<string, int>(map);
        string[] keys = [.. Enumerable.Range(0, 50).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        Racing.Both(i => map[keys[i % 50]] = i, // race
            i => view.TryGetValue(keys[i % 50], out _)); // race
    }

    internal static void OrderedDictionary()
    {
        var map = new System.Collections.Generic.OrderedDictionary<int, int>();
        Racing.Both(i => map[i % 100] = i, // race
            i => map.Remove(i % 100)); // race
    }

    // Readers may go beside one writer; two writers may not.
    internal static void Hashtable()
    {
        var table = new Hashtable();
        Racing.Both(i => table[i % 100] = "a", // race
            i => table.Remove(i % 100)); // race
    }

    internal static void ArrayList()
    {
        var list = new ArrayList();
        Racing.Both(i => list.Add("x"), // race
            _ => { if (list.Count > 5000) { list.Clear(); } }); // race
    }

    internal static void NameValueCollection()
    {
        var values = new NameValueCollection();
        Racing.Both(i => values["key" + (i % 50)] = "value", // race
            i => values.Remove("key" + (i % 50))); // race
    }

    internal static void StringWriter()
    {
        var writer = new StringWriter();
        Racing.Both(_ => writer.Write('a'), // race
            _ => writer.Write("bc")); // race
    }

    internal static void BinaryWriter()
    {
        var stream = new MemoryStream();
        var writer = new BinaryWriter(stream);
        Racing.Both(i => writer.Write((byte)i), // race
            _ => stream.SetLength(0)); // race
    }

    internal static void StringReader()
    {
        var reader = new StringReader(new string('x', 50_000_000));
        Racing.Both(_ => reader.Read(), // race
            _ => reader.Peek()); // race
    }

    internal static void XmlDocument()
    {
        var document = new XmlDocument();
        document.LoadXml("<root/>");
        Racing.Both(_ => document.DocumentElement!.AppendChild(document.CreateElement("item")), // race
            _ => document.DocumentElement!.RemoveAll()); // race
    }

    internal static void XElement()
    {
        var root = new XElement("root");
        Racing.Both(_ => root.Add(new XElement("item")), // race
            _ => root.RemoveNodes()); // race
    }

    internal static void JsonNode()
    {
        var node = new JsonObject();
        Racing.Both(i => node["key" + (i % 50)] = i, // race
            i => node.Remove("key" + (i % 50))); // race
    }

    internal static void DataTable()
    {
        var table = new DataTable();
        table.Columns.Add("value", typeof(int));
        Racing.Both(i => table.Rows.Add(i), // race
            _ => { if (table.Rows.Count > 100) { table.Clear(); } }); // race
    }

    // A call through an interface names no type of the framework; its arguments do.
    internal static void ByInterface()
    {
        IDictionary<int, string> map = new Dictionary<int, string>();
        Racing.Both(i => map[i % 500] = "value", // race
            i => map.TryGetValue(i % 500, out _)); // race
    }

    // A delegate that returns what the call returns may be left before the call by the JIT.
    internal static void TailCalls()
    {
        var set = new HashSet<int>();
        Func<int, bool> add = i => set.Add(i % 500), // race
            remove = i => set.Remove(i % 500); // race
        Racing.Both(i => _ = add(i), i => _ = remove(i));
    }

    internal static void Enumeration()
    {
        var list = new List<string>();
        Racing.Both(_ => { if (list.Count < 200) { list.Add("x"); } else { list.Clear(); } }, // race
            _ => { foreach (string s in list) { GC.KeepAlive(s); } }); // race
    }

    internal static void Linq()
    {
        var list = new List<int>();
        Racing.Both(_ => { if (list.Count < 200) { list.Add(1); } else { list.Clear(); } }, // race
            _ => list.Where(i => i > 0).ToArray()); // race
    }

    // Both race at the same sites of the framework, and are two defects.
    internal static void TwoDictionaries()
    {
        Dictionary<int, string> first = [], second = [];
        Racing.Both(i => first[i % 500] = "value", // race
            i => first[i % 500] = "other"); // race
        Racing.Both(i => second[i % 500] = "value", // also
            i => second[i % 500] = "other"); // also
    }

    // Whoever calls this knows what its parameter stands for, and the stack does not.
    internal static void InGenericCode() => FillAtOnce("value");

    private static void FillAtOnce<T>(T value)
    {
        var map = new Dictionary<int, T>();
        Racing.Both(i => map[i % 500] = value, i => map.TryGetValue(i % 500, out _));
    }

    // Two threads that use it a few hundred times only, and no more than that.
    internal static void ShortDictionary()
    {
        var map = new Dictionary<int, string>(1000);
        Parallel.For(0, 400, i =>
        {
            if (!map.TryGetValue(i % 100, out _)) // race
            {
                map[i % 100] = "value"; // race
            }
        });
    }
}
