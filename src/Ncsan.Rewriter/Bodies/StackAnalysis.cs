using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Ncsan.Rewriter.Bodies;

/// <summary>
/// Follows the evaluation stack through a body and leaves on each op what it pops. One forward pass, repeated for a block only when a second
/// way into it disagrees with the first about where a value comes from.
/// </summary>
internal sealed class StackAnalysis
{
    private readonly MethodCode _code;
    private readonly TypeSystem _types;
    private readonly StackEntry[]?[] _entry;
    private readonly Stack<int> _pending = new();

    private StackAnalysis(MethodCode code)
    {
        _code = code;
        _types = code.Module.Module.TypeSystem;
        _entry = new StackEntry[]?[code.Ops.Count + 1];
    }

    internal static void Run(MethodCode code) => new StackAnalysis(code).Run();

    private void Run()
    {
        foreach (var (handler, _, filter, caught) in _code.Handlers)
        {
            bool carries = handler.HandlerType is ExceptionHandlerType.Catch or ExceptionHandlerType.Filter;
            StackEntry[] entry = carries ? [new(handler.CatchType ?? _types.Object, null, false)] : [];
            Reach(caught.Start, entry);
            if (filter is not null) { Reach(filter.Start, entry); }
        }

        Reach(0, []);
        while (_pending.TryPop(out int start)) { Walk(start); }
    }

    private void Reach(int index, ReadOnlySpan<StackEntry> stack)
    {
        if (_entry[index] is not { } known)
        {
            _entry[index] = stack.ToArray();
            _pending.Push(index);
            return;
        }

        bool changed = false;
        for (int i = 0; i < Math.Min(known.Length, stack.Length); i++)
        {
            var merged = new StackEntry(known[i].Type ?? stack[i].Type, known[i].Producer == stack[i].Producer ? known[i].Producer : null, known[i].OnStack && stack[i].OnStack);
            changed |= merged != known[i];
            known[i] = merged;
        }

        if (changed) { _pending.Push(index); }
    }

    private void Walk(int index)
    {
        var stack = new List<StackEntry>(_entry[index]!);
        for (bool first = true; index < _code.Ops.Count; index++, first = false)
        {
            if (!first && _entry[index] is not null) { Reach(index, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(stack)); return; }
            var op = _code.Ops[index];
            op.Depth = stack.Count;
            int pops = Math.Min(Pops(op, stack.Count), stack.Count);
            op.Inputs = [.. stack.GetRange(stack.Count - pops, pops)];
            stack.RemoveRange(stack.Count - pops, pops);
            Push(op, stack);
            if (op.Operand is Instruction target)
            {
                if (op.Code is Code.Leave or Code.Leave_S) { stack.Clear(); }
                Reach(_code.At(target).Index, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(stack));
            }
            else if (op.Operand is Instruction[] targets)
            {
                foreach (var t in targets) { Reach(_code.At(t).Index, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(stack)); }
            }

            if (op.Instruction.OpCode.FlowControl is FlowControl.Branch or FlowControl.Return or FlowControl.Throw) { return; }
            // The entry of the next op is recorded only where something jumps to it, so a straight line is walked once.
        }
    }

    private int Pops(Op op, int depth) => op.Instruction.OpCode.StackBehaviourPop switch
    {
        StackBehaviour.Pop0 => 0,
        StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref => 1,
        StackBehaviour.Pop1_pop1 or StackBehaviour.Popi_pop1 or StackBehaviour.Popi_popi or StackBehaviour.Popi_popi8 or StackBehaviour.Popi_popr4
            or StackBehaviour.Popi_popr8 or StackBehaviour.Popref_pop1 or StackBehaviour.Popref_popi => 2,
        StackBehaviour.PopAll => depth,
        StackBehaviour.Varpop => op.Code switch
        {
            Code.Ret => _code.Method.ReturnType.MetadataType == MetadataType.Void ? 0 : 1,
            Code.Calli => ((IMethodSignature)op.Operand!).Parameters.Count + (((IMethodSignature)op.Operand!) is { HasThis: true, ExplicitThis: false } ? 2 : 1),
            Code.Newobj => ((IMethodSignature)op.Operand!).Parameters.Count,
            _ => ((IMethodSignature)op.Operand!).Parameters.Count + (((IMethodSignature)op.Operand!) is { HasThis: true, ExplicitThis: false } ? 1 : 0),
        },
        _ => 3,
    };

    private void Push(Op op, List<StackEntry> stack)
    {
        if (op.Code == Code.Dup)
        {
            var value = op.Inputs is [var top] ? top : default;
            stack.Add(value);
            stack.Add(value);
            return;
        }

        if (op.Instruction.OpCode.StackBehaviourPush == StackBehaviour.Push0) { return; }
        if (op.Code is Code.Call or Code.Callvirt or Code.Calli)
        {
            var returned = op.Operand is MethodReference method ? Generics.ReturnType(method) : ((IMethodSignature)op.Operand!).ReturnType;
            if (TypeFacts.Bare(returned).MetadataType == MetadataType.Void) { return; }
            stack.Add(new(returned, op, false));
            return;
        }

        stack.Add(new(TypeOf(op), op, IsStackAddress(op)));
    }

