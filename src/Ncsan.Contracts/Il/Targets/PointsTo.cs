using System.Runtime.InteropServices;

namespace Ncsan.Contracts.Il.Targets;

/// <summary>
/// The inclusion graph: nodes are variables (locals, arguments, results, fields, array elements, generic parameters), edges are assignments, and each node
/// collects the values that can reach it. A node lets in only what its declared type can hold. (Andersen's analysis, field-based, with type filters.)
/// </summary>
internal sealed class PointsTo
{
    /// <summary>No node: the variable cannot hold anything that dispatch cares for.</summary>
    internal const int None = -1;

    private readonly ValueTable _values;
    private readonly List<Node> _nodes = [];
    private readonly Queue<(int Node, int Index)> _arrivals = new();

    internal PointsTo(ValueTable values) => _values = values;

    internal int NodeCount => _nodes.Count;

    internal long EdgeCount { get; private set; }

    /// <summary>A node for a variable of type <paramref name="bound"/>; null holds anything.</summary>
    internal int NewNode(IlType? bound)
    {
        _nodes.Add(new Node { Bound = bound });
        return _nodes.Count - 1;
    }

    /// <summary>Everything in <paramref name="from"/>, now and later, is in <paramref name="to"/>.</summary>
    internal void Flow(int from, int to)
    {
        if (from < 0 || to < 0 || from == to) { return; }
        ref Node source = ref CollectionsMarshal.AsSpan(_nodes)[from];
        source.Next ??= [];
        if (!source.Next.Add(to)) { return; }
        EdgeCount++;
        if (source.Values is null) { return; }
        List<int> values = source.Values;
        for (int i = 0; i < values.Count; i++) { Put(to, values[i]); }
    }

    /// <summary>Both ways: two names for one variable (a reference and what it refers to).</summary>
    internal void Alias(int a, int b)
    {
        Flow(a, b);
        Flow(b, a);
    }

    internal void Put(int node, int value)
    {
        if (node < 0) { return; }
        ref Node target = ref CollectionsMarshal.AsSpan(_nodes)[node];
        if (!CanHold(target.Bound, _values[value]) || !target.Add(value)) { return; }
        _arrivals.Enqueue((node, target.Values!.Count - 1));
    }

    /// <summary>Calls <paramref name="listener"/> once for each value that is or will be in <paramref name="node"/>.</summary>
    internal void OnValue(int node, Action<int> listener)
    {
        if (node < 0) { return; }
        ref Node target = ref CollectionsMarshal.AsSpan(_nodes)[node];
        int present = target.Values?.Count ?? 0;
        (target.Listeners ??= []).Add((present, listener));
        List<int>? values = target.Values;
        for (int i = 0; i < present; i++) { listener(values![i]); }
    }

    /// <summary>Moves one value one step. False when nothing is left to move.</summary>
    internal bool Step()
    {
        if (!_arrivals.TryDequeue(out (int Node, int Index) arrival)) { return false; }
        Node node = _nodes[arrival.Node];
        int value = node.Values![arrival.Index];
        if (node.Next is not null)
        {
            foreach (int next in node.Next) { Put(next, value); }
        }

        // A listener that came after the value was told of it then.
        for (int i = 0, count = node.Listeners?.Count ?? 0; i < count; i++)
        {
            if (node.Listeners![i].From <= arrival.Index) { node.Listeners[i].Listener(value); }
        }

        return true;
    }

    internal IReadOnlyCollection<int> ValuesOf(int node) => node < 0 ? [] : _nodes[node].Values ?? (IReadOnlyCollection<int>)[];

    internal static bool CanHold(IlType? bound, IlValue value)
    {
        if (bound is null) { return true; }
        return value.Kind switch
        {
            // What came in as a mere object is not taken for a comparer or an exception just because some cast between here and there could make it one.
            ValueKind.Outside => bound.IsRoot || (bound.IsOpenToOutside
                && (bound.Definition.IsInterface || (value.Type is not null && (value.Type.IsAssignableTo(bound) || bound.IsAssignableTo(value.Type))))),
            ValueKind.Function => bound.Definition.FullName is "System.IntPtr" or "System.UIntPtr",
            ValueKind.Unknown => value.Type is null || value.Type.IsAssignableTo(bound) || bound.IsAssignableTo(value.Type),
            _ => value.Type!.IsAssignableTo(bound),
        };
    }

    private struct Node
    {
        private const int SearchedByEye = 12;
        private HashSet<int>? _set;
        internal IlType? Bound;
        internal List<int>? Values;
        internal HashSet<int>? Next;
        internal List<(int From, Action<int> Listener)>? Listeners;

        // Most nodes hold a handful of values for good, so the set is made late.
        internal bool Add(int value)
        {
            Values ??= [];
            if (_set is null && Values.Count >= SearchedByEye) { _set = [.. Values]; }
            if (_set is not null ? !_set.Add(value) : Values.Contains(value)) { return false; }
            Values.Add(value);
            return true;
        }
    }
}
