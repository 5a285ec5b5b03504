using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Sites;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>Whatever may start the initialiser of a type, or wait for it, if that initialiser may take a lock or wait itself.</summary>
/// <remarks>A static int of the module for each such type says whether there is anything to tell; once there is not, it costs a load and a branch.</remarks>
internal sealed class TypeTouchPass : IOpPass
{
    private readonly Dictionary<TypeDefinition, FieldDefinition> _states = [];

    public void Visit(MethodCode code, Op op)
    {
        if (code.Module.Initializers.TouchedBy(code.Method, op.Instruction) is not { } type) { return; }
        FieldDefinition state = State(code.Module, type);
        TypeReference named = ((MemberReference)op.Operand!).DeclaringType;
        int site = code.Site(op, SiteKind.Lock, $"initialiser of {Names.Type(type)}");
        op.Always(w =>
        {
            w.Emit(OpCodes.Ldsflda, state);
            w.Emit(OpCodes.Ldtoken, named);
            w.Site(site);
            w.Hook(nameof(Hooks.TypeTouched));
        });
    }

    private FieldDefinition State(ModuleContext module, TypeDefinition type)
    {
        if (_states.TryGetValue(type, out var known)) { return known; }
        var state = new FieldDefinition($"Touched{_states.Count}", FieldAttributes.Assembly | FieldAttributes.Static, module.Module.TypeSystem.Int32);
        module.Hooks.SiteBase.DeclaringType.Resolve().Fields.Add(state);
        return _states[type] = state;
    }
}
