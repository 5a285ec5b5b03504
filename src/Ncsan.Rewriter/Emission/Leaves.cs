using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Emission;

/// <summary>
/// Small methods that the JIT expands in place and that cannot take long: no loop, no call but to their like. Each keeps its instrumented body, and has a
/// raw twin that only clean copies call, which have tested State already; otherwise every accessor in a loop would test again, and be too large to inline.
/// </summary>
/// <remarks>
/// A twin is a method of the same type, not visible outside its assembly, called like the original with <see cref="Suffix"/>. It is copied before anything
/// is rewritten and added to its type only when something calls it.
/// </remarks>
internal sealed class Leaves
{
    /// <summary>What a twin's name ends in; no compiler makes such names.</summary>
    internal const string Suffix = "$clean";

    private const int MaxSize = 64;

    private readonly ModuleContext _module;
    private readonly Dictionary<MethodDefinition, Leaf?> _leaves = [];
    private readonly Dictionary<MethodReference, MethodReference> _references = [];
    private readonly List<Leaf> _used = [];

    /// <summary>Looks at all methods, before any is rewritten.</summary>
    internal Leaves(ModuleContext module, IEnumerable<MethodDefinition> methods)
    {
        _module = module;
        foreach (var method in methods) { Find(method); }
        foreach (var leaf in _leaves.Values)
        {
            if (leaf is { HasAccesses: true } && MayHaveTwin(leaf.Method)) { leaf.Twin = Copy(leaf.Method); }
        }
    }

    /// <summary>Whether the call of an op leads to a leaf for certain.</summary>
    internal bool Calls(Op op) => Target(op.Instruction) is not null;

    /// <summary>The twin of what an op calls, or null.</summary>
    internal MethodReference? TwinFor(Op op) => op.Prefixes.Length == 0 && op.Code != Code.Newobj && Target(op.Instruction) is { Twin: not null } leaf ? Use((MethodReference)op.Operand!, leaf) : null;

    /// <summary>Adds the twins that are called to their types. Twins call twins.</summary>
    internal void AddTwins()
    {
        for (int i = 0; i < _used.Count; i++)
        {
            foreach (var instruction in _used[i].Twin!.Body.Instructions)
            {
                if (Target(instruction) is { Twin: not null } callee && instruction.OpCode.Code != Code.Newobj && instruction.Previous?.OpCode.OpCodeType != OpCodeType.Prefix) { instruction.Operand = Use((MethodReference)instruction.Operand, callee); }
            }
        }

        foreach (var leaf in _leaves.Values) { if (leaf is { IsUsed: true }) { leaf.Method.DeclaringType.Methods.Add(leaf.Twin!); } }
    }

    private Leaf? Target(Instruction instruction) =>
        instruction.Operand is MethodReference method and not GenericInstanceMethod && instruction.OpCode.Code is Code.Call or Code.Callvirt or Code.Newobj && Definition((MethodReference)instruction.Operand) is { } definition
        && (instruction.OpCode.Code != Code.Callvirt || !definition.IsVirtual || definition.IsFinal || definition.DeclaringType.IsSealed)
            ? _leaves.GetValueOrDefault(definition) : null;

    private MethodDefinition? Definition(MethodReference method) =>
        method as MethodDefinition ?? (method.DeclaringType.Scope == _module.Module && method.DeclaringType is not ArrayType ? method.Resolve() : null);

    private Leaf? Find(MethodDefinition method)
    {
        if (_leaves.TryGetValue(method, out var known)) { return known; }
        _leaves[method] = null; // while it is looked at, so that a recursive method is none
        return _leaves[method] = Look(method);
    }

    private Leaf? Look(MethodDefinition method)
    {
        if (!method.HasBody || method.NoInlining || method.IsSynchronized || method.DeclaringType.IsInterface || method.Body is not { } body || body.CodeSize > MaxSize || body.HasExceptionHandlers) { return null; }
        bool accesses = false;
        foreach (var instruction in body.Instructions)
        {
            switch (instruction.OpCode.FlowControl)
            {
                case FlowControl.Call:
                    if (Target(instruction, out bool calleeAccesses) is false) { return null; }
                    accesses |= calleeAccesses;
                    break;
                case FlowControl.Branch or FlowControl.Cond_Branch:
                    if (instruction.Operand is not Instruction target || target.Offset <= instruction.Offset) { return null; }
                    break;
                default:
                    accesses |= IsAccess(instruction.OpCode.Code);
                    break;
            }

            if (instruction.OpCode.Code is Code.Localloc or Code.Tail || _module.Initializers.TouchedBy(method, instruction) is not null) { return null; }
        }

        return new Leaf(method, accesses);
    }