    private static bool IsStackAddress(Op op) => op.Code switch
    {
        Code.Ldloca or Code.Ldloca_S or Code.Ldarga or Code.Ldarga_S or Code.Localloc => true,
        Code.Ldflda or Code.Conv_U or Code.Conv_I => op.Inputs is [{ OnStack: true }],
        Code.Add or Code.Sub => op.Inputs is [{ OnStack: true }, _],
        _ => false,
    };

    private TypeReference? TypeOf(Op op)
    {
        var instruction = op.Instruction;
        switch (op.Code)
        {
            case Code.Ldarg_0 or Code.Ldarg_1 or Code.Ldarg_2 or Code.Ldarg_3 or Code.Ldarg or Code.Ldarg_S:
                return Locals.ArgumentType(_code.Method, Locals.Argument(_code.Method, instruction));
            case Code.Ldarga or Code.Ldarga_S:
                return new ByReferenceType(Locals.ArgumentType(_code.Method, Locals.Argument(_code.Method, instruction)));
            case Code.Ldloc_0 or Code.Ldloc_1 or Code.Ldloc_2 or Code.Ldloc_3 or Code.Ldloc or Code.Ldloc_S:
                return Locals.Variable(_code.Method.Body, instruction)!.VariableType;
            case Code.Ldloca or Code.Ldloca_S:
                return new ByReferenceType(Locals.Variable(_code.Method.Body, instruction)!.VariableType);
            case Code.Ldfld or Code.Ldsfld:
                return Generics.FieldType((FieldReference)op.Operand!);
            case Code.Ldflda or Code.Ldsflda:
                return new ByReferenceType(Generics.FieldType((FieldReference)op.Operand!));
            case Code.Newobj:
                return ((MethodReference)op.Operand!).DeclaringType;
            case Code.Ldobj or Code.Unbox_Any or Code.Ldelem_Any or Code.Castclass or Code.Isinst:
                return (TypeReference)op.Operand!;
            case Code.Ldelema or Code.Unbox or Code.Mkrefany or Code.Refanyval:
                return new ByReferenceType((TypeReference)op.Operand!);
            case Code.Newarr:
                return ((TypeReference)op.Operand!).MakeArrayType();
            case Code.Ldelem_Ref:
                return op.Inputs is [{ Type: ArrayType array }, _] ? array.ElementType : _types.Object;
            case Code.Ldind_Ref:
                return op.Inputs is [{ Type: ByReferenceType reference }] ? reference.ElementType : _types.Object;
            case Code.Box or Code.Ldnull:
                return _types.Object;
            case Code.Ldstr:
                return _types.String;
            case Code.Ldind_I1 or Code.Ldind_U1 or Code.Ldind_I2 or Code.Ldind_U2 or Code.Ldind_I4 or Code.Ldind_U4 or Code.Ldelem_I1 or Code.Ldelem_U1 or Code.Ldelem_I2 or Code.Ldelem_U2
                or Code.Ldelem_I4 or Code.Ldelem_U4:
                return _types.Int32;
            case Code.Add or Code.Sub or Code.Mul or Code.Div or Code.Div_Un or Code.Rem or Code.Rem_Un or Code.And or Code.Or or Code.Xor or Code.Add_Ovf or Code.Add_Ovf_Un or Code.Sub_Ovf
                or Code.Sub_Ovf_Un or Code.Mul_Ovf or Code.Mul_Ovf_Un:
                return Binary(op);
            case Code.Neg or Code.Not or Code.Shl or Code.Shr or Code.Shr_Un or Code.Ckfinite:
                return op.Inputs is [var value, ..] ? value.Type : null;
            case Code.Localloc or Code.Ldftn or Code.Ldvirtftn or Code.Conv_I or Code.Conv_U or Code.Conv_Ovf_I or Code.Conv_Ovf_I_Un or Code.Conv_Ovf_U or Code.Conv_Ovf_U_Un or Code.Ldind_I or Code.Ldelem_I:
                return _types.IntPtr;
            case Code.Ldtoken:
                return null;
        }

        return op.Instruction.OpCode.StackBehaviourPush switch
        {
            StackBehaviour.Pushi => _types.Int32,
            StackBehaviour.Pushi8 => _types.Int64,
            StackBehaviour.Pushr4 => _types.Single,
            StackBehaviour.Pushr8 => _types.Double,
            _ => null,
        };
    }

    // Pointer arithmetic keeps the pointer's type; of two numbers either will do, since the JIT knows stack types only.
    private static TypeReference? Binary(Op op) => op.Inputs is not [var left, var right] ? null
        : right.Type is ByReferenceType or PointerType && left.Type is not (ByReferenceType or PointerType) ? right.Type
        : right.Type?.MetadataType is MetadataType.IntPtr or MetadataType.UIntPtr && left.Type is { IsPrimitive: true } ? right.Type : left.Type;
}
