using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Passes.Locks;

// The object that a lock is a field of. It is handed over however the field is reached: one field is one class, whoever loads it.
internal readonly partial record struct LockOrigin
{
    /// <summary>Puts the owner on the stack at the call, or null where there is none.</summary>
    internal Action<CodeWriter> Owner(MethodCode code)
    {
        if (OwnerIsThis) { return static w => w.Emit(OpCodes.Ldarg_0); }
        if (Holder is not { } holder) { return static w => w.Emit(OpCodes.Ldnull); }

        // An argument that never changes need not be kept.
        int first = code.Method.HasThis ? 1 : 0, argument = holder.Inputs![0].Producer is { } producer ? Locals.Argument(code.Method, producer.Instruction) : -1;
        if (argument >= first && !IsChanged(code, argument)) { return w => w.Add(Instruction.Create(OpCodes.Ldarg, code.Method.Parameters[argument - first])); }

        VariableDefinition kept = holder.Keep(code);
        return w => w.Emit(OpCodes.Ldloc, kept);
    }

    /// <summary>What puts the object on the stack that an op loads a field of; null where that is no object.</summary>
    internal static Action<CodeWriter>? Holding(MethodCode code, Op load)
        => OfMember(code, "", load) is var origin && (origin.OwnerIsThis || origin.Holder is not null) ? origin.Owner(code) : null;

    /// <summary>A field, which an op loads itself or through a getter.</summary>
    private static LockOrigin OfMember(MethodCode code, string name, Op load)
    {
        if (load.Inputs is not [var owner]) { return new(name, false); }
        if (owner.Producer is { Code: Code.Ldarg_0 } && code.Method.HasThis) { return new(name, !code.Method.DeclaringType.IsValueType); }
        return new(name, false, Holder: owner.Type is { } type && IsObject(TypeFacts.Bare(type)) ? load : null);
    }

    /// <summary>Where a lock is stored that an op makes, if that is the next thing that happens to it.</summary>
    internal static LockOrigin Stored(MethodCode code, Op made)
    {
        Op? next = code.Ops.Skip(made.Index + 1).FirstOrDefault(op => op.Code != Code.Nop);
        if (next is not { Code: Code.Stfld or Code.Stsfld, Operand: FieldReference field } || Local(code, field) is not null) { return Of(code, made); }
        if (Named(code, field) is { } named) { return named; }
        return next.Code == Code.Stsfld ? new(Field(field), false, IsOne: true)
            : next.Inputs is [{ Producer.Code: Code.Ldarg_0 }, _] && code.Method.HasThis && !code.Method.DeclaringType.IsValueType ? new(Field(field), true) : Of(code, made);
    }

    private static bool IsObject(TypeReference type) => type is not (ByReferenceType or PointerType or GenericParameter) && !type.IsValueType;

    private static bool IsChanged(MethodCode code, int argument)
        => code.Ops.Exists(op => op.Code is Code.Starg or Code.Starg_S or Code.Ldarga or Code.Ldarga_S && Locals.Argument(code.Method, op.Instruction) == argument);
}
