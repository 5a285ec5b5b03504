using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Emission;

/// <summary>One hook call around a call of the program.</summary>
/// <param name="Copies">In which copies.</param>
/// <param name="After">After the call rather than before it.</param>
/// <param name="Arguments">Which arguments of the call the hook gets, in order: 0 is the receiver, or the first parameter of a static method.
/// <see cref="CallPlan.Result"/> is the call's result.</param>
/// <param name="Emit">Emits the hook call; the chosen arguments are on the stack.</param>
internal readonly record struct CallProbe(Copies Copies, bool After, int[] Arguments, Action<CodeWriter> Emit);

/// <summary>
/// What passes want around one call. Arguments that a hook needs are moved to temporaries once, however many hooks look at them, and put back
/// for the call; the rest of the stack is not touched.
/// </summary>
internal sealed class CallPlan(MethodBody body, StackEntry[] inputs, TypeReference?[] argumentTypes, TypeReference? resultType)
{
    /// <summary>Names the call's result among a probe's arguments.</summary>
    internal const int Result = -1;

    private readonly List<CallProbe> _probes = [];

    internal bool HasChecked => _probes.Exists(p => p.Copies == Copies.Checked);

    internal void Add(CallProbe probe) => _probes.Add(probe);

    /// <summary>Emits the call with what goes around it.</summary>
    internal void Emit(CodeWriter writer, Action emitCall)
    {
        var probes = _probes.FindAll(p => (p.Copies & writer.Copy) != 0);
        int lowest = probes.SelectMany(p => p.Arguments).Where(a => a >= 0).DefaultIfEmpty(argumentTypes.Length).Min();
        var spilled = new VariableDefinition?[argumentTypes.Length];
        for (int i = argumentTypes.Length - 1; i >= lowest; i--)
        {
            // The address of a local is taken anew instead of kept: to the JIT a stored address means that the local has to be in memory for good.
            if (LocalAddress(writer, i) is not null) { writer.Emit(OpCodes.Pop); } else { spilled[i] = writer.Spill(argumentTypes[i]!); }
        }

        foreach (var probe in probes.Where(p => !p.After)) { Call(writer, probe, spilled, null); }
        for (int i = lowest; i < argumentTypes.Length; i++) { Load(writer, spilled, i); }
        emitCall();
        var after = probes.FindAll(p => p.After);
        if (after.Count == 0) { return; }
        var result = resultType is not null && after.Exists(p => p.Arguments.Contains(Result)) ? writer.Spill(resultType) : null;
        foreach (var probe in after) { Call(writer, probe, spilled, result); }
        if (result is not null) { writer.Emit(OpCodes.Ldloc, result); }
    }

    /// <summary>Whether every argument that a probe may name has a known type.</summary>
    internal bool CanSpill(int[] arguments) =>
        arguments.Length == 0 || Array.TrueForAll(arguments, a => a == Result ? resultType is not null : a < argumentTypes.Length)
        && !argumentTypes.Skip(arguments.Where(a => a >= 0).DefaultIfEmpty(argumentTypes.Length).Min()).Any(t => t is null);

    private void Call(CodeWriter writer, CallProbe probe, VariableDefinition?[] spilled, VariableDefinition? result)
    {
        foreach (int argument in probe.Arguments) { if (argument == Result) { writer.Emit(OpCodes.Ldloc, result!); } else { Load(writer, spilled, argument); } }
        probe.Emit(writer);
    }

    private void Load(CodeWriter writer, VariableDefinition?[] spilled, int argument)
    {
        if (spilled[argument] is { } variable) { writer.Emit(OpCodes.Ldloc, variable); } else { writer.Emit(OpCodes.Ldloca, LocalAddress(writer, argument)!); }
    }

    /// <summary>The local whose address the argument is, by the name that the copy at hand has for it.</summary>
    private VariableDefinition? LocalAddress(CodeWriter writer, int argument) =>
        inputs[argument].Producer is { Code: Code.Ldloca or Code.Ldloca_S } load ? writer.OwnName(Locals.Variable(body, load.Instruction)!) : null;
}
