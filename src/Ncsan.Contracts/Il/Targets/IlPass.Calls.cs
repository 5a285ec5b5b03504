using Mono.Cecil;
using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Il.Targets;

/// <summary>Calls: which methods they can run, and what flows in and out.</summary>
internal sealed partial class IlPass
{
    private const string OutsideReceiver = "the receiver may be of a type of code that was not given";
    private readonly Dictionary<(IlMethod Declared, IlType Receiver), VirtualSlot> _virtualSlots = [];
    private readonly List<(DynamicCall Call, CallContext Context, IlMethod? Declared)> _dynamic = [];
    private readonly List<(DynamicCall Call, int Parameter, string Hole)> _onlyByReflection = [];

    /// <summary>A call with nothing passed: a jump, or one whose arguments were dealt with.</summary>
    internal void CallDirect(IlMethod caller, int offset, MethodReference reference, bool tail)
    {
        if (World.Method(reference) is { } target) { CallDirect(new CallContext(caller, offset, [], PointsTo.None, reference), target, tail); }
        else { Unresolved(caller, offset, $"{IlNames.Of(reference)} was not found"); }
    }

    internal void CallDirect(CallContext call, IlMethod target, bool tail)
    {
        State(call.Caller).Calls.Add(new IlCall(call.Offset, tail ? CallKind.Tail : CallKind.Direct, target, null, null));
        EnterModule(call.Caller, call.Offset, target);
        StartAsyncBody(call, target);
        Bind(call, target, 0, 0);
    }

    /// <summary>The edge alone: what the call does is dealt with elsewhere, and the body stays unread.</summary>
    internal void CallOnly(CallContext call, IlMethod target)
    {
        State(call.Caller).Calls.Add(new IlCall(call.Offset, CallKind.Direct, target, null, null));
        State(target).IsReached = true;
    }

    internal void CallVirtual(CallContext call, IlMethod declared, TypeReference? receiverType)
    {
        EnterModule(call.Caller, call.Offset, declared);
        IlType receiver = World.Type(receiverType) is { } known && known.IsAssignableTo(declared.Type) ? known : declared.Type;
        if (!_mode.TrackObjects)
        {
            CallVirtualSlot(call, SlotOf(declared, receiver));
            return;
        }

        var through = new DynamicCall(declared.Name);
        AddDynamic(call, through, declared);
        OnReceiver(call.Arguments[0].Node, receiverType, declared,
            (type, value) => AddTargets(call, through, type, declared, value),
            why => through.Incomplete ??= why);
    }

    /// <summary>A constrained call on a generic parameter: structs by what the parameter is given, objects by what the variable holds. Where that is not
    /// known, the object is still of a type that the parameter is given.</summary>
    internal void CallOnParameter(CallContext call, IlMethod declared, GenericParameter parameter)
    {
        var through = new DynamicCall($"{declared.Name} on {parameter.Name}");
        AddDynamic(call, through, declared);
        var given = new List<IlType>();
        string? hole = null;
        void AddAllOf(IlType type)
        {
            AddTargets(call, through, type, declared, PointsTo.None);
            if (type.IsValueType || declared.Definition.IsStatic) { return; }
            OnMade(type, derived => AddTargets(call, through, derived, declared, PointsTo.None));
        }

        void Widen(IlType type)
        {
            if (type.IsRoot || type.Definition.IsInterface || (!_mode.Closed && type.IsOpenToOutside && !type.Definition.IsSealed)) { through.Incomplete ??= hole; }
            else { AddAllOf(type); }
        }

        Graph.OnValue(ParameterNode(parameter), v =>
        {
            IlValue argument = Values[v];
            if (argument.Kind == ValueKind.Outside) { through.Incomplete ??= $"{parameter.Name} may be a type of code that was not given"; }
            else if (argument is { Kind: ValueKind.Object, Type: { } type })
            {
                if (type.IsValueType || declared.Definition.IsStatic || !_mode.TrackObjects || type.Role == AssemblyRole.Application) { AddAllOf(type); }
                if (type.IsValueType) { return; }
                given.Add(type);
                if (hole is not null) { Widen(type); }
            }
        });
        if (!_mode.TrackObjects || declared.Definition.IsStatic) { return; }
        OnReceiver(call.Arguments[0].Node, null, declared, (type, value) => AddTargets(call, through, type, declared, value), why =>
        {
            if (hole is not null) { return; }
            hole = why;
            _onlyByReflection.Add((through, ParameterNode(parameter), why));
            for (int i = 0; i < given.Count; i++) { Widen(given[i]); }
        });
    }

