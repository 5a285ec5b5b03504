using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>
/// Reads of the field of a field-like event. Its accessors exchange an immutable delegate by Interlocked, so a read gets one or the other whole, and <c>E?.Invoke()</c> or a copy in a
/// local is safe. <c>if (E != null) { E(); }</c> reads twice, and the second read may find null.
/// </summary>
internal static class EventRead
{
    /// <summary>Whether the field that the load reads is an event's.</summary>
    internal static bool IsOfEvent(ModuleContext module, FieldReference field) =>
        module.Resolve(field) is { IsPrivate: true, DeclaringType.HasEvents: true } definition && definition.DeclaringType.Events.Any(e => e.Name == definition.Name);

    /// <summary>Whether the load is one of two of which the one is only asked whether it is null and the other is called. An event that is called without being asked always has a handler.</summary>
    internal static bool IsOneOfTwo(MethodCode code, Op load)
    {
        var (own, others) = (UseOf(code, load), code.Ops.Where(o => o != load && o.Code == load.Code && o.Inputs is not null && SamePlace.Field(o, load)));
        return own != Use.Other && others.Any(o => UseOf(code, o) is not Use.Other and var use && use != own);
    }

    private static Use UseOf(MethodCode code, Op load)
    {
        var uses = code.Ops.Where(o => o.Inputs is not null && o.Code != Code.Dup && Array.Exists(o.Inputs, i => i.Producer == load)).Select(o => UseBy(o, load)).Distinct().ToArray();
        return uses is [var only] ? only : Use.Other;
    }

    private static Use UseBy(Op op, Op load) => op.Code switch
    {
        Code.Brtrue or Code.Brtrue_S or Code.Brfalse or Code.Brfalse_S => Use.Tested,
        Code.Ceq or Code.Cgt_Un when op.Inputs is [_, { Producer.Code: Code.Ldnull }] => Use.Tested,
        Code.Callvirt when op.Inputs![0].Producer == load => Use.Called,
        _ => Use.Other,
    };

    private enum Use
    {
        Other,
        Tested,
        Called,
    }
}
