using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Ncsan.Rewriter.Emission;

/// <summary>
/// The checked copy of a method as a method of its own. Where State is up, the original hands its arguments and live locals over and returns what the checked
/// method returns; nothing is in reach of a hook call any more, so the JIT compiles the original as if it were not instrumented, and the checked method only when State first
/// rises.
/// </summary>
/// <remarks>
/// <code>
/// original:  ... ldsfld State; brtrue exit; clean code ...      exit: this, arguments, live locals, number of the exit; call Name$checkedN; ret
/// checked:   locals = parameters; switch (exit) { ... }         then either checked code only, or, where there are loops, both copies as <see cref="BodyEmitter"/> draws them, so
///                                                               that a loop can come back to clean code when State falls
/// </code>
/// N is the number of the original's parameters: with the name and their types the runtime finds the original, under whose name a stack shows the checked method.
/// </remarks>
internal sealed class CheckedMethod
{
    /// <summary>What stands between the original's name and the number of its parameters; no compiler makes such names.</summary>
    internal const string Suffix = "$checked";

    // More values than these, and their moves are more code than the copy that they save.
    private const int MaxHandedOver = 24, MaxMoves = 600;

    private readonly MethodCode _code;
    private readonly Liveness? _liveness; // null when the only way out is the method's own start, where nothing but its arguments is there
    private readonly int[] _handed;
    private readonly List<Segment> _exits;

    /// <summary>What a handler may read is live wherever an exception can lead there, which the flow graph does not show.</summary>
    private readonly HashSet<int> _always;

    private CheckedMethod(MethodCode code, Liveness? liveness, FlowGraph graph, List<Segment> exits, HashSet<int> always, int[] handed)
    {
        (_code, _liveness, _exits, _always, _handed) = (code, liveness, exits, always, handed);
        HasLoops = graph.Loops.Count > 0;
        Method = Declare();
    }

    internal MethodDefinition Method { get; }

    /// <summary>Without loops the checked method never has a reason to go back to clean code.</summary>
    internal bool HasLoops { get; }

    internal IReadOnlyList<Segment> Exits => _exits;

    /// <summary>Whether a method can be left in the middle of its work: all of its state must be values that can be handed over. Within the framework code looks at its own frames.</summary>
    internal static bool IsPossible(MethodCode code)
    {
        var method = code.Method;
        if (code.Module.Untested || code.Module.Framework is not null || !code.Module.IsOptimized || method.DeclaringType.IsInterface || (method.IsConstructor && method.IsStatic) || method.CallingConvention == MethodCallingConvention.VarArg
            || method.NoOptimization || method.Body.Variables.Any(v => v.VariableType.IsPinned))
        {
            return false;
        }

        foreach (var op in code.Ops)
        {
            if (op.Code is Code.Localloc or Code.Arglist or Code.Jmp or Code.Mkrefany || (op.Operand is MethodReference called && LooksAtItsCaller(called))) { return false; }
        }

        return !AddressFlow.Leaks(code);
    }

    /// <summary>The checked method for a planned body, not yet emitted; or null when too much would have to be handed over, or nothing can be.</summary>
    internal static CheckedMethod? For(MethodCode code, FlowGraph graph)
    {
        var exits = graph.Segments.FindAll(IsExit);
        if (exits.Count == 0 || exits.Count < graph.Segments.Count(s => s.Tests && s.Region != code.Root)) { return null; }
        if (exits is [{ Index: 0 }] && graph.Predecessors[0].Length == 0) { return new(code, null, graph, exits, [], []); }
        var liveness = new Liveness(code, graph);
        var always = LiveInHandlers(code, liveness, graph);
        int[] handed = [.. Enumerable.Range(0, liveness.Locals).Where(slot => always.Contains(slot) || exits.Exists(e => liveness.IsLiveAt(slot, e)))];
        int values = handed.Length + liveness.Slots - liveness.Locals;
        return handed.Length > MaxHandedOver || values * exits.Count > MaxMoves ? null : new(code, liveness, graph, exits, always, handed);
    }

    /// <summary>Whether the original leaves for the checked method here. With values on the stack it does not: the test at the start of the statement stands for this one.</summary>
    internal static bool IsExit(Segment segment) => segment is { Tests: true, Region.Kind: RegionKind.Method, First.Depth: 0 };

    /// <summary>Emits, in the original, the way out at a segment.</summary>
    internal void EmitExit(CodeWriter writer, Segment segment)
    {
        if (_code.Method.HasThis) { Hand(writer, _code.Method.Body.ThisParameter, 0, segment); }
        foreach (var parameter in _code.Method.Parameters) { Hand(writer, parameter, parameter.Index + (_code.Method.HasThis ? 1 : 0), segment); }
        foreach (int slot in _handed)
        {
            if (IsLive(slot, segment)) { writer.Emit(OpCodes.Ldloc, _code.Method.Body.Variables[slot]); } else { Nothing(writer, _code.Method.Body.Variables[slot].VariableType); }
        }

        if (_exits.Count > 1) { writer.Constant(_exits.IndexOf(segment)); }
        writer.Emit(OpCodes.Call, Reference());
        writer.Emit(OpCodes.Ret);
    }

