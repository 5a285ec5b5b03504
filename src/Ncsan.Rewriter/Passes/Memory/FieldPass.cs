using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Sites;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>Loads and stores of instance and static fields.</summary>
internal sealed class FieldPass : IOpPass
{
    public void Visit(MethodCode code, Op op)
    {
        if (op.Code is not (Code.Ldfld or Code.Stfld or Code.Ldsfld or Code.Stsfld)) { return; }
        var field = (FieldReference)op.Operand!;
        bool write = op.Code is Code.Stfld or Code.Stsfld, isStatic = op.Code is Code.Ldsfld or Code.Stsfld;
        if (!isStatic && IsOnStack(code.Module, op, field)) { code.Module.Skip(SkipReason.StackLocal); return; }
        if (!isStatic && op.Index < code.EscapesAt && Construction.IsThis(op.Inputs![0])) { code.Module.Skip(SkipReason.Constructing); return; }
        if (isStatic && IsInitialising(code.Method, field)) { code.Module.Skip(SkipReason.Constructing); return; }
        if (WhyNot(code.Module, field) is { } reason) { code.Module.Skip(reason); return; }
        if (!write && EventRead.IsOfEvent(code.Module, field) && !EventRead.IsOneOfTwo(code, op)) { code.Module.Skip(SkipReason.EventField); return; }
        var type = Generics.FieldType(field);
        var shape = code.Module.Types.ShapeOf(type);
        if (Accesses.Site(code, op, write, shape, Names.Field(field), Place(code.Module, field)) is not { } site) { return; }
        op.Checked(isStatic ? w =>
        {
            w.Emit(OpCodes.Ldsflda, field);
            Accesses.Hook(w, op, write, shape, type, site);
        }
        : w =>
        {
            var value = write ? w.Spill(type) : null;
            w.Emit(OpCodes.Dup);
            w.Emit(OpCodes.Ldflda, field);
            Accesses.Hook(w, op, write, shape, type, site);
            if (value is not null) { w.Emit(OpCodes.Ldloc, value); }
        });
    }

    /// <summary>A type initialiser touches a static of its own type: whoever else comes by waits until it is done.</summary>
    private static bool IsInitialising(MethodDefinition method, FieldReference field) =>
        method is { IsConstructor: true, IsStatic: true } && field.DeclaringType.GetElementType().FullName == method.DeclaringType.FullName;

    /// <summary>Why accesses to a field are left alone, or null.</summary>
    internal static SkipReason? WhyNot(ModuleContext module, FieldReference field)
    {
        if (module.Resolve(field) is not { } definition) { return null; }
        if (definition.IsLiteral || definition.HasFieldRVA()) { return SkipReason.ConstantData; }

        // A field of a readonly struct changes with the place that the struct lies in.
        if (definition.IsInitOnly && (definition.IsStatic || !definition.DeclaringType.IsValueType)) { return SkipReason.InitOnly; }
        if (IsDelegateCache(definition)) { return SkipReason.DelegateCache; }
        return definition.IsStatic && definition.HasCustomAttributes && definition.CustomAttributes.Any(a => a.AttributeType.FullName == "System.ThreadStaticAttribute") ? SkipReason.ThreadStatic : null;
    }

    // Roslyn's: <>c.<>9__1_0 for a lambda, a closure's own <>9__1 for one inside of another, <>O.<0>__Name for a method group.
    private static bool IsDelegateCache(FieldDefinition field) =>
        field.Name.StartsWith("<>9__", StringComparison.Ordinal) || (field.IsStatic && field.Name[0] == '<' && field.DeclaringType.Name.StartsWith("<>O", StringComparison.Ordinal));

    /// <summary>What the type that the field is declared by says about who else touches the same bytes.</summary>
    private static SiteFlags Place(ModuleContext module, FieldReference field)
    {
        if (module.Resolve(field) is not { IsStatic: false, DeclaringType: { } type }) { return SiteFlags.None; }
        if (type.HasInterfaces && type.Interfaces.Any(static i => i.InterfaceType.FullName == "System.Runtime.CompilerServices.IAsyncStateMachine")) { return SiteFlags.OfFlow; }
        return (type.IsValueType ? SiteFlags.InStruct : SiteFlags.None) | (type.IsExplicitLayout ? SiteFlags.Laid : SiteFlags.None);
    }

    /// <summary>A field of a struct that is itself on the evaluation stack, of a local, or of a ref struct.</summary>
    internal static bool IsOnStack(ModuleContext module, Op op, FieldReference field) =>
        op.Inputs is not { Length: > 0 } inputs || inputs[0].OnStack || inputs[0].IsStructValue || (field.DeclaringType.IsValueType && module.Types.IsByRefLike(field.DeclaringType));
}

internal static class FieldDefinitionExtensions
{
    internal static bool HasFieldRVA(this FieldDefinition field) => (field.Attributes & FieldAttributes.HasFieldRVA) != 0;
}