    private bool Target(Instruction call, out bool accesses)
    {
        accesses = false;
        if (call.Operand is not MethodReference method || method is GenericInstanceMethod && !Bodies.Calls.IsLeaf(method)) { return false; }
        if (Bodies.Calls.IsLeaf(method)) { return true; }
        if (call.OpCode.Code == Code.Newobj || Definition(method) is not { } definition || (call.OpCode.Code == Code.Callvirt && definition.IsVirtual && !definition.IsFinal)) { return false; }
        var leaf = Find(definition);
        accesses = leaf is { HasAccesses: true };
        return leaf is not null;
    }

    /// <summary>Whether an instruction loads or stores memory.</summary>
    internal static bool IsAccess(Code code) => code is Code.Ldfld or Code.Stfld or Code.Ldsfld or Code.Stsfld or Code.Ldobj or Code.Stobj or Code.Ldelem_Any or Code.Stelem_Any
        or (>= Code.Ldind_I1 and <= Code.Stind_R8) or Code.Stind_I or (>= Code.Ldelem_I1 and <= Code.Stelem_Ref);

    private bool MayHaveTwin(MethodDefinition method) => !method.IsConstructor && !method.HasGenericParameters && !_module.NoInstrument.Covers(method)
        && (_module.Framework is not { } framework || Framework.FrameworkBodies.WhyNot(method, framework.IsDenied) is null);

    private MethodReference Use(MethodReference called, Leaf leaf)
    {
        if (_references.TryGetValue(called, out var twin)) { return twin; }
        if (!leaf.IsUsed) { leaf.IsUsed = true; _used.Add(leaf); }
        if (called is MethodDefinition) { return _references[called] = leaf.Twin!; }
        twin = new MethodReference(leaf.Twin!.Name, called.ReturnType, called.DeclaringType) { HasThis = called.HasThis, ExplicitThis = called.ExplicitThis, CallingConvention = called.CallingConvention };
        foreach (var parameter in called.Parameters) { twin.Parameters.Add(new(parameter.ParameterType)); }
        return _references[called] = twin;
    }

    private static MethodDefinition Copy(MethodDefinition method)
    {
        var twin = new MethodDefinition(method.Name + Suffix, MethodAttributes.HideBySig | (method.Attributes & MethodAttributes.Static)
            | (method.IsPrivate ? MethodAttributes.Private : MethodAttributes.Assembly), method.ReturnType) { ImplAttributes = method.ImplAttributes, HasThis = method.HasThis };
        foreach (var parameter in method.Parameters) { twin.Parameters.Add(new(parameter.Name, parameter.Attributes, parameter.ParameterType)); }
        var (from, to) = (method.Body, twin.Body);
        to.InitLocals = from.InitLocals;
        foreach (var variable in from.Variables) { to.Variables.Add(new(variable.VariableType)); }
        var copies = new Dictionary<Instruction, Instruction>();
        foreach (var instruction in from.Instructions)
        {
            var copy = Instruction.Create(OpCodes.Nop);
            (copy.OpCode, copy.Operand) = (instruction.OpCode, instruction.Operand);
            copies.Add(instruction, copy);
            to.Instructions.Add(copy);
        }

        foreach (var copy in copies.Values)
        {
            copy.Operand = copy.Operand switch
            {
                Instruction target => copies[target],
                VariableDefinition variable => to.Variables[variable.Index],
                ParameterDefinition { Index: >= 0 } parameter => twin.Parameters[parameter.Index],
                ParameterDefinition => to.ThisParameter,
                var other => other,
            };
        }

        if (method.DebugInformation is { HasSequencePoints: true } debug)
        {
            foreach (var point in debug.SequencePoints)
            {
                if (from.Instructions.FirstOrDefault(i => i.Offset == point.Offset) is { } at) { twin.DebugInformation.SequencePoints.Add(DebugInformation.At(copies[at], point)); }
            }
        }

        return twin;
    }

    private sealed class Leaf(MethodDefinition method, bool hasAccesses)
    {
        internal MethodDefinition Method => method;

        internal bool HasAccesses => hasAccesses;

        internal MethodDefinition? Twin { get; set; }

        internal bool IsUsed { get; set; }
    }
}