    /// <summary>Emits, in the checked method, what takes the locals over and leads to the segment of each exit.</summary>
    internal void EmitEntry(CodeWriter writer, Action<Segment> jump, Action<Segment[]> choose)
    {
        int first = _code.Method.Parameters.Count;
        for (int i = 0; i < _handed.Length; i++)
        {
            writer.Add(Instruction.Create(OpCodes.Ldarg, Method.Parameters[first + i]));
            writer.Emit(OpCodes.Stloc, _code.Method.Body.Variables[_handed[i]]);
        }

        if (_exits is [var only]) { jump(only); return; }
        writer.Add(Instruction.Create(OpCodes.Ldarg, Method.Parameters[^1]));
        choose([.. _exits]);
        jump(_exits[0]);
    }

    // What is dead is not kept alive for the sake of a call that nearly never happens. A generic type's code finds its type arguments through the object.
    private void Hand(CodeWriter writer, ParameterDefinition parameter, int argument, Segment segment)
    {
        bool isContext = _code.Method.HasThis && argument == 0 && _code.Method.DeclaringType.HasGenericParameters;
        if (_liveness is null || isContext || IsLive(_liveness.Locals + argument, segment)) { writer.Add(Instruction.Create(OpCodes.Ldarg, parameter)); }
        else { Nothing(writer, Locals.ArgumentType(_code.Method, argument)); }
    }

    private bool IsLive(int slot, Segment segment) => _liveness!.IsLiveAt(slot, segment) || _always.Contains(slot);

    private static void Nothing(CodeWriter writer, TypeReference type)
    {
        switch (TypeFacts.Bare(type).MetadataType)
        {
            case MetadataType.Class or MetadataType.String or MetadataType.Object or MetadataType.Array:
            case MetadataType.GenericInstance when !TypeFacts.Bare(type).IsValueType:
                writer.Emit(OpCodes.Ldnull);
                break;
            case MetadataType.Boolean or MetadataType.Byte or MetadataType.SByte or MetadataType.Char or MetadataType.Int16 or MetadataType.UInt16 or MetadataType.Int32 or MetadataType.UInt32:
                writer.Constant(0);
                break;
            case MetadataType.ByReference or MetadataType.Pointer or MetadataType.FunctionPointer or MetadataType.IntPtr or MetadataType.UIntPtr:
                writer.Constant(0);
                writer.Emit(OpCodes.Conv_U);
                break;
            case MetadataType.Int64 or MetadataType.UInt64:
                writer.Constant(0);
                writer.Emit(OpCodes.Conv_I8);
                break;
            case MetadataType.Double:
                writer.Add(Instruction.Create(OpCodes.Ldc_R8, 0.0));
                break;
            case MetadataType.Single:
                writer.Add(Instruction.Create(OpCodes.Ldc_R4, 0f));
                break;
            default:
                var nothing = writer.Opaque(type);
                writer.Emit(OpCodes.Ldloca, nothing);
                writer.Emit(OpCodes.Initobj, TypeFacts.Bare(type));
                writer.Emit(OpCodes.Ldloc, nothing);
                break;
        }
    }

    private MethodDefinition Declare()
    {
        var original = _code.Method;
        var method = new MethodDefinition($"{original.Name}{Suffix}{original.Parameters.Count}", MethodAttributes.Private | MethodAttributes.HideBySig | (original.Attributes & MethodAttributes.Static), original.ReturnType)
        {
            HasThis = original.HasThis,
            NoInlining = true,
            AggressiveOptimization = original.AggressiveOptimization,
        };
        Generics.CopyParameters(original, method);
        foreach (var parameter in original.Parameters) { method.Parameters.Add(new(parameter.ParameterType)); }
        foreach (int slot in _handed) { method.Parameters.Add(new(TypeFacts.Bare(original.Body.Variables[slot].VariableType))); }
        if (_exits.Count > 1) { method.Parameters.Add(new(original.Module.TypeSystem.Int32)); }
        method.Body.InitLocals = original.Body.InitLocals;
        foreach (var variable in original.Body.Variables) { method.Body.Variables.Add(new(variable.VariableType)); }
        return method;
    }

    private MethodReference Reference()
    {
        MethodReference reference = Method;
        if (Method.DeclaringType.HasGenericParameters)
        {
            reference = new MethodReference(Method.Name, Method.ReturnType, Generics.Self(Method.DeclaringType)) { HasThis = Method.HasThis };
            foreach (var parameter in Method.Parameters) { reference.Parameters.Add(new(parameter.ParameterType)); }
            Generics.CopyParameters(Method, reference);
        }

        if (!Method.HasGenericParameters) { return reference; }
        var instance = new GenericInstanceMethod(reference);
        foreach (var parameter in _code.Method.GenericParameters) { instance.GenericArguments.Add(parameter); }
        return instance;
    }

    private static HashSet<int> LiveInHandlers(MethodCode code, Liveness liveness, FlowGraph graph)
    {
        var handlers = code.Handlers.SelectMany(h => new[] { h.Catch.Start, h.Filter?.Start ?? -1 }).Where(s => s >= 0).Select(graph.StartingAt).ToList();
        return [.. Enumerable.Range(0, liveness.Slots).Where(slot => handlers.Exists(h => liveness.IsLiveAt(slot, h)))];
    }

    // Whoever asks for its caller counts frames.
    private static bool LooksAtItsCaller(MethodReference called) => called.Name is "GetCallingAssembly" or "GetCurrentMethod"
        || (called.Name == ".ctor" && called.DeclaringType is { Namespace: "System.Diagnostics", Name: "StackTrace" or "StackFrame" });
}
