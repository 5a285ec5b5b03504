using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime;

namespace Ncsan.Rewriter.Passes;

/// <summary>
/// Injects the type that holds the module's site base, and asks the runtime for the base before anything else of the module runs. The type has no
/// static constructor, so that reading the base is one load. In two steps, since the count of sites is known only after all other passes.
/// </summary>
internal static class ModuleInitializerPass
{
    /// <summary>Injects the type; its field is what every site refers to.</summary>
    internal static void Begin(ModuleContext module)
    {
        var types = module.Module.TypeSystem;
        var type = new TypeDefinition("", "<Ncsan>", TypeAttributes.NotPublic | TypeAttributes.Abstract | TypeAttributes.Sealed | TypeAttributes.BeforeFieldInit, types.Object);
        var field = new FieldDefinition("SiteBase", FieldAttributes.Assembly | FieldAttributes.Static, types.Int32);
        type.Fields.Add(field);
        module.Module.Types.Add(type);
        module.Hooks.SiteBase = field;
    }

    /// <summary>Puts the call at the start of the module initializer, making one when there is none, and marks the assembly.</summary>
    internal static void End(ModuleContext module)
    {
        var initializer = Initializer(module.Module);
        var code = initializer.Body.GetILProcessor();
        var first = initializer.Body.Instructions[0];
        foreach (var instruction in (IEnumerable<Instruction>)
        [
            Instruction.Create(OpCodes.Ldtoken, module.Hooks.SiteBase.DeclaringType),
            Instruction.Create(OpCodes.Ldc_I4, Hooks.AbiVersion),
            Instruction.Create(OpCodes.Ldc_I4, module.Sites.Count),
            Instruction.Create(OpCodes.Call, module.Hooks[nameof(Hooks.ModuleLoaded)]),
            Instruction.Create(OpCodes.Stsfld, module.Hooks.SiteBase),
            .. module.Sites.HasLocks ? [Instruction.Create(OpCodes.Call, module.Hooks[nameof(Hooks.ModuleLocks)])] : Array.Empty<Instruction>(),
        ])
        {
            code.InsertBefore(first, instruction);
        }

        var marker = new CustomAttribute(module.Hooks.Constructor(typeof(InstrumentedAttribute)));
        marker.ConstructorArguments.Add(new(module.Module.TypeSystem.Int32, Hooks.AbiVersion));
        module.Module.Assembly.CustomAttributes.Add(marker);
    }

    private static MethodDefinition Initializer(ModuleDefinition module)
    {
        var holder = module.GetType("<Module>");
        if (holder.Methods.FirstOrDefault(m => m.Name == ".cctor") is { } existing) { return existing; }
        var initializer = new MethodDefinition(".cctor", MethodAttributes.Private | MethodAttributes.Static | MethodAttributes.SpecialName | MethodAttributes.RTSpecialName | MethodAttributes.HideBySig, module.TypeSystem.Void);
        initializer.Body.Instructions.Add(Instruction.Create(OpCodes.Ret));
        holder.Methods.Add(initializer);
        return initializer;
    }
}
