using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime.Framework;

namespace Ncsan.Rewriter.Framework;

/// <summary>Copies <see cref="HookHome"/>, as it is compiled, into System.Private.CoreLib: every name in it becomes that of CoreLib's own type or member.</summary>
internal sealed class HookHomeInjection
{
    internal static readonly string TypeName = typeof(HookHome).FullName!;

    private readonly ModuleDefinition _core;
    private readonly TypeDefinition _pattern;
    private readonly TypeDefinition _home;
    private readonly Dictionary<MethodDefinition, MethodDefinition> _methods = [];

    private HookHomeInjection(ModuleDefinition core, TypeDefinition pattern)
    {
        (_core, _pattern) = (core, pattern);
        _home = new TypeDefinition(pattern.Namespace, pattern.Name, pattern.Attributes, core.TypeSystem.Object);
    }

    /// <summary>Adds the type to a module, which must be CoreLib.</summary>
    internal static void Inject(ModuleDefinition core)
    {
        using var runtime = AssemblyDefinition.ReadAssembly(typeof(HookHome).Assembly.Location);
        new HookHomeInjection(core, runtime.MainModule.GetType(TypeName)).Run();
    }

    private void Run()
    {
        _core.Types.Add(_home);
        foreach (var field in _pattern.Fields) { _home.Fields.Add(new FieldDefinition(field.Name, field.Attributes, Map(field.FieldType, null))); }
        foreach (var method in _pattern.Methods)
        {
            var copy = new MethodDefinition(method.Name, method.Attributes, _core.TypeSystem.Void) { ImplAttributes = method.ImplAttributes };
            foreach (var parameter in method.GenericParameters) { copy.GenericParameters.Add(new GenericParameter(parameter.Name, copy)); }
            copy.ReturnType = Map(method.ReturnType, copy);
            foreach (var parameter in method.Parameters) { copy.Parameters.Add(new ParameterDefinition(parameter.Name, parameter.Attributes, Map(parameter.ParameterType, copy))); }
            _methods.Add(method, copy);
            _home.Methods.Add(copy);
        }

        foreach (var (method, copy) in _methods) { CopyBody(method.Body, copy); }
    }

    private void CopyBody(MethodBody from, MethodDefinition copy)
    {
        var to = copy.Body;
        to.InitLocals = from.InitLocals;
        foreach (var variable in from.Variables) { to.Variables.Add(new VariableDefinition(Map(variable.VariableType, copy))); }
        var copies = from.Instructions.ToDictionary(i => i, _ => Instruction.Create(OpCodes.Nop));
        foreach (var (instruction, clone) in copies)
        {
            clone.OpCode = instruction.OpCode;
            clone.Operand = instruction.Operand switch
            {
                Instruction target => copies[target],
                Instruction[] targets => Array.ConvertAll(targets, t => copies[t]),
                VariableDefinition variable => to.Variables[variable.Index],
                ParameterDefinition parameter => copy.Parameters[parameter.Index],
                FieldReference field when field.DeclaringType.FullName == TypeName => _home.Fields.Single(f => f.Name == field.Name),
                MethodReference method => Map(method, copy),
                TypeReference type => Map(type, copy),
                CallSite site => Map(site, copy),
                null or string or int or sbyte or long => instruction.Operand,
                var other => throw new InvalidOperationException($"{_pattern.Name}.{copy.Name} names {other}"),
            };
            to.Instructions.Add(clone);
        }
    }

    private CallSite Map(CallSite site, MethodDefinition? context)
    {
        var mapped = new CallSite(Map(site.ReturnType, context)) { HasThis = site.HasThis, CallingConvention = site.CallingConvention };
        foreach (var parameter in site.Parameters) { mapped.Parameters.Add(new ParameterDefinition(Map(parameter.ParameterType, context))); }
        return mapped;
    }

