namespace Ncsan.Rewriter.Tests;

public class CollectionPassTests
{
    [Fact]
    public void Members_of_collections_are_reads_and_writes_of_them() => Calls("""
        class Bank { readonly List<int> _entries = new(); public object Run() { _entries.Add(1); _entries[0] = 2; return _entries[0] + _entries.Count; } }
        static class Program { static object Run() => new Bank().Run(); }
        """, 3,
        "CollectionWrite Bank._entries (List<int>.Add)", "CollectionWrite Bank._entries (List<int>[])", "CollectionRead Bank._entries (List<int>[])", "CollectionRead Bank._entries (List<int>.Count)");

    [Fact]
    public void A_struct_enumerator_reads_the_collection_behind_it() => Calls("""
        static class Program { static object Run() { var map = new Dictionary<string, long> { ["a"] = 1 }; long sum = 0; foreach (var entry in map) { sum += entry.Value; } return sum; } }
        """, 1L,
        "CollectionWrite Dictionary<string, long>[]", "CollectionRead Dictionary<string, long>.GetEnumerator", "CollectionViewRead Dictionary<string, long>.Enumerator.MoveNext", "CollectionViewRead Dictionary<string, long>.Enumerator.MoveNext");

    [Fact]
    public void A_collection_is_named_after_where_it_came_from() => Calls("""
        class Bank
        {
            readonly List<int> _entries = new(); List<int> Entries => _entries; static readonly Dictionary<int, int> s_map = new() { [1] = 2 };
            public object Run()
            {
                var local = _entries; local.Add(1); Entries.Add(2); int sum = 0;
                foreach (int entry in _entries) { sum += entry; break; }
                foreach (int key in s_map.Keys) { sum += key; break; }
                foreach (int each in Iterate()) { sum += each; }
                return sum;
            }
            IEnumerable<int> Iterate() { foreach (int entry in _entries) { yield return entry; break; } }
        }
        static class Program { static object Run() => new Bank().Run(); }
        """, 3,
        "CollectionWrite Bank._entries (List<int>.Add)", "CollectionWrite Bank.Entries (List<int>.Add)",
        "CollectionRead Bank._entries (List<int>.GetEnumerator)", "CollectionViewRead Bank._entries (List<int>.Enumerator.MoveNext)",
        "CollectionRead Bank.s_map (Dictionary<int, int>.KeyCollection.GetEnumerator)", "CollectionViewRead Bank.s_map (Dictionary<int, int>.KeyCollection.Enumerator.MoveNext)",
        "CollectionReadDispatched IEnumerable<int>.GetEnumerator", "CollectionReadDispatched IEnumerator.MoveNext",
        "CollectionRead Bank._entries (List<int>.GetEnumerator)", "CollectionViewRead Bank._entries (List<int>.Enumerator.MoveNext)", "CollectionReadDispatched IEnumerator.MoveNext");

    [Fact]
    public void An_override_counts_though_compilers_name_its_first_declaration() => Calls("""
        static class Program { static object Run() { var text = new System.Text.StringBuilder("a"); var memory = new System.IO.MemoryStream(); memory.WriteByte(1); System.IO.Stream stream = memory; stream.WriteByte(2); object o = 3; return text.ToString() + o.ToString(); } }
        """, "a3", "CollectionWriteDispatched Stream.WriteByte", "CollectionWriteDispatched Stream.WriteByte", "CollectionRead StringBuilder.ToString");

    [Fact]
    public void An_interface_member_is_left_to_the_real_type() => Calls("""
        static class Program { static object Run() { IList<int> list = new List<int>(); list.Add(4); IReadOnlyCollection<int> view = new int[2]; return view.Count; } }
        """, 2, "CollectionWriteDispatched ICollection<int>.Add", "CollectionReadDispatched IReadOnlyCollection<int>.Count");

    [Fact]
    public void An_overridable_member_is_left_to_the_real_type_and_a_call_of_the_base_is_not() => Calls("""
        class Locked : System.Collections.ArrayList { public override int Add(object? value) => base.Add(value); }
        static class Program { static object Run() => new Locked().Add(1); }
        """, 0, "CollectionWriteDispatched ArrayList.Add", "CollectionWrite ArrayList.Add");

    [Fact]
    public void What_is_handed_to_a_collection_or_to_LINQ_is_read() => Calls("""
        static class Program { static object Run() { var a = new List<int> { 1 }; var b = new List<int>(a); b.AddRange(a); return b.Sum() + string.Join(",", b); } }
        """, "21,1",
        "CollectionWrite List<int>.Add", "CollectionEnumerated new List<int>", "CollectionWrite List<int>.AddRange", "CollectionEnumerated List<int>.AddRange",
        "CollectionEnumerated Enumerable.Sum", "CollectionEnumerated string.Join");

    [Fact]
    public void Extension_methods_write_their_first_argument() => Calls("""
        static class Program { static object Run() { var a = new List<int>(); CollectionsMarshal.SetCount(a, 3); IDictionary<int, int> d = new Dictionary<int, int>(); d.TryAdd(1, 2); return a.Count; } }
        """, 3,
        "CollectionWriteDispatched CollectionsMarshal.SetCount", "CollectionWriteDispatched CollectionExtensions.TryAdd", "CollectionRead List<int>.Count");