    /// <summary>A delegate or a function pointer is called.</summary>
    /// <param name="call">The call, without the delegate among its arguments.</param>
    /// <param name="node">What holds it.</param>
    /// <param name="name">The slot as a user knows it.</param>
    /// <param name="isPlace">Whether <paramref name="name"/> is a field or another place, not just a type.</param>
    internal void CallThrough(CallContext call, int node, string name, bool isPlace)
    {
        var through = new DynamicCall(name) { Place = isPlace ? name : null };
        AddDynamic(call, through, null);
        if (node < 0)
        {
            through.Incomplete = "nothing is known of where it comes from";
            return;
        }

        Graph.OnValue(node, v =>
        {
            IlValue value = Values[v];
            switch (value)
            {
                case { Kind: ValueKind.Delegate or ValueKind.Function, Target: { } target }:
                    if (!through.Add(target, SourceOf(v))) { break; }
                    // A delegate over an instance method, or over a static one with its first argument bound, passes one more than its caller does.
                    int shift = value.Kind == ValueKind.Delegate && target.ArgumentCount == call.Arguments.Length + 1 ? 1 : 0;
                    if (shift == 1 && _before is not null) { SeedFromWorld(ArgumentNode(target, 0), target.ArgumentType(0), _before.ArgumentNode(target, 0), openToOutside: false); }
                    Bind(call, target, 0, shift);
                    break;
                case { Kind: ValueKind.Outside }:
                    through.Incomplete ??= "code that was not given may store there";
                    break;
                case { Kind: ValueKind.Unknown }:
                    through.Incomplete ??= "native code or reflection may store there";
                    break;
            }
        });
    }

    /// <summary>A hole: control may go somewhere that could not be found.</summary>
    internal void Unresolved(IlMethod caller, int offset, string why) => State(caller).Calls.Add(new IlCall(offset, CallKind.Indirect, null, null, why));

    private void AddDynamic(CallContext call, DynamicCall through, IlMethod? declared)
    {
        State(call.Caller).Calls.Add(new IlCall(call.Offset, CallKind.Indirect, null, through, null));
        _dynamic.Add((through, call, declared));
    }

    private void AddTargets(CallContext call, DynamicCall through, IlType type, IlMethod declared, int value)
    {
        foreach (IlMethod target in type.Dispatch(declared))
        {
            if (through.Add(target, $"{IlNames.Full(type.Definition)} is made"))
            {
                BindMethodGenerics(declared, target);
                Bind(call, target, target.Definition.IsStatic ? 0 : 1, target.Definition.IsStatic ? 0 : 1);
            }

            if (value >= 0 && !target.Definition.IsStatic) { Graph.Put(ArgumentNode(target, 0), value); }
        }
    }

    // A virtual generic method: the declaration was given the arguments, the override uses them.
    private void BindMethodGenerics(IlMethod declared, IlMethod target)
    {
        for (int i = 0; i < declared.Definition.GenericParameters.Count && i < target.Definition.GenericParameters.Count; i++)
        {
            Graph.Flow(ParameterNode(declared.Definition.GenericParameters[i]), ParameterNode(target.Definition.GenericParameters[i]));
        }
    }

