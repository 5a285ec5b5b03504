using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Contracts.Il.Targets;

/// <summary>One instruction at a time.</summary>
internal sealed partial class MethodScan
{
    // Returns whether control falls through to the next instruction.
    private bool Read(Instruction instruction)
    {
        switch (instruction.OpCode.Code)
        {
            case Code.Ldarg_0: case Code.Ldarg_1: case Code.Ldarg_2: case Code.Ldarg_3:
                PushArgument(instruction.OpCode.Code - Code.Ldarg_0, address: false);
                break;
            case Code.Ldarg: case Code.Ldarg_S:
                PushArgument(ArgumentIndex(instruction), address: false);
                break;
            case Code.Ldarga: case Code.Ldarga_S:
                PushArgument(ArgumentIndex(instruction), address: true);
                break;
            case Code.Starg: case Code.Starg_S:
                Store(_pass.ArgumentNode(_method, ArgumentIndex(instruction)), Pop());
                break;
            case Code.Ldloc_0: case Code.Ldloc_1: case Code.Ldloc_2: case Code.Ldloc_3:
                PushLocal(instruction.OpCode.Code - Code.Ldloc_0, address: false);
                break;
            case Code.Ldloc: case Code.Ldloc_S:
                PushLocal(((VariableDefinition)instruction.Operand).Index, address: false);
                break;
            case Code.Ldloca: case Code.Ldloca_S:
                PushLocal(((VariableDefinition)instruction.Operand).Index, address: true);
                break;
            case Code.Stloc_0: case Code.Stloc_1: case Code.Stloc_2: case Code.Stloc_3:
                StoreLocal(instruction.OpCode.Code - Code.Stloc_0);
                break;
            case Code.Stloc: case Code.Stloc_S:
                StoreLocal(((VariableDefinition)instruction.Operand).Index);
                break;

            case Code.Ldfld: case Code.Ldsfld: case Code.Ldflda: case Code.Ldsflda: case Code.Stfld: case Code.Stsfld:
                ReadField(instruction);
                break;
            case Code.Ldelem_Ref: case Code.Ldelem_Any: case Code.Ldelema: case Code.Stelem_Ref: case Code.Stelem_Any: case Code.Newarr:
                ReadArray(instruction);
                break;
            case Code.Ldind_Ref: case Code.Ldobj: case Code.Ldind_I:
                Operand address = Pop();
                Push(address.IsReference ? address with { IsReference = false } : Operand.Nothing);
                break;
            case Code.Stind_Ref: case Code.Stobj: case Code.Stind_I:
                Operand stored = Pop(), to = Pop();
                if (to.IsReference) { Store(to.Node, stored); }
                break;
            case Code.Cpobj:
                Operand source = Pop(), target = Pop();
                if (source.IsReference && target.IsReference) { _graph.Flow(source.Node, target.Node); }
                break;

            case Code.Ldstr:
                PushNode(_pass.StringNode, _body.Method.Module.TypeSystem.String);
                break;
            case Code.Dup:
                Operand top = Pop();
                Push(top);
                Push(top);
                break;
            case Code.Castclass: case Code.Isinst:
                Implicit(instruction, CastHelpers.ForCast(instruction.OpCode.Code));
                Cast((TypeReference)instruction.Operand);
                break;
            case Code.Box:
                Box(instruction, (TypeReference)instruction.Operand);
                break;
            case Code.Unbox:
                Implicit(instruction, CastHelpers.Unbox);
                Pop();
                Push(new Operand(PointsTo.None, true, (TypeReference)instruction.Operand, null));
                break;
            case Code.Unbox_Any:
                Implicit(instruction, CastHelpers.Unbox);
                Cast((TypeReference)instruction.Operand);
                break;
            case Code.Conv_I: case Code.Conv_U:
                break; // A function's address stays one.
            case Code.Add: case Code.Sub:
                Operand right = Pop(), left = Pop();
                Push(left.IsReference ? left : right.IsReference ? right : Operand.Nothing);
                break;

            case Code.Constrained:
                _constrained = (TypeReference)instruction.Operand;
                break;
            case Code.Call: case Code.Callvirt:
                ReadCall(instruction, (MethodReference)instruction.Operand, instruction.OpCode.Code == Code.Callvirt);
                break;
            case Code.Newobj:
                ReadNew(instruction, (MethodReference)instruction.Operand);
                break;
            case Code.Ldftn:
                _pass.BindGenerics((MethodReference)instruction.Operand);
                Push(new Operand(_pass.FunctionNode((MethodReference)instruction.Operand), false, null, null));
                break;
            case Code.Ldvirtftn:
                ReadVirtualFunction((MethodReference)instruction.Operand);
                break;
            case Code.Calli:
                ReadIndirect(instruction, (Mono.Cecil.CallSite)instruction.Operand);
                break;
            case Code.Jmp:
                _pass.CallDirect(_method, instruction.Offset, (MethodReference)instruction.Operand, tail: true);
                return false;

            case Code.Br: case Code.Br_S:
                BranchTo((Instruction)instruction.Operand);
                return false;
            case Code.Leave: case Code.Leave_S:
                _stack.Clear();
                return false;
            case Code.Switch:
                Pop();
                foreach (Instruction choice in (Instruction[])instruction.Operand) { BranchTo(choice); }
                break;
            case Code.Ret:
                if (_stack.Count > 0) { Store(_pass.ReturnNode(_method), Pop()); }
                return false;
            case Code.Throw:
                _graph.Flow(Pop().Node, _pass.Thrown);
                return false;
            case Code.Rethrow: case Code.Endfinally: case Code.Endfilter:
                return false;

            default:
                PopBehaviour(instruction.OpCode);
                if (instruction.Operand is Instruction branch) { BranchTo(branch); }
                if (instruction.OpCode.StackBehaviourPush is not (StackBehaviour.Push0 or StackBehaviour.Varpush)) { PushNothing(); }
                break;
        }

        return true;
    }

