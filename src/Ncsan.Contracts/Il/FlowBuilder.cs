using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Contracts.Model;
using CallSite = Ncsan.Contracts.Model.CallSite;

namespace Ncsan.Contracts.Il;

/// <summary>
/// Makes the flow graph of one body. A finally block is entered from many places and goes on to where each of them wanted to go, so a node is an
/// instruction together with what is still to be done after the finally blocks that it is in: the graph has a copy of the block for every way through.
/// </summary>
internal sealed class FlowBuilder
{
    // Deeply nested finally blocks multiply; real methods have some hundred nodes.
    private const int NodeLimit = 20_000;

    // A forged body may leave a finally block into itself without end; no compiler nests them like that.
    private const int DepthLimit = 12;
    private static readonly int[] s_nowhere = [];

    private readonly MethodBody _body;
    private readonly Dictionary<int, List<int>> _sitesAt = [];
    private readonly List<FlowNode> _nodes = [];
    private readonly Dictionary<(Instruction, Continuation?), int> _known = [];
    private readonly Queue<(Instruction At, Continuation? Then, int Node)> _open = new();
    private readonly Dictionary<Continuation, Continuation> _continuations = [];
    private readonly CallSite[] _sites;
    private bool _tooDeep;

    private FlowBuilder(MethodBody body, CallSite[] sites)
    {
        _body = body;
        _sites = sites;
        for (int i = 0; i < sites.Length; i++)
        {
            if (!_sitesAt.TryGetValue(sites[i].Offset, out List<int>? here)) { _sitesAt.Add(sites[i].Offset, here = []); }
            here.Add(i);
        }
    }

    /// <summary>What happens after a finally block: the next block on the way to <see cref="Target"/>, or (without a target) the exception goes on.</summary>
    private sealed record Continuation(ExceptionHandler Handler, Instruction From, Instruction? Target, Continuation? Outer)
    {
        internal int Depth { get; } = Outer is null ? 1 : Outer.Depth + 1;
    }

    /// <summary>The type whose Begin and End open and close a region.</summary>
    internal const string RegionType = "Ncsan.Annotations.Instrumentation";

    internal static FlowEvent RegionEvent(IlMethod called) => called.Type.Definition.FullName != RegionType ? FlowEvent.None
        : called.Definition.Name switch { "Begin" => FlowEvent.Begin, "End" => FlowEvent.End, _ => FlowEvent.None };

    internal static FlowGraph Build(MethodBody body, CallSite[] sites)
    {
        var builder = new FlowBuilder(body, sites);
        if (body.Instructions.Count == 0) { return new FlowGraph([new FlowNode(FlowEvent.Return, 0, -1, s_nowhere)]); }
        builder.NodeAt(body.Instructions[0], null);
        while (builder._nodes.Count < NodeLimit && builder._open.TryDequeue(out var next)) { builder.Expand(next.At, next.Then, next.Node); }
        foreach (var left in builder._open) { builder._nodes[left.Node] = new FlowNode(FlowEvent.None, left.At.Offset, -1, s_nowhere); }
        return builder._open.Count == 0 && !builder._tooDeep ? new FlowGraph(builder._nodes)
            : new FlowGraph(builder._nodes, [], ["finally blocks are nested too deeply to follow every path"]);
    }

    private int NodeAt(Instruction at, Continuation? then)
    {
        if (then?.Depth > DepthLimit)
        {
            _tooDeep = true;
            then = then.Outer;
        }

        if (_known.TryGetValue((at, then), out int node)) { return node; }
        node = _nodes.Count;
        _known.Add((at, then), node);
        _nodes.Add(default);
        _open.Enqueue((at, then, node));
        return node;
    }

    private void Expand(Instruction at, Continuation? then, int node)
    {
        var next = new List<int>();
        if (MayThrow(at)) { Unwind(at, then, next); }
        switch (at.OpCode.FlowControl)
        {
            case FlowControl.Return when at.OpCode.Code == Code.Ret:
                _nodes[node] = new FlowNode(FlowEvent.Return, at.Offset, -1, s_nowhere);
                return;
            case FlowControl.Return when at.OpCode.Code == Code.Endfilter:
                foreach (ExceptionHandler handler in _body.ExceptionHandlers)
                {
                    if (handler.HandlerType == ExceptionHandlerType.Filter && handler.HandlerStart == at.Next) { next.Add(NodeAt(handler.HandlerStart, then)); }
                }

                break;
            case FlowControl.Return:
                EndFinally(then, next);
                break;
            case FlowControl.Throw:
                break;
            case FlowControl.Branch when at.OpCode.Code is Code.Leave or Code.Leave_S:
                Leave(at, (Instruction)at.Operand, then, next);
                break;
            case FlowControl.Branch when at.Operand is Instruction target:
                next.Add(NodeAt(target, then));
                break;
            case FlowControl.Cond_Branch:
                if (at.Operand is Instruction one) { next.Add(NodeAt(one, then)); }
                if (at.Operand is Instruction[] many)
                {
                    foreach (Instruction choice in many) { next.Add(NodeAt(choice, then)); }
                }

                if (at.Next is not null) { next.Add(NodeAt(at.Next, then)); }
                break;
            default:
                if (at.Next is not null && at.OpCode.Code != Code.Jmp) { next.Add(NodeAt(at.Next, then)); }
                break;
        }

        Emit(at, node, [.. next]);
    }

