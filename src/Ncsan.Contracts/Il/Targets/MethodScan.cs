using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Contracts.Il.Targets;

/// <summary>
/// Reads one body once, from the top down, with a symbolic evaluation stack, and tells the pass what is assigned to what and what is called with what.
/// Linear is enough: at the start of an instruction that only a backward branch reaches, the stack is empty (ECMA-335 III.1.7.5).
/// </summary>
internal sealed partial class MethodScan
{
    private readonly IlPass _pass;
    private readonly IlWorld _world;
    private readonly PointsTo _graph;
    private readonly Dictionary<Instruction, Operand[]> _incoming = [];
    private readonly List<Operand> _stack = [];
    private IlMethod _method = null!;
    private MethodBody _body = null!;
    private int[] _locals = [];
    private string?[] _localOrigins = [];
    private TypeReference? _constrained;

    internal MethodScan(IlPass pass)
    {
        _pass = pass;
        _world = pass.World;
        _graph = pass.Graph;
    }

    /// <summary>What is on the evaluation stack: a value, or (<see cref="IsReference"/>) a managed reference to the variable of that node.</summary>
    /// <param name="Node">The node, or <see cref="PointsTo.None"/>.</param>
    /// <param name="IsReference">A reference to the variable, not its value.</param>
    /// <param name="Static">The declared type, where it is known.</param>
    /// <param name="Origin">Where it was loaded from, as a user would name it.</param>
    internal readonly record struct Operand(int Node, bool IsReference, TypeReference? Static, string? Origin)
    {
        internal static readonly Operand Nothing = new(PointsTo.None, false, null, null);
    }

    internal void Run(IlMethod method)
    {
        _method = method;
        _body = method.Body ?? throw new BadImageFormatException();
        _incoming.Clear();
        _stack.Clear();
        _constrained = null;
        _locals = new int[_body.Variables.Count];
        _localOrigins = new string?[_locals.Length];
        for (int i = 0; i < _locals.Length; i++) { _locals[i] = _pass.NodeFor(_body.Variables[i].VariableType); }
        foreach (ExceptionHandler handler in _body.ExceptionHandlers)
        {
            if (handler.HandlerType is ExceptionHandlerType.Catch) { _incoming[handler.HandlerStart] = [Caught(handler.CatchType)]; }
            else if (handler.HandlerType is ExceptionHandlerType.Filter)
            {
                _incoming[handler.FilterStart] = [Caught(null)];
                _incoming[handler.HandlerStart] = [Caught(null)];
            }
        }

        bool falls = true;
        foreach (Instruction instruction in _body.Instructions)
        {
            Arrive(instruction, falls);
            falls = Read(instruction);
            if (instruction.OpCode.OpCodeType != OpCodeType.Prefix) { _constrained = null; }
        }
    }

    private Operand Caught(TypeReference? type)
    {
        int node = _pass.NodeFor(type ?? _body.Method.Module.TypeSystem.Object);
        _graph.Flow(_pass.Thrown, node);
        return new Operand(node, false, type, null);
    }

    private void Arrive(Instruction instruction, bool falls)
    {
        if (!_incoming.TryGetValue(instruction, out Operand[]? merged))
        {
            if (!falls) { _stack.Clear(); }
            return;
        }

        if (falls) { Merge(merged); }
        _stack.Clear();
        _stack.AddRange(merged);
    }

    private void Merge(Operand[] into)
    {
        for (int i = 0; i < into.Length && i < _stack.Count; i++)
        {
            if (_stack[i].IsReference || into[i].IsReference) { _graph.Alias(_stack[i].Node, into[i].Node); }
            else { _graph.Flow(_stack[i].Node, into[i].Node); }
        }
    }

    // A forward branch with something on the stack (?:, ??): what is there merges into nodes of the target's own.
    private void BranchTo(Instruction target)
    {
        if (_stack.Count == 0) { return; }
        if (!_incoming.TryGetValue(target, out Operand[]? merged))
        {
            merged = [.. _stack.Select(o => new Operand(_graph.NewNode(null), o.IsReference, null, o.Origin))];
            _incoming.Add(target, merged);
        }

        Merge(merged);
    }

    private void Push(Operand operand) => _stack.Add(operand);

    private void PushNothing() => _stack.Add(Operand.Nothing);

    private void PushNode(int node, TypeReference? type, string? origin = null)
        => _stack.Add(new Operand(node, type is ByReferenceType, type is ByReferenceType reference ? reference.ElementType : type, origin));

    // Malformed bodies pop more than they push; they get nothing rather than an exception.
    private Operand Pop()
    {
        if (_stack.Count == 0) { return Operand.Nothing; }
        Operand top = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    /// <summary>An assignment of <paramref name="value"/> to the variable of <paramref name="node"/>.</summary>
    private void Store(int node, Operand value)
    {
        if (value.IsReference) { _graph.Alias(value.Node, node); }
        else { _graph.Flow(value.Node, node); }
    }

    private Operand[] PopMany(int count)
    {
        var operands = new Operand[count];
        for (int i = count - 1; i >= 0; i--) { operands[i] = Pop(); }
        return operands;
    }

    private void PushArgument(int index, bool address)
    {
        TypeReference type = _method.ArgumentType(index);
        bool isThis = _method.Definition.HasThis && index == 0;
        int node = _pass.ArgumentNode(_method, index);
        string? origin = isThis ? null : $"parameter {ParameterName(index)} of {_method.Name}";
        if (address || (isThis && type.IsValueType)) { Push(new Operand(node, true, type, origin)); }
        else { PushNode(node, type, origin); }
    }

    private string ParameterName(int index) => _method.Definition.Parameters[index - (_method.Definition.HasThis ? 1 : 0)].Name;

    private void PushLocal(int index, bool address)
    {
        if (index >= _locals.Length) { PushNothing(); return; }
        TypeReference type = _body.Variables[index].VariableType;
        if (address) { Push(new Operand(_locals[index], true, type, null)); }
        else { PushNode(_locals[index], type, _localOrigins[index]); }
    }

    private void StoreLocal(int index)
    {
        Operand value = Pop();
        if (index >= _locals.Length) { return; }
        Store(_locals[index], value);
        _localOrigins[index] = value.Origin;
    }

    private void PopBehaviour(OpCode code)
    {
        int count = code.StackBehaviourPop switch
        {
            StackBehaviour.Pop0 => 0,
            StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref => 1,
            StackBehaviour.Pop1_pop1 or StackBehaviour.Popi_pop1 or StackBehaviour.Popi_popi or StackBehaviour.Popi_popi8 or StackBehaviour.Popi_popr4
                or StackBehaviour.Popi_popr8 or StackBehaviour.Popref_pop1 or StackBehaviour.Popref_popi => 2,
            StackBehaviour.PopAll => _stack.Count,
            StackBehaviour.Varpop => 0,
            _ => 3,
        };
        for (int i = 0; i < count; i++) { Pop(); }
    }
}
