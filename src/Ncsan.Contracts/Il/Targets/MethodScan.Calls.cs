using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Il.Targets;

/// <summary>Calls: what is passed to whom, and what comes back.</summary>
internal sealed partial class MethodScan
{
    private void ReadCall(Instruction instruction, MethodReference reference, bool isVirtual)
    {
        Operand[] arguments = PopMany(reference.Parameters.Count + (reference.HasThis && !reference.ExplicitThis ? 1 : 0));
        if (reference.DeclaringType is ArrayType array)
        {
            ReadArrayMethod(reference, array, arguments);
            return;
        }

        _pass.BindGenerics(reference);
        if (_world.Method(reference) is not { } target)
        {
            _pass.Unresolved(_method, instruction.Offset, $"{IlNames.Of(reference)} was not found");
            PushResult(reference, PointsTo.None);
            return;
        }

        if (target.Definition.Name == "Invoke" && target.Type.IsDelegate)
        {
            InvokeDelegate(instruction, reference, target, arguments);
            return;
        }

        int result = ResultNode(reference, target);
        var call = new CallContext(_method, instruction.Offset, arguments, result, reference);
        _pass.SeedResult(call, target, Substitute(reference.ReturnType, reference));
        if (!Intrinsics.TryHandle(_pass, call, target, reference))
        {
            bool tail = instruction.Previous?.OpCode.Code == Code.Tail;
            if (_constrained is { } constraint) { CallConstrained(call, target, constraint); }
            else if (isVirtual && IsDispatched(target)) { _pass.CallVirtual(call, target, arguments[0].Static); }
            else { _pass.CallDirect(call, target, tail); }
        }

        PushResult(reference, result);
    }

    private void ReadNew(Instruction instruction, MethodReference reference)
    {
        Operand[] arguments = PopMany(reference.Parameters.Count);
        _pass.BindGenerics(reference);
        if (reference.DeclaringType is ArrayType array)
        {
            PushNode(_pass.NewArrayNode(), array);
            return;
        }

        IlType? type = _world.Type(reference.DeclaringType);
        IlMethod? constructor = _world.Method(reference);
        if (type is null || constructor is null)
        {
            _pass.Unresolved(_method, instruction.Offset, $"{IlNames.Of(reference)} was not found");
            PushNothing();
            return;
        }

        int made = _pass.NodeFor(reference.DeclaringType);
        if (type.IsDelegate && arguments.Length == 2)
        {
            _pass.MakeDelegate(_method, instruction.Offset, type, arguments[0].Node, arguments[1].Node, made);
            PushNode(made, reference.DeclaringType);
            return;
        }

        if (!type.IsValueType) { _pass.Make(type, made); }
        if (type is { IsValueType: false, Role: not AssemblyRole.Framework, Finalizer: { } finalizer })
        {
            _pass.CallImplicit(_method, instruction.Offset, _world.Method(finalizer), "finalizer, on the finalizer's thread");
        }

        Operand self = new(made, type.IsValueType, reference.DeclaringType, null);
        _pass.CallDirect(new CallContext(_method, instruction.Offset, [self, .. arguments], PointsTo.None, reference), constructor, tail: false);
        PushNode(made, reference.DeclaringType);
    }

    private void InvokeDelegate(Instruction instruction, MethodReference reference, IlMethod invoke, Operand[] arguments)
    {
        TypeReference type = reference.DeclaringType;
        int result = ResultNode(reference, invoke);
        var call = new CallContext(_method, instruction.Offset, arguments[1..], result, reference);
        _pass.CallThrough(call, arguments[0].Node, arguments[0].Origin ?? $"a delegate of type {IlNames.Short(type)}", arguments[0].Origin is not null);
        PushResult(reference, result);
    }

