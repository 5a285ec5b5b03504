using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Il;

/// <summary>
/// Which methods are protected and which are instrumented, and why. What [NoInstrument] covers is what the rewriter leaves alone: the marked method,
/// property or type, everything nested in it, and what the compiler made of it elsewhere (lambdas, local functions, async and iterator bodies).
/// </summary>
internal sealed class Protection(IlWorld world)
{
    private const string AttributeName = "Ncsan.Annotations.NoInstrumentAttribute";
    internal const string HooksName = "Ncsan.Runtime.Hooks";

    /// <summary>Where the hooks of an instrumented framework are: a type in its CoreLib.</summary>
    private const string HomeName = "Ncsan.Runtime.Framework.HookHome";

    private readonly Dictionary<IlMethod, (FunctionFlags Flags, string? Why)> _verdicts = [];
    private readonly Dictionary<TypeDefinition, string?> _types = [];
    private readonly Dictionary<TypeDefinition, HashSet<string>> _markedNames = [];
    private readonly Dictionary<ModuleDefinition, bool> _rewritten = [];

    internal bool IsProtected(IlMethod method) => (Of(method).Flags & FunctionFlags.Protected) != 0;

    internal bool IsInstrumented(IlMethod method) => (Of(method).Flags & FunctionFlags.Instrumented) != 0;

    internal bool IsHook(IlMethod method) => (Of(method).Flags & FunctionFlags.Hook) != 0;

    /// <summary>The flags of a method that follow from the method alone, and the reason for its protection or instrumentation.</summary>
    internal (FunctionFlags Flags, string? Why) Of(IlMethod method)
    {
        if (!_verdicts.TryGetValue(method, out var verdict)) { _verdicts.Add(method, verdict = Judge(method)); }
        return verdict;
    }

    private (FunctionFlags Flags, string? Why) Judge(IlMethod method)
    {
        MethodDefinition definition = method.Definition;
        var flags = FunctionFlags.None;
        if (!method.HasBody) { flags |= FunctionFlags.External; }
        if (definition.AggressiveInlining) { flags |= FunctionFlags.MeantInline; }
        if (IsCompilerMade(definition)) { flags |= FunctionFlags.CompilerMade; }
        if (method.Role == AssemblyRole.Sanitizer) { return JudgeSanitizer(method, flags); }
        if (IsEntry(method)) { flags |= FunctionFlags.Entry; }

        string? protection = WhyProtected(definition);
        string? hook = HookIn(method);
        if (protection is not null) { flags |= FunctionFlags.Protected; }
        if (hook is not null) { return (flags | FunctionFlags.Instrumented, hook + (protection is null ? "" : $", although it is protected ({protection})")); }
        if (protection is not null) { return (flags, protection); }
        if (method.Role == AssemblyRole.Framework || !method.HasBody || IsRewritten(definition.Module)) { return (flags, null); }
        return TouchesNothing(method) ? (flags, null) : (flags | FunctionFlags.Instrumented, $"not marked [NoInstrument], so it is instrumented with the rest of {definition.Module.Assembly.Name.Name}");
    }

    private static (FunctionFlags Flags, string? Why) JudgeSanitizer(IlMethod method, FunctionFlags flags)
    {
        flags |= FunctionFlags.Protected;
        bool hook = method.Definition is { IsPublic: true, IsConstructor: false } && method.Type.Definition.FullName == HooksName;
        return hook ? (flags | FunctionFlags.Hook | FunctionFlags.Entry, "a hook, which instrumented code calls")
            : (flags, $"part of {method.Definition.Module.Assembly.Name.Name}, which is never instrumented");
    }

    private static bool IsEntry(IlMethod method)
        => method.Role == AssemblyRole.Application && (method.IsVisible || ReferenceEquals(method.Definition.Module.EntryPoint, method.Definition));

    private string? WhyProtected(MethodDefinition method)
    {
        if (IsMarked(method)) { return "[NoInstrument]"; }
        if (OfType(method.DeclaringType) is { } byType) { return byType; }
        if (IsMarked(method.Module) || IsMarked(method.Module.Assembly)) { return $"[NoInstrument] on the assembly {method.Module.Assembly.Name.Name}"; }
        if ((method.IsGetter || method.IsSetter) && MarkedNames(method.DeclaringType).Contains(method.Name)) { return "[NoInstrument] on its property"; }
        return PartOf(method) is { } owner ? $"made by the compiler from {owner}, which is marked [NoInstrument]" : null;
    }

