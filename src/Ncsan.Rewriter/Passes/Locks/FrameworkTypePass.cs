using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Framework;
using Ncsan.Rewriter.Sites;
using Ncsan.Runtime.Framework;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>
/// The framework's type initialisers that run code of a user's while everybody else waits: those that make an event source, of which listeners are told on
/// the spot. They are announced, and so is whoever uses such a type from within its assembly.
/// </summary>
/// <remarks>All others end by themselves: nothing that they take is held by somebody who would wait for them.</remarks>
internal sealed class FrameworkTypePass : IOpPass
{
    private readonly Dictionary<TypeDefinition, FieldDefinition?> _states = [];

    public void Visit(MethodCode code, Op op)
    {
        if (op.Code is not (Code.Ldsfld or Code.Ldsflda) || op.Operand is not FieldReference { DeclaringType: TypeDefinition type } || type == code.Method.DeclaringType && code.Method.IsConstructor
            || UnorderedLocks.Cover(code.Method) || StateOf(code.Module, type) is not { } state) { return; }
        int site = code.Site(op, SiteKind.Lock, $"initialiser of {Names.Type(type)}");
        op.Always(w =>
        {
            Instruction end = Instruction.Create(OpCodes.Nop);
            w.Emit(OpCodes.Ldsfld, w.Module.Hooks.Locks);
            w.Add(Instruction.Create(OpCodes.Brfalse, end));
            w.Emit(OpCodes.Ldsfld, state);
            w.Constant(0);
            w.Add(Instruction.Create(OpCodes.Bgt, end));
            w.Emit(OpCodes.Ldsflda, state);
            w.Emit(OpCodes.Ldtoken, type);
            w.Site(site);
            w.Hook(nameof(HookHome.OwnTypeTouched));
            w.Add(end);
        });
    }

    /// <summary>Announces the initialisers themselves.</summary>
    internal static void Initializers(ModuleContext module)
    {
        foreach (var type in module.Module.GetTypes())
        {
            if (Initializer(type) is not { } method || !RunsUsersCode(module, method)) { continue; }
            string name = $"initialiser of {Names.Type(type)}";
            int site = module.Framework!.FirstSite + module.Sites.Add(SiteKind.Lock, SiteFlags.None, 0, method, name, null);
            Instruction first = Instruction.Create(OpCodes.Nop), last = Instruction.Create(OpCodes.Nop);
            WholeBody.Wrap(method,
                [.. Test(first), Instruction.Create(OpCodes.Ldtoken, type), Instruction.Create(OpCodes.Ldstr, name), Instruction.Create(OpCodes.Ldc_I4, site), Call(nameof(HookHome.OwnInitializerEnter)), first],
                [.. Test(last), Instruction.Create(OpCodes.Ldtoken, type), Call(nameof(HookHome.OwnInitializerLeave)), last]);
        }

        Instruction[] Test(Instruction otherwise) => [Instruction.Create(OpCodes.Ldsfld, module.Hooks.Locks), Instruction.Create(OpCodes.Brfalse, otherwise)];
        Instruction Call(string hook) => Instruction.Create(OpCodes.Call, module.Hooks[hook]);
    }

    /// <summary>The static that says whether there is anything to tell of a type; null when its initialiser ends by itself.</summary>
    private FieldDefinition? StateOf(ModuleContext module, TypeDefinition type)
    {
        if (_states.TryGetValue(type, out var known)) { return known; }
        if (Initializer(type) is not { } initializer || !RunsUsersCode(module, initializer)) { return _states[type] = null; }
        var holder = type.Module.GetType("<Ncsan>");
        if (holder is null)
        {
            holder = new TypeDefinition("", "<Ncsan>", TypeAttributes.NotPublic | TypeAttributes.Abstract | TypeAttributes.Sealed | TypeAttributes.BeforeFieldInit, type.Module.TypeSystem.Object);
            type.Module.Types.Add(holder);
        }

        var state = new FieldDefinition($"Touched{holder.Fields.Count}", FieldAttributes.Assembly | FieldAttributes.Static, type.Module.TypeSystem.Int32);
        holder.Fields.Add(state);
        return _states[type] = state;
    }

    private static bool RunsUsersCode(ModuleContext module, MethodDefinition initializer) =>
        !initializer.DeclaringType.HasGenericParameters && !UnorderedLocks.Cover(initializer) && !module.Framework!.IsDenied(initializer) && MakesAnEventSource(initializer);

    private static MethodDefinition? Initializer(TypeDefinition type) => type.HasMethods ? type.Methods.FirstOrDefault(m => m is { IsConstructor: true, IsStatic: true, HasBody: true }) : null;

    private static bool MakesAnEventSource(MethodDefinition initializer) =>
        initializer.Body.Instructions.Any(i => i.OpCode.Code == Code.Newobj && i.Operand is MethodReference made && IsEventSource(made.DeclaringType));

    private static bool IsEventSource(TypeReference type)
    {
        for (TypeReference? at = type; at is not null; at = at.Resolve()?.BaseType) { if (at.FullName == "System.Diagnostics.Tracing.EventSource") { return true; } }
        return false;
    }
}
