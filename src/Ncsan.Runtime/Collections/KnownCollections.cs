using System.Collections;
using System.Collections.ObjectModel;
using System.Reflection;
using System.Text;

namespace Ncsan.Runtime.Collections;

/// <summary>The collections of the framework that are not thread-safe, and how to get from anything that works on one to the collection itself.</summary>
/// <remarks>
/// What a member does to its collection stands in the rewriter's data file; here is only which types are meant. A type that is not here, nor
/// nested in one that is, nor derived from one, is never reported: concurrent, immutable and frozen collections, arrays, the program's own.
/// </remarks>
internal static class KnownCollections
{
    // A view of a view of a view is as deep as the framework goes (the key enumerator of SortedDictionary).
    private const int DeepestStruct = 3;

    // Where an iterator that the compiler made keeps the element that it is at.
    private const string CurrentOfIterator = "<>2__current";

    private static readonly HashSet<Type> s_collections =
    [
        typeof(List<>), typeof(Dictionary<,>), typeof(HashSet<>), typeof(Queue<>), typeof(Stack<>), typeof(LinkedList<>), typeof(SortedList<,>), typeof(SortedSet<>),
        typeof(OrderedDictionary<,>), typeof(PriorityQueue<,>), typeof(BitArray), typeof(ArrayList), typeof(Hashtable), typeof(Queue), typeof(Stack), typeof(SortedList),
        typeof(StringBuilder), typeof(Random), typeof(MemoryStream), typeof(StreamWriter), typeof(StreamReader), typeof(StringReader), typeof(BinaryWriter), typeof(BinaryReader),
    ];

    // Not nested in what they work on, or not collections of their own.
    private static readonly HashSet<Type> s_views =
    [
        typeof(SortedDictionary<,>), typeof(LinkedListNode<>), typeof(Collection<>), typeof(ReadOnlyCollection<>), typeof(ReadOnlyDictionary<,>), typeof(ReadOnlySet<>), typeof(StringWriter),
    ];

    // In assemblies that no process is to load for our sake.
    private static readonly HashSet<string> s_collectionsByName = new(StringComparer.Ordinal)
    {
        "System.Collections.Specialized.NameObjectCollectionBase", "System.Text.Json.Nodes.JsonObject", "System.Text.Json.Nodes.JsonArray", "System.Xml.Linq.XContainer",
        "System.Collections.Immutable.ImmutableList`1+Builder", "System.Collections.Immutable.ImmutableArray`1+Builder", "System.Collections.Immutable.ImmutableDictionary`2+Builder",
        "System.Collections.Immutable.ImmutableHashSet`1+Builder", "System.Collections.Immutable.ImmutableSortedDictionary`2+Builder", "System.Collections.Immutable.ImmutableSortedSet`1+Builder",
    };

    private static readonly HashSet<string> s_viewsByName = new(StringComparer.Ordinal) { "System.Collections.Specialized.StringDictionary" };

    // What the framework derives from those in another assembly.
    private static readonly HashSet<string> s_derivedByName = new(StringComparer.Ordinal)
    {
        "System.Collections.ObjectModel.KeyedCollection`2", "System.Collections.ObjectModel.ObservableCollection`1", "System.Collections.ObjectModel.ReadOnlyObservableCollection`1",
    };

    // Operators of LINQ that hold on to their source and look at it with every element, and those that look at all of it when they are asked for the first.
    private static readonly string[] s_streaming = ["Where", "Select", "SkipTake", "Distinct", "OfType", "Cast"], s_buffering = ["Ordered", "Reverse"];

    /// <summary>The definition of a collection by its name in source, such as <c>List&lt;T&gt;</c>; null for what is none.</summary>
    internal static Type? ByName(string name) => s_collections.FirstOrDefault(t => Sites.SourceNames.OfType(t) == name);

    /// <summary>The nearest known type that the type is, derives from or is nested in; null when there is none.</summary>
    internal static Type? KnownBase(Type type)
    {
        for (Type? t = type; t is not null; t = t.BaseType)
        {
            if (IsNested(t) || IsKnown(t) || IsOperator(t, s_streaming) || IsOperator(t, s_buffering)) { return t; }
        }

        return null;
    }

    internal static CollectionRole RoleOf(Type known) =>
        IsNested(known) ? (known.Name.StartsWith("Sync", StringComparison.Ordinal) ? CollectionRole.None : CollectionRole.View)
        : s_collections.Contains(Definition(known)) || s_collectionsByName.Contains(NameOf(known)) ? CollectionRole.Collection : CollectionRole.View;

    internal static bool HasSafeReaders(Type known) => known == typeof(Hashtable);

    /// <summary>The type is one that the framework itself derives from a known one, so what it overrides guards nothing.</summary>
    internal static bool IsFrameworksOwn(Type type, Type known) => type.Assembly == known.Assembly || s_derivedByName.Contains(NameOf(type));

    /// <summary>The view looks at what is behind it once, at its first element.</summary>
    internal static bool IsBuffering(Type known) => IsOperator(known, s_buffering);

    /// <summary>The fields that lead from a view to what it works on; empty when there are none.</summary>
    internal static List<FieldInfo> PathFrom(Type view)
    {
        var path = new List<FieldInfo>();
        return Search(view, f => !f.FieldType.IsValueType && !f.FieldType.IsInterface && f.Name != CurrentOfIterator && LeadsOn(f.FieldType), path, DeepestStruct)
            || Search(view, f => (f.FieldType.IsInterface || f.FieldType.DeclaringType == typeof(Enumerable)) && typeof(IEnumerable).IsAssignableFrom(f.FieldType), path, DeepestStruct) ? path : [];
    }

    private static bool Search(Type type, Func<FieldInfo, bool> isGoal, List<FieldInfo> path, int depth)
    {
        for (Type? t = type; t is not null && t != typeof(object); t = t.BaseType)
        {
            foreach (FieldInfo field in t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                path.Add(field);
                if (isGoal(field) || (depth > 0 && IsNested(field.FieldType) && field.FieldType.IsValueType && Search(field.FieldType, isGoal, path, depth - 1))) { return true; }
                path.RemoveAt(path.Count - 1);
            }
        }

        return false;
    }

    /// <summary>A field of this type leads to a collection, and not to a mere part or view of one.</summary>
    private static bool LeadsOn(Type type) => KnownBase(type) is { } known && !IsNested(known);

    private static bool IsKnown(Type type) => s_collections.Contains(Definition(type)) || s_views.Contains(Definition(type)) || s_collectionsByName.Contains(NameOf(type)) || s_viewsByName.Contains(NameOf(type));

    private static bool IsOperator(Type type, string[] names) => type.DeclaringType == typeof(Enumerable) && typeof(IEnumerable).IsAssignableFrom(type)
        && type.GetField("_source", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly) is not null && Array.Exists(names, type.Name.Contains);

    private static bool IsNested(Type type) => type.DeclaringType is { } outer && (IsKnown(outer) || IsNested(outer));

    private static string NameOf(Type type) => Definition(type).FullName ?? "";

    private static Type Definition(Type type) => type.IsConstructedGenericType ? type.GetGenericTypeDefinition() : type;
}