    private string? OfType(TypeDefinition type)
    {
        if (_types.TryGetValue(type, out string? why)) { return why; }
        why = IsMarked(type) ? $"[NoInstrument] on the type {IlNames.Full(type)}" : type.DeclaringType is { } outer ? OfType(outer) : null;
        return _types[type] = why;
    }

    private string? PartOf(MethodDefinition method)
    {
        if (!IsGenerated(method.Name) && !IsGenerated(method.DeclaringType.Name)) { return null; }
        for (TypeDefinition? owner = method.DeclaringType; owner is not null; owner = owner.DeclaringType)
        {
            foreach (string name in MarkedNames(owner))
            {
                string made = "<" + name + ">";
                for (TypeDefinition? type = method.DeclaringType; type is not null && type != owner; type = type.DeclaringType)
                {
                    if (type.Name.Contains(made, StringComparison.Ordinal)) { return name; }
                }

                if (method.Name.Contains(made, StringComparison.Ordinal)) { return name; }
            }
        }

        return null;
    }

    private HashSet<string> MarkedNames(TypeDefinition type)
    {
        if (_markedNames.TryGetValue(type, out HashSet<string>? names)) { return names; }
        names = [.. type.Methods.Where(IsMarked).Select(m => m.Name)];
        foreach (PropertyDefinition property in type.Properties.Where(IsMarked))
        {
            if (property.GetMethod is { } get) { names.Add(get.Name); }
            if (property.SetMethod is { } set) { names.Add(set.Name); }
        }

        return _markedNames[type] = names;
    }

    private static bool IsMarked(ICustomAttributeProvider provider)
        => provider.HasCustomAttributes && provider.CustomAttributes.Any(a => a.AttributeType.FullName == AttributeName);

    // Rewritten code says what it is: it calls hooks. A module that cannot name them has none.
    private bool IsRewritten(ModuleDefinition module)
    {
        if (!_rewritten.TryGetValue(module, out bool rewritten))
        {
            _rewritten.Add(module, rewritten = module.AssemblyReferences.Any(r => r.Name == "Ncsan.Runtime") || module.GetType(HooksName) is not null
                || module.GetType(HomeName) is not null || module.HasTypeReference(HomeName));
        }

        return rewritten;
    }

    private string? HookIn(IlMethod method)
    {
        if (!method.HasBody || !IsRewritten(method.Definition.Module) || method.Type.Definition.FullName is HooksName or HomeName) { return null; }
        if (method.Body is not { } body) { return "its body cannot be read, so it counts as instrumented"; }
        foreach (Instruction instruction in body.Instructions)
        {
            if (instruction.Operand is MemberReference { DeclaringType.FullName: HooksName or HomeName } member) { return $"uses {member.DeclaringType.Name}.{member.Name} at IL_{instruction.Offset:x4}"; }
        }

        return null;
    }

    // A constructor that only calls constructors (a closure's, a class without initialised fields) holds nothing that a rewriter would instrument.
    private bool TouchesNothing(IlMethod method)
    {
        if (!method.Definition.IsConstructor || method.Body is not { } body) { return false; }
        foreach (Instruction instruction in body.Instructions)
        {
            switch (instruction.OpCode.FlowControl)
            {
                case FlowControl.Call when instruction.Operand is MethodReference { Name: ".ctor" }:
                    continue;
                case FlowControl.Next when instruction.Operand is FieldReference field && world.Field(field) is not { IsInitOnly: true }:
                case FlowControl.Call or FlowControl.Branch or FlowControl.Cond_Branch or FlowControl.Throw:
                    return false;
            }

            if (instruction.OpCode.Code is >= Code.Ldind_I1 and <= Code.Stind_R8 or Code.Ldobj or Code.Stobj or >= Code.Ldelema and <= Code.Stelem_Any) { return false; }
        }

        return true;
    }

    private static bool IsCompilerMade(MethodDefinition method) => IsGenerated(method.Name) || IsGenerated(method.DeclaringType.Name);

    private static bool IsGenerated(string name) => name.StartsWith('<');
}
