using Mono.Cecil;

namespace Ncsan.Contracts.Il.Targets;

/// <summary>Where values come from.</summary>
internal sealed partial class IlPass
{
    private readonly HashSet<IlType> _made = [];
    private readonly Dictionary<IlType, List<IlType>> _madeUnder = [];
    private readonly Dictionary<IlType, List<Action<IlType>>> _onMade = [];
    private readonly Dictionary<int, (IlMethod Method, int Offset)> _madeAt = [];
    private readonly HashSet<TypeReference> _boundTypes = new(ReferenceEqualityComparer.Instance);

    /// <summary>How many types are made anywhere that this pass looked.</summary>
    internal int MadeTypes => _made.Count;

    /// <summary>Where the delegate or function address <paramref name="value"/> is made first.</summary>
    internal (IlMethod Method, int Offset)? MadeAt(int value)
        => _madeAt.TryGetValue(value, out (IlMethod, int) place) ? place : _before?.MadeAt(value);

    /// <summary>An object of <paramref name="type"/> is made and put into <paramref name="node"/>.</summary>
    internal void Make(IlType type, int node)
    {
        if (_mode.TrackObjects) { Graph.Put(node, Values.Object(type)); }
        if (!_made.Add(type)) { return; }
        BindBases(type.Definition);
        foreach (IlType under in type.AllAncestors.Append(type))
        {
            if (!_madeUnder.TryGetValue(under, out List<IlType>? list)) { _madeUnder.Add(under, list = []); }
            list.Add(type);
            if (_onMade.TryGetValue(under, out List<Action<IlType>>? listeners))
            {
                for (int i = 0; i < listeners.Count; i++) { listeners[i](type); }
            }
        }
    }

    /// <summary>Calls <paramref name="listener"/> for every type, made so far or later, that a variable of <paramref name="bound"/> can hold.</summary>
    private void OnMade(IlType? bound, Action<IlType> listener)
    {
        if ((bound ?? World.Object) is not { } under) { return; }
        if (_madeUnder.TryGetValue(under, out List<IlType>? present))
        {
            for (int i = 0, count = present.Count; i < count; i++) { listener(present[i]); }
        }

        if (_before is not null)
        {
            foreach (IlType type in _before.MadeUnder(under)) { listener(type); }
        }

        if (!_onMade.TryGetValue(under, out List<Action<IlType>>? listeners)) { _onMade.Add(under, listeners = []); }
        listeners.Add(listener);
    }

    private List<IlType> MadeUnder(IlType bound) => _madeUnder.TryGetValue(bound, out List<IlType>? made) ? made : [];

    internal int NewArrayNode()
    {
        if (!_mode.TrackObjects || World.Array is not { } array) { return PointsTo.None; }
        int node = Graph.NewNode(array);
        Make(array, node);
        return node;
    }

    /// <summary>Something that only native code or reflection knows: any object that a variable of this type can hold.</summary>
    internal void PutUnknown(int node, TypeReference? type)
    {
        if (node < 0) { return; }
        IlType? known = World.Type(type);
        if (known?.Definition.FullName == "System.Type") { known = World.FrameworkType("System", "RuntimeType") ?? known; } // The only types that exist at run time.
        if (known is { IsDelegate: false } && (known.Definition.IsSealed || known.IsValueType)) { Graph.Put(node, Values.Object(known)); }
        else { Graph.Put(node, Values.Id(new IlValue(ValueKind.Unknown, known, null))); }
    }

    internal int FunctionNode(MethodReference reference)
    {
        int node = Graph.NewNode(null);
        if (World.Method(reference) is { } method) { Graph.Put(node, Values.Id(new IlValue(ValueKind.Function, null, method))); }
        return node;
    }

    /// <summary>ldvirtftn: the addresses of whatever <paramref name="declared"/> is on the receiver.</summary>
    internal void PutVirtualFunctions(int receiver, TypeReference? receiverType, IlMethod declared, int node)
    {
        void Put(IlMethod target) => Graph.Put(node, Values.Id(new IlValue(ValueKind.Function, null, target)));
        if (!declared.Definition.IsVirtual || declared.Definition.IsFinal)
        {
            Put(declared);
            return;
        }

        OnReceiver(receiver, receiverType, declared, (type, _) =>
        {
            foreach (IlMethod target in type.Dispatch(declared)) { Put(target); }
        }, _ => Graph.Put(node, Values.Outside(null)));
    }

    internal void MakeDelegate(IlMethod where, int offset, IlType type, int self, int function, int made)
    {
        int parameters = type.Definition.Methods.FirstOrDefault(m => m.Name == "Invoke")?.Parameters.Count ?? 0;
        Graph.OnValue(function, v =>
        {
            IlValue address = Values[v];
            if (address.Kind == ValueKind.Outside) { Graph.Put(made, Values.Outside(type)); }
            if (address is not { Kind: ValueKind.Function, Target: { } target }) { return; }
            int value = Values.Id(new IlValue(ValueKind.Delegate, type, target));
            _madeAt.TryAdd(value, (where, offset));
            Graph.Put(made, value);
            if (target.ArgumentCount == parameters + 1) { Graph.Flow(self, ArgumentNode(target, 0)); }
        });
    }

