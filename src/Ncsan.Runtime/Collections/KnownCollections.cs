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

    private static readonly HashSet<Type> s_collections =
    [
        typeof(List<>), typeof(Dictionary<,>), typeof(HashSet<>), typeof(Queue<>), typeof(Stack<>), typeof(LinkedList<>), typeof(SortedList<,>), typeof(SortedSet<>),
        typeof(OrderedDictionary<,>), typeof(PriorityQueue<,>), typeof(BitArray), typeof(ArrayList), typeof(Hashtable), typeof(Queue), typeof(Stack), typeof(SortedList),
        typeof(StringBuilder), typeof(Random), typeof(MemoryStream),
    ];

    // Not nested in what they work on, or not collections of their own.
    private static readonly HashSet<Type> s_views = [typeof(SortedDictionary<,>), typeof(LinkedListNode<>), typeof(Collection<>), typeof(ReadOnlyCollection<>), typeof(ReadOnlyDictionary<,>)];

    // Operators of LINQ that hold on to their source and look at it with every element, and not only at the first.
    private static readonly string[] s_streaming = ["Where", "Select", "SkipTake", "Distinct", "OfType", "Cast"];

    /// <summary>The definition of a collection by its name in source, such as <c>List&lt;T&gt;</c>; null for what is none.</summary>
    internal static Type? ByName(string name) => s_collections.FirstOrDefault(t => Sites.SourceNames.OfType(t) == name);

    /// <summary>The nearest known type that the type is, derives from or is nested in; null when there is none.</summary>
    internal static Type? KnownBase(Type type)
    {
        for (Type? t = type; t is not null; t = t.BaseType)
        {
            if (IsNested(t) || IsKnown(t) || IsStreaming(t)) { return t; }
        }

        return null;
    }

    internal static CollectionRole RoleOf(Type known) =>
        IsNested(known) ? (known.Name.StartsWith("Sync", StringComparison.Ordinal) ? CollectionRole.None : CollectionRole.View)
        : s_collections.Contains(Definition(known)) ? CollectionRole.Collection : CollectionRole.View;

    internal static bool HasSafeReaders(Type known) => known == typeof(Hashtable);

    /// <summary>The fields that lead from a view to what it works on; empty when there are none.</summary>
    internal static List<FieldInfo> PathFrom(Type view)
    {
        var path = new List<FieldInfo>();
        return Search(view, f => !f.FieldType.IsValueType && !f.FieldType.IsInterface && LeadsOn(f.FieldType), path, DeepestStruct)
            || Search(view, f => f.FieldType.IsInterface && typeof(IEnumerable).IsAssignableFrom(f.FieldType), path, DeepestStruct) ? path : [];
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

    private static bool IsKnown(Type type) => s_collections.Contains(Definition(type)) || s_views.Contains(Definition(type));

    private static bool IsStreaming(Type type) => type.DeclaringType == typeof(Enumerable) && typeof(IEnumerable).IsAssignableFrom(type)
        && type.GetField("_source", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly) is not null && Array.Exists(s_streaming, type.Name.Contains);

    private static bool IsNested(Type type) => type.DeclaringType is { } outer && (IsKnown(outer) || IsNested(outer));

    private static Type Definition(Type type) => type.IsConstructedGenericType ? type.GetGenericTypeDefinition() : type;
}