    private void ReadIndirect(Instruction instruction, Mono.Cecil.CallSite site)
    {
        Operand pointer = Pop();
        Operand[] arguments = PopMany(site.Parameters.Count + (site.HasThis && !site.ExplicitThis ? 1 : 0));
        bool returns = site.ReturnType.MetadataType != MetadataType.Void;
        int result = returns ? _pass.NodeFor(site.ReturnType) : PointsTo.None;
        _pass.CallThrough(new CallContext(_method, instruction.Offset, arguments, result, null), pointer.Node, pointer.Origin ?? "a function pointer", pointer.Origin is not null);
        if (returns) { PushNode(result, site.ReturnType); }
    }

    private void ReadVirtualFunction(MethodReference reference)
    {
        Operand receiver = Pop();
        _pass.BindGenerics(reference);
        int node = _graph.NewNode(null);
        if (_world.Method(reference) is { } declared) { _pass.PutVirtualFunctions(receiver.Node, receiver.Static, declared, node); }
        Push(new Operand(node, false, null, null));
    }

    private void CallConstrained(CallContext call, IlMethod target, TypeReference constraint)
    {
        if (constraint is GenericParameter parameter) { _pass.CallOnParameter(call, target, parameter); }
        else if (_world.Type(constraint) is not { } type) { _pass.CallDirect(call, target, tail: false); }
        else if (type.IsValueType || target.Definition.IsStatic)
        {
            // A struct that does not override the method is boxed and runs the inherited one.
            foreach (IlMethod found in type.Dispatch(target)) { _pass.CallDirect(call, found, tail: false); }
        }
        else
        {
            Operand receiver = call.Arguments[0] with { IsReference = false };
            _pass.CallVirtual(call with { Arguments = [receiver, .. call.Arguments[1..]] }, target, constraint);
        }
    }

    private void ReadArrayMethod(MethodReference reference, ArrayType array, Operand[] arguments)
    {
        int node = _pass.ElementNode(array.ElementType);
        switch (reference.Name)
        {
            case "Get": PushNode(node, array.ElementType); break;
            case "Set": Store(node, arguments[^1]); break;
            case "Address": Push(new Operand(node, true, array.ElementType, null)); break;
        }
    }

    private static bool IsDispatched(IlMethod target)
        => target.Definition is { IsVirtual: true, IsFinal: false } && !target.Type.Definition.IsSealed && !target.Type.IsValueType;

    // A method whose result does not depend on generic arguments returns into one node for all callers; others into a node with the type of the call.
    private int ResultNode(MethodReference reference, IlMethod target)
    {
        if (reference.ReturnType.MetadataType == MetadataType.Void) { return PointsTo.None; }
        TypeReference type = Substitute(reference.ReturnType, reference);
        return _pass.NodeFor(type is ByReferenceType byReference ? byReference.ElementType : type);
    }

    private void PushResult(MethodReference reference, int result)
    {
        if (reference.ReturnType.MetadataType == MetadataType.Void) { return; }
        TypeReference type = Substitute(reference.ReturnType, reference);
        PushNode(result, type.ContainsGenericParameter && type is GenericParameter ? null : type);
    }

    /// <summary>A type of a member's signature as its user sees it: <c>!0</c> of <c>List&lt;Action&gt;.get_Item</c> is <c>Action</c>.</summary>
    private static TypeReference Substitute(TypeReference type, MethodReference reference)
    {
        while (type is IModifierType modified) { type = modified.ElementType; }
        if (type is ByReferenceType { ElementType: GenericParameter } byReference) { return new ByReferenceType(Substitute(byReference.ElementType, reference)); }
        if (type is ArrayType { ElementType: GenericParameter, Rank: 1 } array) { return new ArrayType(Substitute(array.ElementType, reference)); }
        if (type is not GenericParameter parameter) { return type; }
        if (parameter.Type == GenericParameterType.Method)
        {
            return reference is GenericInstanceMethod instance && parameter.Position < instance.GenericArguments.Count ? instance.GenericArguments[parameter.Position] : type;
        }

        return reference.DeclaringType is GenericInstanceType declaring && parameter.Position < declaring.GenericArguments.Count ? declaring.GenericArguments[parameter.Position] : type;
    }
}
