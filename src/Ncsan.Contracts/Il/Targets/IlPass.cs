using Mono.Cecil;
using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Il.Targets;

/// <summary>How much a pass looks at.</summary>
/// <param name="TrackObjects">Dispatch virtual calls by what each receiver can hold (else by every type that is made anywhere: rapid type analysis).
/// Delegates and function pointers are always followed by what is stored.</param>
/// <param name="FollowFramework">Read the framework's bodies too.</param>
/// <param name="Closed">No code exists but what was given.</param>
internal readonly record struct PassMode(bool TrackObjects, bool FollowFramework, bool Closed);

/// <summary>
/// One reachability analysis: from its roots, over everything that can be called, to a fixed point. The parts: nodes of variables (here), values (Values),
/// calls (Calls), code that the IL does not show (Implicit).
/// </summary>
internal sealed partial class IlPass
{
    private readonly PassMode _mode;
    private readonly IlPass? _before;
    private readonly Func<IlMethod, bool> _stopsAt;
    private readonly Dictionary<IlMethod, MethodState> _states = [];
    private readonly Queue<IlMethod> _toScan = new();
    private readonly Dictionary<FieldDefinition, int> _fields = [];
    private readonly Dictionary<GenericParameter, int> _parameters = [];
    private readonly Dictionary<string, int> _elements = new(StringComparer.Ordinal);
    private readonly int _anyElement;
    private readonly int _conduit;
    private readonly int _handles;

    /// <summary>A pass with nothing in it.</summary>
    /// <param name="world">The program.</param>
    /// <param name="values">The values, shared with <paramref name="before"/>.</param>
    /// <param name="mode">How much to look at.</param>
    /// <param name="before">The pass over the whole program that says what fields and arguments of the given assemblies can hold; null for that pass itself.</param>
    /// <param name="stopsAt">Methods that are reached but not looked into.</param>
    internal IlPass(IlWorld world, ValueTable values, PassMode mode, IlPass? before, Func<IlMethod, bool> stopsAt)
    {
        World = world;
        Values = values;
        Graph = new PointsTo(values);
        _mode = mode;
        _before = before;
        _stopsAt = stopsAt;
        Thrown = Graph.NewNode(null);
        StringNode = mode.TrackObjects && world.String is not null ? Graph.NewNode(world.String) : PointsTo.None;
        if (StringNode >= 0) { Graph.Put(StringNode, values.Object(world.String!)); }
        _anyElement = Graph.NewNode(null);
        _conduit = Graph.NewNode(null);
        _handles = Graph.NewNode(null);
        WatchConduit();
        PutRuntimeExceptions();
    }

    internal IlWorld World { get; }

    internal ValueTable Values { get; }

    internal PointsTo Graph { get; }

    /// <summary>Everything that is thrown anywhere.</summary>
    internal int Thrown { get; }

    /// <summary>Holds the one abstract string.</summary>
    internal int StringNode { get; }

    /// <summary>Every method that was reached, whether or not it was looked into.</summary>
    internal IEnumerable<IlMethod> Reached => _states.Where(s => s.Value.IsReached).Select(s => s.Key);

    internal bool IsReached(IlMethod method) => _states.TryGetValue(method, out MethodState? state) && state.IsReached;

    /// <summary>Whether its body was read by this pass.</summary>
    internal bool IsScanned(IlMethod method) => _states.TryGetValue(method, out MethodState? state) && state.IsScanned;

    internal IReadOnlyList<IlCall> CallsOf(IlMethod method) => _states.TryGetValue(method, out MethodState? state) ? state.Calls : [];

    /// <summary>Makes <paramref name="method"/> a place where the analysis starts, called with anything that its signature allows.</summary>
    internal void AddRoot(IlMethod method)
    {
        Reach(method);
        if (!method.HasBody) { return; }
        for (int i = 0; i < method.ArgumentCount; i++)
        {
            int node = ArgumentNode(method, i);
            if (node < 0) { continue; }
            SeedFromWorld(node, method.ArgumentType(i), _before?.ArgumentNode(method, i) ?? PointsTo.None, IsOpen(method));
            if (_before is null && method.Definition.IsVirtual) { Graph.Flow(_conduit, node); }
        }

        foreach (GenericParameter parameter in method.Definition.GenericParameters) { ParameterNode(parameter); }
    }

    /// <summary>Runs to the fixed point.</summary>
    internal void Run()
    {
        var scan = new MethodScan(this);
        do
        {
            while (_toScan.TryDequeue(out IlMethod? method)) { Scan(scan, method); }
        }
        while (Graph.Step() || _toScan.Count > 0);
        FinishDynamicCalls();
    }

    private void Scan(MethodScan scan, IlMethod method)
    {
        MethodState state = State(method);
        state.IsScanned = true;
        EnterMethod(method);
        try
        {
            scan.Run(method);
        }
        catch (Exception fault) when (IlWorld.IsBadImage(fault))
        {
            // A body that cannot be read is a hole in the proof: listed, and the rest goes on.
            Unresolved(method, 0, $"its body cannot be read ({fault.GetType().Name})");
        }

        // Bodies are most of the memory; Cecil reads one again if it is asked for (the listing, the flow of a protected method).
        if (method.Role != AssemblyRole.Sanitizer) { method.Definition.Body = null; }
    }

    private void Reach(IlMethod method)
    {
        MethodState state = State(method);
        if (state.IsReached) { return; }
        state.IsReached = true;
        if (IsFollowed(method)) { _toScan.Enqueue(method); }
    }

