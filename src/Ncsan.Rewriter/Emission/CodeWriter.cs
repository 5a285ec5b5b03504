using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Ncsan.Rewriter.Emission;

/// <summary>Appends instructions to a body that is being emitted anew. What passes write with.</summary>
/// <param name="module">The module at hand.</param>
/// <param name="body">The body.</param>
/// <param name="original">The method whose code is written, if that is another: its locals and arguments become those of the body's method at the same place.</param>
internal sealed class CodeWriter(ModuleContext module, MethodBody body, MethodDefinition? original = null)
{
    private readonly Dictionary<object, object> _names = original is null ? [] : Names(original, body.Method);
    private readonly Dictionary<string, Stack<VariableDefinition>> _free = [];
    private readonly List<VariableDefinition> _lent = [];
    private readonly Dictionary<string, VariableDefinition> _opaque = [];

    internal ModuleContext Module { get; } = module;

    internal TypeSystem Types => Module.Module.TypeSystem;

    internal List<Instruction> Output { get; } = [];

    /// <summary>The copy that is being written.</summary>
    internal Copies Copy { get; set; } = Copies.Clean;

    /// <summary>Something the writer has to do with an instruction as soon as there is one.</summary>
    internal Action<Instruction>? OnNext { get; set; }

    /// <summary>The copied loop whose checked copy is being written, or null.</summary>
    internal LoopCopy? Loop { get; set; }

    /// <summary>What the copy at hand calls a local of the program.</summary>
    internal VariableDefinition OwnName(VariableDefinition variable) => Loop?.Own(variable) ?? variable;

    internal void Add(Instruction instruction)
    {
        if (instruction.Operand is { } operand && _names.TryGetValue(operand, out object? name)) { instruction.Operand = name; }
        Output.Add(instruction);
        if (OnNext is { } act) { OnNext = null; act(instruction); }
    }

    private static Dictionary<object, object> Names(MethodDefinition from, MethodDefinition to)
    {
        var names = new Dictionary<object, object>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < from.Body.Variables.Count; i++) { names.Add(from.Body.Variables[i], to.Body.Variables[i]); }
        for (int i = 0; i < from.Parameters.Count; i++) { names.Add(from.Parameters[i], to.Parameters[i]); }
        if (from.HasThis) { names.Add(from.Body.ThisParameter, to.Body.ThisParameter); }
        return names;
    }

    internal void Emit(OpCode code) => Add(Instruction.Create(code));

    internal void Emit(OpCode code, FieldReference field) => Add(Instruction.Create(code, field));

    internal void Emit(OpCode code, MethodReference method) => Add(Instruction.Create(code, method));

    internal void Emit(OpCode code, TypeReference type) => Add(Instruction.Create(code, type));

    internal void Emit(OpCode code, VariableDefinition variable) => Add(Instruction.Create(code, variable));

    internal void Emit(OpCode code, string text) => Add(Instruction.Create(code, text));

    internal void Constant(int value) => Add(Instruction.Create(OpCodes.Ldc_I4, value));

    /// <summary>Calls a hook by its name: <c>nameof(Hooks.Read4)</c>.</summary>
    internal void Hook(string name) => Emit(OpCodes.Call, Module.Hooks[name]);

    /// <summary>Pushes a site: the module's base plus a constant.</summary>
    internal void Site(int id)
    {
        if (Module.Framework is { } framework) { Constant(framework.FirstSite + id); return; }
        Emit(OpCodes.Ldsfld, Module.Hooks.SiteBase);
        if (id == 0) { return; }
        Constant(id);
        Emit(OpCodes.Add);
    }

    /// <summary>A local that is the caller's until the op at hand is done.</summary>
    internal VariableDefinition Temporary(TypeReference type)
    {
        type = TypeFacts.Bare(type);
        if (_free.TryGetValue(type.FullName, out var free) && free.TryPop(out var variable)) { _lent.Add(variable); return variable; }
        variable = new VariableDefinition(type);
        body.Variables.Add(variable);
        _lent.Add(variable);
        return variable;
    }

    /// <summary>Moves the top of the stack to a temporary.</summary>
    internal VariableDefinition Spill(TypeReference type)
    {
        var variable = Temporary(type);
        Emit(OpCodes.Stloc, variable);
        return variable;
    }

    /// <summary>A local of this type for values to pass through out of the JIT's sight; nothing may be left in it.</summary>
    internal VariableDefinition Opaque(TypeReference type)
    {
        if (!_opaque.TryGetValue(type.FullName, out var variable))
        {
            _opaque[type.FullName] = variable = new VariableDefinition(type);
            body.Variables.Add(variable);
        }

        return variable;
    }

    /// <summary>Takes the temporaries of the op at hand back.</summary>
    internal void EndOp()
    {
        foreach (var variable in _lent)
        {
            if (!_free.TryGetValue(variable.VariableType.FullName, out var free)) { _free[variable.VariableType.FullName] = free = new(); }
            free.Push(variable);
        }

        _lent.Clear();
    }
}