    /// <summary>What the whole program can put into a variable of the given assemblies.</summary>
    private void SeedFromWorld(int node, TypeReference type, int nodeBefore, bool openToOutside)
    {
        if (node < 0) { return; }
        while (type is ByReferenceType or IModifierType or PinnedType) { type = ((TypeSpecification)type).ElementType; }
        IlType? bound = type is GenericParameter ? World.Object : World.Type(type);
        if (openToOutside && !_mode.Closed) { Graph.Put(node, Values.Outside(bound is null || bound.IsRoot ? null : bound)); }
        if (_before is null) { return; }
        Copy(_before, nodeBefore, node);
        if (!_mode.TrackObjects) { return; }
        if (bound is null || bound.IsDelegate) { return; }
        foreach (IlType made in _before.MadeUnder(bound)) { Graph.Put(node, Values.Object(made)); }
        if (bound is { Role: AssemblyRole.Framework, IsValueType: false } && !bound.Definition.IsInterface && !bound.Definition.IsAbstract)
        {
            Graph.Put(node, Values.Object(bound));
        }
    }

    // The rest of the program may have handed the framework an object or a delegate that this field still holds (a comparer, a writer, a handler).
    // Fields of type object or T are left out: what comes out of them to our own code is seeded where it comes out.
    private void SeedFrameworkField(FieldDefinition field, int node)
    {
        if (_before is null || field.FieldType is GenericParameter || World.Type(field.FieldType) is not { } bound || ReferenceEquals(bound, World.Object) || ReferenceEquals(bound, World.Array)) { return; }
        foreach (IlType made in _before.MadeUnder(bound))
        {
            if (made.Role == AssemblyRole.Application) { Graph.Put(node, Values.Object(made)); }
        }

        Copy(_before, _before._conduit, node);
    }

    /// <summary>What the framework returns to our own code, as a type of ours or a delegate, may be anything of that type that the program makes.</summary>
    internal void SeedResult(CallContext call, IlMethod target, TypeReference type)
    {
        if (_before is null || call.Result < 0 || target.Role != AssemblyRole.Framework || call.Caller.Role == AssemblyRole.Framework) { return; }
        if (type is GenericParameter || World.Type(type) is not { } bound) { return; }
        if (bound.IsDelegate) { Copy(_before, _before._conduit, call.Result); }
        else if (bound.Role != AssemblyRole.Framework) { SeedFromWorld(call.Result, type, PointsTo.None, openToOutside: bound.IsOpenToOutside); }
    }

    private void Copy(IlPass from, int nodeThere, int node)
    {
        foreach (int value in from.Graph.ValuesOf(nodeThere)) { Graph.Put(node, value); }
    }

    /// <summary>Gives the generic parameters of a member and of its type the arguments that this reference names.</summary>
    internal void BindGenerics(MethodReference reference)
    {
        BindGenerics(reference.DeclaringType);
        if (reference is not GenericInstanceMethod instance || World.Method(reference) is not { } method) { return; }
        Bind(method.Definition, instance.GenericArguments);
    }

    internal void BindGenerics(TypeReference type)
    {
        while (type is TypeSpecification and not GenericInstanceType) { type = ((TypeSpecification)type).ElementType; }
        if (type is not GenericInstanceType instance || !_boundTypes.Add(type)) { return; }
        if (World.Type(instance) is { } known) { Bind(known.Definition, instance.GenericArguments); }
    }

    private void BindBases(TypeDefinition type)
    {
        if (type.BaseType is { } from) { BindGenerics(from); }
        foreach (InterfaceImplementation implemented in type.Interfaces) { BindGenerics(implemented.InterfaceType); }
        if (World.Type(type.BaseType) is { } known && _boundTypes.Add(known.Definition)) { BindBases(known.Definition); }
    }

    private void Bind(IGenericParameterProvider owner, IList<TypeReference> arguments)
    {
        for (int i = 0; i < arguments.Count && i < owner.GenericParameters.Count; i++)
        {
            TypeReference argument = arguments[i];
            BindGenerics(argument);
            if (!_mode.FollowFramework && owner.GenericParameters[i].Module is { } module && World.RoleOf(module) == AssemblyRole.Framework) { continue; }
            int node = ParameterNode(owner.GenericParameters[i]);
            if (argument is GenericParameter parameter) { Graph.Flow(ParameterNode(parameter), node); }
            else if (World.Type(argument) is { } type) { Graph.Put(node, Values.Object(type)); }
        }
    }

    // The runtime itself throws these; nothing in IL makes them.
    private void PutRuntimeExceptions()
    {
        if (!_mode.TrackObjects) { return; }
        foreach (string name in (string[])["NullReferenceException", "IndexOutOfRangeException", "InvalidCastException", "OutOfMemoryException", "DivideByZeroException",
            "OverflowException", "ArrayTypeMismatchException", "TypeInitializationException"])
        {
            if (World.FrameworkType("System", name) is { } type) { Graph.Put(Thrown, Values.Object(type)); }
        }
    }
}