    /// <summary>Whether what is passed to the method goes into its body.</summary>
    private bool IsFollowed(IlMethod method)
        => method.HasBody && (method.Role != AssemblyRole.Framework || _mode.FollowFramework) && !_stopsAt(method);

    private MethodState State(IlMethod method)
    {
        if (!_states.TryGetValue(method, out MethodState? state)) { _states.Add(method, state = new MethodState()); }
        return state;
    }

    /// <summary>A new node for a variable of this type, or <see cref="PointsTo.None"/> if nothing in it matters to dispatch.</summary>
    internal int NodeFor(TypeReference? type) => Holds(type, out IlType? bound) ? Graph.NewNode(bound) : PointsTo.None;

    internal int ArgumentNode(IlMethod method, int index)
    {
        MethodState state = State(method);
        if (state.Arguments is null)
        {
            state.Arguments = new int[method.ArgumentCount];
            for (int i = 0; i < state.Arguments.Length; i++) { state.Arguments[i] = NodeFor(method.ArgumentType(i)); }
        }

        return index < state.Arguments.Length ? state.Arguments[index] : PointsTo.None;
    }

    internal int ReturnNode(IlMethod method)
    {
        MethodState state = State(method);
        return state.Return ??= NodeFor(method.Definition.ReturnType);
    }

    internal int FieldNode(FieldDefinition field)
    {
        if (_fields.TryGetValue(field, out int node)) { return node; }
        _fields.Add(field, node = NodeFor(field.FieldType));
        if (node >= 0 && World.RoleOf(field.Module) != AssemblyRole.Framework)
        {
            bool writable = World.RoleOf(field.Module) == AssemblyRole.Application && (field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly) && !field.IsInitOnly && World.Type(field.DeclaringType).IsVisible;
            SeedFromWorld(node, field.FieldType, _before?.FieldNode(field) ?? PointsTo.None, writable);
        }
        else if (node >= 0) { SeedFrameworkField(field, node); }

        return node;
    }

    /// <summary>Fields of which this pass has a node, for the list of slots.</summary>
    internal IEnumerable<FieldDefinition> Fields => _fields.Keys;

    /// <summary>The elements of all arrays of this element type. Elements of an unknown or generic type mix with all others, types permitting.</summary>
    internal int ElementNode(TypeReference? type)
    {
        if (type is null || type.ContainsGenericParameter) { return _anyElement; }
        if (!Holds(type, out IlType? bound)) { return PointsTo.None; }
        if (!_elements.TryGetValue(type.FullName, out int node))
        {
            _elements.Add(type.FullName, node = Graph.NewNode(bound));
            Graph.Alias(node, _anyElement);
            if (_before is not null) { Copy(_before, _before.ElementNode(type), node); }
        }

        return node;
    }

    /// <summary>The types that a generic parameter is given.</summary>
    internal int ParameterNode(GenericParameter parameter)
    {
        if (_parameters.TryGetValue(parameter, out int node)) { return node; }
        _parameters.Add(parameter, node = Graph.NewNode(null));
        bool ours = World.RoleOf(parameter.Module) != AssemblyRole.Framework;
        if (ours && _before is not null) { Copy(_before, _before.ParameterNode(parameter), node); }
        bool visible = parameter.Owner switch
        {
            MethodDefinition method => IsOpen(World.Method(method)),
            TypeDefinition type => World.RoleOf(type.Module) == AssemblyRole.Application && World.Type(type).IsVisible,
            _ => false,
        };
        if (ours && visible && !_mode.Closed) { Graph.Put(node, Values.Outside(null)); }
        if (ComparerOf(parameter) is { } comparer) { Graph.Flow(ParameterNode(comparer), node); }
        return node;
    }

    // The framework makes a comparer of T by reflection wherever EqualityComparer<T>.Default is asked for.
    private static GenericParameter? ComparerOf(GenericParameter parameter)
        => parameter.Owner is TypeDefinition { BaseType: GenericInstanceType { ElementType.Name: "EqualityComparer`1" or "Comparer`1" } comparer }
            && comparer.GenericArguments[0] == parameter ? comparer.ElementType.Resolve()?.GenericParameters[0] : null;

    // Of the sanitizer, code outside calls the hooks and nothing else: that is the contract between the rewriter and the runtime.
    private static bool IsOpen(IlMethod method) => method.IsVisible && (method.Role != AssemblyRole.Sanitizer || method.Type.Definition.FullName == Protection.HooksName);

    private bool Holds(TypeReference? type, out IlType? bound)
    {
        bound = null;
        while (type is IModifierType or PinnedType or ByReferenceType) { type = ((TypeSpecification)type).ElementType; }
        switch (type)
        {
            case null: return true;
            case PointerType or FunctionPointerType: bound = World.FrameworkType("System", "IntPtr"); return true;
            case GenericParameter: return true;
        }

        bound = World.Type(type);
        if (bound is null) { return true; } // Not found: may be anything.
        if (bound.IsValueType) { return bound.Definition.FullName is "System.IntPtr" or "System.UIntPtr"; }
        return _mode.TrackObjects || bound.IsDelegate || ReferenceEquals(bound, World.Object)
            || bound.Definition.FullName is "System.Delegate" or "System.MulticastDelegate";
    }

    private sealed class MethodState
    {
        internal readonly List<IlCall> Calls = [];
        internal int[]? Arguments;
        internal int? Return;
        internal bool IsReached;
        internal bool IsScanned;
    }
}
