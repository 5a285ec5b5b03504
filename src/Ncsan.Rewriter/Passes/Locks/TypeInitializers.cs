using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>Which type initialisers may take a lock or wait: only those can keep anybody waiting for longer than they compute.</summary>
/// <remarks>Most initialisers make objects and store them. What they call is followed a few steps; what cannot be followed may wait.</remarks>
internal sealed class TypeInitializers(ModuleContext module)
{
    private const int MaxSteps = 5;

    private readonly Dictionary<MethodDefinition, bool> _mayWait = [];
    private readonly Dictionary<TypeDefinition, bool> _busy = [];

    /// <summary>Looks at all types of the module, before any method is rewritten: what was is no longer what the program says, and calls twins that are in no type yet.</summary>
    internal void Learn()
    {
        if (module.Framework is not null) { return; }
        foreach (TypeDefinition type in module.Module.GetTypes()) { IsBusy(type); }
    }

    /// <summary>The type whose initialiser an instruction may start or wait for, if that one may wait itself; else null.</summary>
    internal TypeDefinition? TouchedBy(MethodDefinition method, Instruction instruction)
    {
        if (module.Framework is not null) { return null; }
        switch (instruction.OpCode.Code)
        {
            case Code.Ldsfld or Code.Stsfld or Code.Ldsflda when instruction.Operand is FieldReference field:
                return Definition(field.DeclaringType) is { } ofField && IsBusy(ofField) && !IsWithin(method, ofField) ? ofField : null;
            case Code.Call or Code.Newobj when instruction.Operand is MethodReference called && (instruction.OpCode.Code == Code.Newobj || !called.HasThis):
                return Definition(called.DeclaringType) is { IsBeforeFieldInit: false } ofMethod && IsBusy(ofMethod) && !IsWithin(method, ofMethod) ? ofMethod : null;
            default:
                return null;
        }
    }

    /// <summary>Whether a type has an initialiser that may take a lock or wait.</summary>
    internal bool IsBusy(TypeDefinition type)
    {
        if (_busy.TryGetValue(type, out bool known)) { return known; }
        _busy[type] = false; // while it is looked at
        return _busy[type] = !type.HasGenericParameters && type.Name != "<Module>" && Initializer(type) is { HasBody: true } initializer && MayWait(initializer, MaxSteps);
    }

    internal static bool IsInitializer(MethodDefinition method) => method is { IsConstructor: true, IsStatic: true };

    private static MethodDefinition? Initializer(TypeDefinition type) => type.HasMethods ? type.Methods.FirstOrDefault(IsInitializer) : null;

    /// <summary>The initialiser itself; and where it runs before any code of its type does, that code.</summary>
    private static bool IsWithin(MethodDefinition method, TypeDefinition type) => method.DeclaringType == type && (!type.IsBeforeFieldInit || IsInitializer(method));

    /// <summary>A type of the program, or null.</summary>
    private TypeDefinition? Definition(TypeReference type) => type is TypeSpecification or GenericParameter || module.IsFramework(type) ? null : module.Types.Resolve(type);

    private bool MayWait(MethodDefinition method, int steps)
    {
        if (_mayWait.TryGetValue(method, out bool known)) { return known; }
        if (!method.HasBody) { return method.IsAbstract; }
        if (steps == 0 || method.IsSynchronized) { return true; }
        _mayWait[method] = false; // while it is looked at, so that a recursive method is judged by the rest of it
        foreach (Instruction instruction in method.Body.Instructions)
        {
            bool may = instruction.OpCode.Code switch
            {
                Code.Calli => true,
                Code.Call or Code.Callvirt or Code.Newobj or Code.Ldftn or Code.Ldvirtftn => instruction.Operand is MethodReference called && CallMayWait(instruction.OpCode.Code, called, steps),
                Code.Ldsfld or Code.Stsfld or Code.Ldsflda => instruction.Operand is FieldReference field && Definition(field.DeclaringType) is { } type && type != method.DeclaringType && IsBusy(type),
                _ => false,
            };
            if (may) { return _mayWait[method] = true; }
        }

        return false;
    }

    private bool CallMayWait(Code code, MethodReference called, int steps)
    {
        TypeReference type = called.DeclaringType.GetElementType();
        if (called.Name == "Invoke" && module.Types.Resolve(type)?.BaseType?.FullName == "System.MulticastDelegate") { return true; }
        if (module.IsFramework(type)) { return code != Code.Newobj && FrameworkMayWait(type, called.Name); }
        if (type is ArrayType || called.Resolve() is not { } definition) { return code != Code.Newobj; }
        if (code == Code.Callvirt && definition is { IsVirtual: true, IsFinal: false, DeclaringType.IsSealed: false }) { return true; }
        return MayWait(definition, steps - 1) || (definition.DeclaringType is { } declaring && code is Code.Newobj or Code.Call && IsBusy(declaring));
    }

    private static bool FrameworkMayWait(TypeReference type, string name) => type.FullName switch
    {
        "System.Threading.Interlocked" or "System.Threading.Volatile" or "System.Threading.Tasks.TaskCompletionSource" or "System.Threading.Tasks.TaskCompletionSource`1" => false,
        "System.Lazy`1" => name == "get_Value",
        _ => type.Namespace.StartsWith("System.Threading", StringComparison.Ordinal) && !name.StartsWith("get_", StringComparison.Ordinal) && name is not ("FromResult" or "FromException") || name is "get_Result",
    };
}