    private MethodReference Map(MethodReference method, MethodDefinition context)
    {
        if (method is GenericInstanceMethod generic)
        {
            var instance = new GenericInstanceMethod(Map(generic.ElementMethod, context));
            foreach (var argument in generic.GenericArguments) { instance.GenericArguments.Add(Map(argument, context)); }
            return instance;
        }

        if (method.DeclaringType.FullName == TypeName) { return _methods[(MethodDefinition)method]; }
        var declaring = Map(method.DeclaringType, context);
        var definition = declaring.GetElementType() as TypeDefinition ?? throw new InvalidOperationException($"{declaring} is not in CoreLib");
        var target = definition.Methods.Single(m => m.Name == method.Name && m.Parameters.Count == method.Parameters.Count && m.GenericParameters.Count == method.GenericParameters.Count
            && m.Parameters.Zip(method.Parameters).All(p => IsSame(p.First.ParameterType, p.Second.ParameterType)));
        if (declaring is not GenericInstanceType) { return target; }
        var reference = new MethodReference(target.Name, target.ReturnType, declaring) { HasThis = target.HasThis };
        foreach (var parameter in target.Parameters) { reference.Parameters.Add(new ParameterDefinition(parameter.ParameterType)); }
        return reference;
    }

    // A parameter is called T where it is defined and !!0 where it is used.
    private static bool IsSame(TypeReference a, TypeReference b) => (a, b) switch
    {
        (GenericParameter first, GenericParameter second) => first.Position == second.Position && first.Type == second.Type,
        (GenericInstanceType first, GenericInstanceType second) => first.ElementType.FullName == second.ElementType.FullName && first.GenericArguments.Zip(second.GenericArguments).All(p => IsSame(p.First, p.Second)),
        (TypeSpecification first, TypeSpecification second) => first.GetType() == second.GetType() && IsSame(first.ElementType, second.ElementType),
        _ => a.FullName == b.FullName,
    };

    private TypeReference Map(TypeReference type, MethodDefinition? context) => type switch
    {
        GenericParameter parameter => context!.GenericParameters[parameter.Position],
        ByReferenceType reference => new ByReferenceType(Map(reference.ElementType, context)),
        PointerType pointer => new PointerType(Map(pointer.ElementType, context)),
        PinnedType pinned => new PinnedType(Map(pinned.ElementType, context)),
        FunctionPointerType function => Map(function, context),
        ArrayType { IsVector: true } array => new ArrayType(Map(array.ElementType, context)),
        GenericInstanceType generic => Closed(generic, context),
        { IsPrimitive: true } or { MetadataType: MetadataType.Void or MetadataType.Object or MetadataType.String } => Primitive(type),
        _ => _core.GetType(type.FullName) ?? throw new InvalidOperationException($"{type} is not in CoreLib"),
    };

    private FunctionPointerType Map(FunctionPointerType function, MethodDefinition? context)
    {
        var mapped = new FunctionPointerType { ReturnType = Map(function.ReturnType, context), CallingConvention = function.CallingConvention };
        foreach (var parameter in function.Parameters) { mapped.Parameters.Add(new ParameterDefinition(Map(parameter.ParameterType, context))); }
        return mapped;
    }

    private GenericInstanceType Closed(GenericInstanceType generic, MethodDefinition? context)
    {
        var closed = new GenericInstanceType(Map(generic.ElementType, context));
        foreach (var argument in generic.GenericArguments) { closed.GenericArguments.Add(Map(argument, context)); }
        return closed;
    }

    private TypeReference Primitive(TypeReference type) => type.MetadataType switch
    {
        MetadataType.Void => _core.TypeSystem.Void,
        MetadataType.Byte => _core.TypeSystem.Byte,
        MetadataType.Int32 => _core.TypeSystem.Int32,
        MetadataType.Boolean => _core.TypeSystem.Boolean,
        MetadataType.Object => _core.TypeSystem.Object,
        MetadataType.String => _core.TypeSystem.String,
        MetadataType.IntPtr => _core.TypeSystem.IntPtr,
        MetadataType.UIntPtr => _core.TypeSystem.UIntPtr,
        _ => throw new InvalidOperationException($"{type} in the pattern"),
    };
}