    private int ArgumentIndex(Instruction instruction)
    {
        var parameter = (ParameterDefinition)instruction.Operand;
        return parameter.Index + (_method.Definition.HasThis ? 1 : 0); // Cecil gives 'this' the index -1.
    }

    private void ReadField(Instruction instruction)
    {
        var reference = (FieldReference)instruction.Operand;
        Code code = instruction.OpCode.Code;
        bool isStatic = code is Code.Ldsfld or Code.Ldsflda or Code.Stsfld;
        Operand stored = code is Code.Stfld or Code.Stsfld ? Pop() : Operand.Nothing;
        if (!isStatic) { Pop(); }
        _pass.BindGenerics(reference.DeclaringType);
        FieldDefinition? field = _world.Field(reference);
        if (field is null)
        {
            _pass.Unresolved(_method, instruction.Offset, $"the field {reference.FullName} was not found");
            if (code is not (Code.Stfld or Code.Stsfld)) { PushNothing(); }
            return;
        }

        if (isStatic) { _pass.TouchStatics(_method, instruction.Offset, field); }
        int node = _pass.FieldNode(field);
        switch (code)
        {
            case Code.Stfld or Code.Stsfld:
                Store(node, stored);
                break;
            case Code.Ldflda or Code.Ldsflda:
                Push(new Operand(node, true, field.FieldType, IlNames.Of(field)));
                break;
            default:
                PushNode(node, field.FieldType.ContainsGenericParameter ? null : field.FieldType, IlNames.Of(field));
                break;
        }
    }

    private void ReadArray(Instruction instruction)
    {
        switch (instruction.OpCode.Code)
        {
            case Code.Newarr:
                Pop();
                var made = new ArrayType((TypeReference)instruction.Operand);
                PushNode(_pass.NewArrayNode(), made);
                break;
            case Code.Stelem_Ref or Code.Stelem_Any:
                if (instruction.OpCode.Code == Code.Stelem_Ref) { Implicit(instruction, CastHelpers.StoreElement); }
                Operand value = Pop();
                Pop();
                Operand array = Pop();
                Store(_pass.ElementNode(ElementType(instruction, array)), value);
                break;
            default:
                Pop();
                Operand taken = Pop();
                TypeReference? element = ElementType(instruction, taken);
                int node = _pass.ElementNode(element);
                string? origin = taken.Origin is null ? null : taken.Origin + "[]";
                if (instruction.OpCode.Code == Code.Ldelema)
                {
                    Implicit(instruction, CastHelpers.LoadElementAddress);
                    Push(new Operand(node, true, element, origin));
                }
                else { PushNode(node, element, origin); }

                break;
        }
    }

    private static TypeReference? ElementType(Instruction instruction, Operand array)
        => (array.Static as ArrayType)?.ElementType ?? instruction.Operand as TypeReference;

    private void Cast(TypeReference type)
    {
        Operand taken = Pop();
        int node = type is GenericParameter || (_world.Type(type) is { } known && !known.IsValueType) ? _pass.NodeFor(type) : PointsTo.None;
        _graph.Flow(taken.Node, node);
        Push(new Operand(node, false, type, taken.Origin));
    }

    private void Box(Instruction instruction, TypeReference type)
    {
        Operand taken = Pop();
        Implicit(instruction, CastHelpers.Box);
        if (type is GenericInstanceType { ElementType.FullName: "System.Nullable`1" } nullable) { type = nullable.GenericArguments[0]; }
        int node = _graph.NewNode(null);
        if (type is GenericParameter parameter)
        {
            _graph.Flow(taken.Node, node);
            _graph.OnValue(_pass.ParameterNode(parameter), v =>
            {
                if (_pass.Values[v] is { Kind: ValueKind.Object, Type: { IsValueType: true } boxed }) { _pass.Make(boxed, node); }
                else if (_pass.Values[v].Kind == ValueKind.Outside) { _graph.Put(node, v); }
            });
        }
        else if (_world.Type(type) is { } boxed)
        {
            if (boxed.IsValueType) { _pass.Make(boxed, node); }
            else { _graph.Flow(taken.Node, node); }
        }

        Push(new Operand(node, false, type, taken.Origin));
    }

    private void Implicit(Instruction instruction, string helper) => _pass.CallHelper(_method, instruction.Offset, helper);
}