    /// <summary>Tells of every type that a receiver can have, with the value, and why that may not be all.</summary>
    private void OnReceiver(int node, TypeReference? receiverType, IlMethod declared, Action<IlType, int> onType, Action<string> onHole)
    {
        IlType bound = World.Type(receiverType) is { } known && known.IsAssignableTo(declared.Type) ? known : declared.Type;
        bool open = !_mode.Closed && declared.Type.IsOpenToOutside && bound.IsOpenToOutside;
        if (node < 0 || !_mode.TrackObjects)
        {
            OnMade(bound, type => onType(type, Values.Object(type)));
            if (open) { onHole(OutsideReceiver); }
            return;
        }

        Graph.OnValue(node, v =>
        {
            IlValue value = Values[v];
            switch (value.Kind)
            {
                case ValueKind.Object or ValueKind.Delegate when value.Type!.IsAssignableTo(declared.Type):
                    onType(value.Type, v);
                    break;
                case ValueKind.Outside when open:
                    onHole(OutsideReceiver);
                    break;
                case ValueKind.Unknown when value.Type is null && ReferenceEquals(bound, World.Object):
                    onHole("the receiver was made by reflection and may be anything");
                    break;
                case ValueKind.Unknown:
                    IlType? narrow = value.Type is not null && value.Type.IsAssignableTo(bound) ? value.Type : bound;
                    if (narrow.Definition is { IsAbstract: false, IsInterface: false }) { onType(narrow, Values.Object(narrow)); }
                    OnMade(narrow, type => onType(type, Values.Object(type)));
                    break;
            }
        });
    }

    private void Bind(CallContext call, IlMethod target, int firstArgument, int firstParameter)
    {
        Reach(target);
        if (!IsFollowed(target))
        {
            BindUnread(call, target);
            return;
        }

        MethodScan.Operand[] arguments = call.Arguments;
        for (int i = firstArgument, p = firstParameter; i < arguments.Length && p < target.ArgumentCount; i++, p++)
        {
            int parameter = ArgumentNode(target, p);
            if (arguments[i].IsReference) { Graph.Alias(arguments[i].Node, parameter); }
            else { Graph.Flow(arguments[i].Node, parameter); }
        }

        int result = ReturnNode(target);
        if (target.Definition.ReturnType is ByReferenceType) { Graph.Alias(result, call.Result); }
        else { Graph.Flow(result, call.Result); }
    }

    // The body is not looked into: it is native, or instrumented code where the question ends, or a framework that is not followed.
    private void BindUnread(CallContext call, IlMethod target)
    {
        if (target.Role != AssemblyRole.Framework && target.HasBody)
        {
            if (call.Result >= 0) { SeedFromWorld(call.Result, target.Definition.ReturnType, _before?.ReturnNode(target) ?? PointsTo.None, openToOutside: false); }
            return;
        }

        // A GC handle gives back what it was handed. Other native code returns objects of its own: of the declared type, or made by reflection.
        bool isHandle = target.Type.Definition.Name is "GCHandle" or "DependentHandle" or "WeakReference" or "WeakReference`1";
        bool returnsAnything = ReferenceEquals(World.Type(target.Definition.ReturnType), World.Object);
        if (target.HasBody) { Graph.Flow(_conduit, call.Result); }
        else if (isHandle) { Graph.Flow(_handles, call.Result); }
        else { PutUnknown(call.Result, returnsAnything ? null : target.Definition.ReturnType); }

        foreach (MethodScan.Operand argument in call.Arguments)
        {
            if (isHandle && !target.HasBody) { Graph.Flow(argument.Node, _handles); }
            if (target.HasBody)
            {
                Graph.Flow(argument.Node, _conduit);
                if (argument.IsReference) { Graph.Flow(_conduit, argument.Node); }
            }

            // Of native code only what is called by P/Invoke calls delegates back; the runtime's own does so in known places (Implicit).
            if (_mode.TrackObjects && (target.HasBody ? !_mode.FollowFramework : target.Definition.IsPInvokeImpl)) { HandOver(call, argument, target); }
        }
    }

    // Whoever is handed a delegate may call it, as part of this very call.
    private void HandOver(CallContext call, MethodScan.Operand argument, IlMethod receiver)
    {
        if (argument.Node < 0) { return; }
        string how = $"handed to {receiver.Name}, which may call it";
        Graph.OnValue(argument.Node, v =>
        {
            if (Values[v] is { Kind: ValueKind.Delegate or ValueKind.Function, Target: { } target }) { CallImplicit(call.Caller, call.Offset, target, how); }
        });
    }