    [Fact]
    public void Wrappers_trees_writers_and_readers_are_collections() => Calls("""
        using System.Collections.ObjectModel; using System.IO; using System.Text.Json.Nodes; using System.Xml.Linq;
        class Shouted : Collection<string> { protected override void InsertItem(int index, string item) => base.InsertItem(index, item + "!"); }
        static class Program
        {
            static object Run()
            {
                var list = new List<int> { 1 }; int n = list.AsReadOnly().Count; var shown = new ObservableCollection<int>(); shown.Add(2); shown.Move(0, 0);
                var names = new System.Collections.Specialized.NameValueCollection(); names["a"] = "b"; n += names.Get("a").Length;
                var builder = System.Collections.Immutable.ImmutableList.CreateBuilder<int>(); builder.Add(1); n += builder.ToImmutable().Count;
                var text = new StringWriter(); text.Write("abc"); n += text.ToString().Length; n += new StringReader("x").ReadLine().Length;
                var tree = new JsonObject { ["a"] = 1 }; n += (int)tree["a"]; var root = new XElement("r"); root.Add(new XElement("c")); n += root.Elements().Count();
                var shouted = new Shouted(); shouted.Add("a"); return n;
            }
        }
        """, 9,
        "CollectionWrite List<int>.Add", "CollectionRead ReadOnlyCollection<int>.Count", "CollectionWriteDispatched Collection<int>.Add", "CollectionWriteDispatched ObservableCollection<int>.Move",
        "CollectionWriteDispatched NameValueCollection[]", "CollectionReadDispatched NameValueCollection.Get", "CollectionWrite ImmutableList<int>.Builder.Add", "CollectionRead ImmutableList<int>.Builder.ToImmutable",
        "CollectionWriteDispatched TextWriter.Write", "CollectionReadDispatched StringWriter.ToString", "CollectionWriteDispatched TextReader.ReadLine", "CollectionWriteDispatched JsonNode[]", "CollectionReadDispatched JsonNode[]",
        "CollectionWrite XContainer.Add", "CollectionEnumerated Enumerable.Count", "CollectionWriteDispatched Collection<string>.Add", "CollectionWrite Collection<string>.InsertItem");

    [Fact]
    public void The_value_of_a_node_is_memory_of_its_own()
    {
        using var subject = new Subject("""
            static class Program { static object Run() { var list = new LinkedList<int>(); var node = list.AddLast(1); node.Value = 4; var texts = new LinkedList<string>(); return node.Value + texts.AddLast("a").Value; } }
            """);
        var (value, calls) = subject.RunChecked();
        Assert.Equal("4a", value);
        Assert.Equal(["Write4 LinkedListNode<int>.Value (int)", "Read4 LinkedListNode<int>.Value (int)", "ReadRef LinkedListNode<string>.Value (string)"], calls.Where(static c => c.Contains(".Value", StringComparison.Ordinal) && !c.StartsWith("MethodExit", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_alternate_lookup_writes_the_dictionary_behind_it() => Calls("""
        static class Program { static object Run() { var map = new Dictionary<string, int>(); var byChars = map.GetAlternateLookup<ReadOnlySpan<char>>(); byChars["a"] = 1; return map.Count; } }
        """, 1, "CollectionViewWrite Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>>[]", "CollectionRead Dictionary<string, int>.Count");

    [Fact]
    public void What_is_safe_is_left_alone() => Calls("""
        static class Program
        {
            static object Run()
            {
                var map = new System.Collections.Concurrent.ConcurrentDictionary<int, int>(); map[1] = 2;
                var array = System.Collections.Immutable.ImmutableArray.Create(1, 2);
                var lazy = new[] { 3 }.Select(x => x + 1);
                return map.Count + array.Length + new System.Collections.Hashtable().Count + new List<int>(4).AsReadOnly().GetType().Name.Length;
            }
        }
        """, 23);

    [Fact]
    public void A_constrained_call_on_a_type_parameter_runs_as_before()
    {
        using var subject = new Subject("""
            struct Bag : ICollection<int> { public int Sum; public void Add(int x) => Sum += x; public int Count => Sum; public bool IsReadOnly => false; public void Clear() { } public bool Contains(int x) => false; public void CopyTo(int[] a, int i) { } public bool Remove(int x) => false; public IEnumerator<int> GetEnumerator() => null!; System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => null!; }
            static class Program { static int Fill<T>(T bag) where T : ICollection<int> { bag.Add(2); bag.Add(3); return bag.Count; } static object Run() => Fill(new Bag()) + Fill(new List<int>()); }
            """);
        Assert.Equal(7, subject.RunChecked().Value);
        Assert.Equal(7, subject.RunToggling());
    }

    private static void Calls(string source, object value, params string[] expected)
    {
        foreach (bool optimize in (bool[])[true, false])
        {
            using var subject = new Subject(source, optimize);
            Assert.Equal(value, subject.RunClean());
            Assert.Equal(0, subject.Accesses);
            var (checkedValue, calls) = subject.RunChecked();
            Assert.Equal(value, checkedValue);
            Assert.Equal(expected, calls.Where(c => c.StartsWith("Collection", StringComparison.Ordinal)));
        }
    }
}