    // An instruction can leave the method in several ways at once (a type initialiser, then the call): a chain of nodes, one each.
    private void Emit(Instruction at, int node, int[] next)
    {
        FlowEvent region = at.Operand is MethodReference { DeclaringType.FullName: "Ncsan.Annotations.Instrumentation" } marker
            ? marker.Name == "Begin" ? FlowEvent.Begin : marker.Name == "End" ? FlowEvent.End : FlowEvent.None : FlowEvent.None;
        if (region != FlowEvent.None || !_sitesAt.TryGetValue(at.Offset, out List<int>? sites))
        {
            _nodes[node] = new FlowNode(region, at.Offset, -1, next);
            return;
        }

        for (int i = 0; i < sites.Count; i++)
        {
            bool last = i == sites.Count - 1;
            bool tail = _sites[sites[i]].IsTail && at.OpCode.Code == Code.Jmp;
            int following = _nodes.Count;
            _nodes[node] = new FlowNode(FlowEvent.Call, at.Offset, sites[i], tail ? s_nowhere : last ? next : [following]);
            if (last) { break; }
            _nodes.Add(default);
            node = following;
        }
    }

    private void Leave(Instruction at, Instruction target, Continuation? then, List<int> next)
    {
        ExceptionHandler? first = NextFinally(at, target, after: null);
        next.Add(first is null ? NodeAt(target, Within(then, target)) : NodeAt(first.HandlerStart, Intern(new Continuation(first, at, target, then))));
    }

    private void EndFinally(Continuation? then, List<int> next)
    {
        if (then is null) { return; }
        if (then.Target is null)
        {
            Unwind(then.From, then.Outer, next, after: then.Handler);
            return;
        }

        ExceptionHandler? following = NextFinally(then.From, then.Target, then.Handler);
        next.Add(following is null ? NodeAt(then.Target, Within(then.Outer, then.Target))
            : NodeAt(following.HandlerStart, Intern(then with { Handler = following })));
    }

    // Handlers of an exception that is thrown at an instruction, innermost first (the order of the table). A finally block runs and then the search goes on.
    private void Unwind(Instruction at, Continuation? then, List<int> next, ExceptionHandler? after = null)
    {
        bool started = after is null;
        foreach (ExceptionHandler handler in _body.ExceptionHandlers)
        {
            if (!started)
            {
                started = ReferenceEquals(handler, after);
                continue;
            }

            if (!Contains(handler.TryStart, handler.TryEnd, at)) { continue; }
            if (handler.HandlerType is ExceptionHandlerType.Finally or ExceptionHandlerType.Fault)
            {
                next.Add(NodeAt(handler.HandlerStart, Intern(new Continuation(handler, at, null, Within(then, handler.HandlerStart)))));
                return;
            }

            Instruction entry = handler.FilterStart ?? handler.HandlerStart;
            next.Add(NodeAt(entry, Within(then, entry)));
        }
    }

    private ExceptionHandler? NextFinally(Instruction from, Instruction target, ExceptionHandler? after)
    {
        bool started = after is null;
        foreach (ExceptionHandler handler in _body.ExceptionHandlers)
        {
            if (!started) { started = ReferenceEquals(handler, after); }
            else if (handler.HandlerType == ExceptionHandlerType.Finally && Contains(handler.TryStart, handler.TryEnd, from) && !Contains(handler.TryStart, handler.TryEnd, target))
            {
                return handler;
            }
        }

        return null;
    }

    /// <summary>What is still to be done at <paramref name="at"/>: continuations of finally blocks that it is not in are over.</summary>
    private static Continuation? Within(Continuation? then, Instruction at)
    {
        while (then is not null && !Contains(then.Handler.HandlerStart, then.Handler.HandlerEnd, at)) { then = then.Outer; }
        return then;
    }

    private Continuation Intern(Continuation continuation)
    {
        if (_continuations.TryGetValue(continuation, out Continuation? known)) { return known; }
        _continuations.Add(continuation, continuation);
        return continuation;
    }

    private static bool Contains(Instruction start, Instruction? end, Instruction at) => at.Offset >= start.Offset && (end is null || at.Offset < end.Offset);

    private static bool MayThrow(Instruction instruction) => instruction.OpCode.FlowControl switch
    {
        FlowControl.Throw => true,
        FlowControl.Call => instruction.Operand is not MethodReference { DeclaringType.FullName: "Ncsan.Annotations.Instrumentation" },
        FlowControl.Next => instruction.OpCode.Code is not (Code.Nop or Code.Dup or Code.Pop or Code.Ldnull or Code.Ldstr or (>= Code.Ldarg_0 and <= Code.Ldc_R8)
            or Code.Ldarg or Code.Ldarga or Code.Starg or Code.Ldloc or Code.Ldloca or Code.Stloc or Code.Ldftn or Code.Ldsfld or Code.Stsfld or Code.Ldtoken),
        _ => false,
    };
}