    // What goes into a framework that is not read may come out of it anywhere, and it calls the delegates that it is given with what it holds.
    private void WatchConduit() => Graph.OnValue(_conduit, v =>
    {
        if (Values[v] is not { Kind: ValueKind.Delegate, Target: { } target }) { return; }
        for (int i = 0; i < target.ArgumentCount; i++) { Graph.Flow(_conduit, ArgumentNode(target, i)); }
        Graph.Flow(ReturnNode(target), _conduit);
    });

    private string SourceOf(int value) => MadeAt(value) is { } place ? $"made in {place.Method.Name}" : "its address is taken";

    // The whole-program pass dispatches by declaration: one slot for all call sites of a method on a receiver type.
    private VirtualSlot SlotOf(IlMethod declared, IlType receiver)
    {
        if (_virtualSlots.TryGetValue((declared, receiver), out VirtualSlot? slot)) { return slot; }
        slot = new VirtualSlot(new DynamicCall(declared.Name), this, declared);
        _virtualSlots.Add((declared, receiver), slot);
        if (!_mode.Closed && declared.Type.IsOpenToOutside && receiver.IsOpenToOutside) { slot.Call.Incomplete = OutsideReceiver; }
        OnMade(receiver, type =>
        {
            foreach (IlMethod target in type.Dispatch(declared))
            {
                if (!slot.Call.Add(target, $"{IlNames.Full(type.Definition)} is made")) { continue; }
                BindMethodGenerics(declared, target);
                Reach(target);
                if (!IsFollowed(target)) { continue; }
                for (int i = 1; i < slot.Arguments.Length && i < target.ArgumentCount; i++) { Graph.Alias(slot.Arguments[i], ArgumentNode(target, i)); }
                Graph.Flow(ReturnNode(target), slot.Return);
            }
        });
        return slot;
    }

    private void CallVirtualSlot(CallContext call, VirtualSlot slot)
    {
        State(call.Caller).Calls.Add(new IlCall(call.Offset, CallKind.Indirect, null, slot.Call, null));
        for (int i = 1; i < call.Arguments.Length && i < slot.Arguments.Length; i++)
        {
            if (call.Arguments[i].IsReference) { Graph.Alias(call.Arguments[i].Node, slot.Arguments[i]); }
            else { Graph.Flow(call.Arguments[i].Node, slot.Arguments[i]); }
        }

        Graph.Flow(slot.Return, call.Result);
        if (slot.IsFramework)
        {
            foreach (MethodScan.Operand argument in call.Arguments) { Graph.Flow(argument.Node, _conduit); }
            Graph.Flow(_conduit, call.Result);
        }
    }

    /// <summary>Calls on which nothing can arrive (no such object is made, nothing is stored): dead code of this program, as far as can be seen.</summary>
    internal int DeadCalls { get; private set; }

    private void FinishDynamicCalls()
    {
        // A parameter that is given nothing in IL is given something by reflection, if this runs at all.
        foreach ((DynamicCall through, int parameter, string why) in _onlyByReflection)
        {
            if (Graph.ValuesOf(parameter).Count == 0) { through.Incomplete ??= why; }
        }

        foreach ((DynamicCall through, CallContext call, IlMethod? declared) in _dynamic)
        {
            if (through.Targets.Count > 0 || through.Incomplete is not null) { continue; }
            if (declared is not null || call.Caller.Role == AssemblyRole.Framework) { DeadCalls++; }
            else { through.Incomplete = "nothing is seen to be stored there"; }
        }
    }

    private sealed class VirtualSlot
    {
        internal VirtualSlot(DynamicCall call, IlPass pass, IlMethod declared)
        {
            Call = call;
            Arguments = new int[declared.ArgumentCount];
            Array.Fill(Arguments, PointsTo.None);
            for (int i = 1; i < Arguments.Length; i++) { Arguments[i] = pass.NodeFor(declared.ArgumentType(i)); }
            Return = pass.NodeFor(declared.Definition.ReturnType);
            IsFramework = declared.Role == AssemblyRole.Framework && !pass._mode.FollowFramework;
        }

        internal DynamicCall Call { get; }

        internal int[] Arguments { get; }

        internal int Return { get; }

        internal bool IsFramework { get; }
    }
}
