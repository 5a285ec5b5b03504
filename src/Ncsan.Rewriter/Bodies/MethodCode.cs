using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Bodies;

/// <summary>A method body as passes see it: ops with known stacks, and regions.</summary>
internal sealed class MethodCode
{
    private readonly Op?[] _byOffset;

    private MethodCode(ModuleContext module, MethodDefinition method)
    {
        Module = module;
        Method = method;
        var body = method.Body;
        _byOffset = new Op?[Math.Max(body.CodeSize, body.Instructions[^1].Offset) + 1]; // the size of a body that was never written is not known
        var prefixes = new List<Instruction>();
        foreach (var instruction in body.Instructions)
        {
            if (instruction.OpCode.OpCodeType == OpCodeType.Prefix) { prefixes.Add(instruction); continue; }
            var op = new Op(Ops.Count, instruction, prefixes.Count == 0 ? [] : [.. prefixes]);
            foreach (var prefix in prefixes) { _byOffset[prefix.Offset] = op; }
            _byOffset[instruction.Offset] = op;
            prefixes.Clear();
            Ops.Add(op);
        }

        (Root, Handlers) = Region.Tree(body, Ops.Count, i => i is null ? Ops.Count : At(i).Index);
        Place(Root);
        if (method.DebugInformation is { HasSequencePoints: true } debug)
        {
            foreach (var point in debug.SequencePoints) { if (AtOffset(point.Offset) is { } op) { op.Point = point; } }
        }

        SequencePoint? statement = null;
        foreach (var op in Ops) { op.Statement = statement = op.Point ?? statement; }
        StackAnalysis.Run(this);
        EscapesAt = Construction.EscapesAt(this);
    }

    internal ModuleContext Module { get; }

    internal MethodDefinition Method { get; }

    internal List<Op> Ops { get; } = [];

    internal Region Root { get; }

    /// <summary>In a constructor: the first op at which something else may get to hold the object; else 0.</summary>
    internal int EscapesAt { get; }

    internal List<HandlerRegions> Handlers { get; }

    /// <summary>A local for what is known of the thread, as locks see it. A call of a method stays on one thread, and so does each resumption of an async one.</summary>
    internal VariableDefinition LockThread
    {
        get
        {
            if (field is null) { Method.Body.Variables.Add(field = new(Module.Module.TypeSystem.Object)); }
            return field;
        }
    }

    internal LocalStores Stores => field ??= new(this);

    /// <summary>The ops of each loop, by index.</summary>
    internal List<int[]> Loops => field ??= FlowGraph.LoopsOf(this);

    internal static MethodCode Decode(ModuleContext module, MethodDefinition method) => new(module, method);

    /// <summary>The op that an instruction, or its prefix, belongs to. Valid only before the body is emitted anew.</summary>
    internal Op At(Instruction instruction) => _byOffset[instruction.Offset]!;

    internal Op? AtOffset(int offset) => (uint)offset < (uint)_byOffset.Length ? _byOffset[offset] : null;

    /// <summary>A new site in this method.</summary>
    internal int Site(Op op, Runtime.Sites.SiteKind kind, string member, int size = 0, Runtime.Sites.SiteFlags flags = Runtime.Sites.SiteFlags.None) =>
        Module.Sites.Add(kind, flags, size, Method, member, Place(op));

    /// <summary>The statement that an op belongs to; for code that the compiler hides, as that of an await, the one before.</summary>
    private SequencePoint? Place(Op op)
    {
        if (op.Statement is not { IsHidden: true }) { return op.Statement; }
        for (int i = op.Index - 1; i >= 0; i--) { if (Ops[i].Point is { IsHidden: false } shown) { return shown; } }
        return op.Statement;
    }

    private void Place(Region region)
    {
        for (int i = region.Start; i < region.End; i++) { Ops[i].Region = region; }
        foreach (var child in region.Children) { Place(child); }
    }
}
