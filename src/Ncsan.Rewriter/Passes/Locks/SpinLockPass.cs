using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>Spin locks, which are structs: which one it is that an address leads to is told by the object it lies in and the fields that lead to it there.</summary>
internal sealed class SpinLockPass : ICallPass
{
    private const int MaxSteps = 8;

    public void Visit(Invocation call)
    {
        if (call.DeclaringType != "System.Threading.SpinLock" || call.Op.HasPrefix(Code.Tail) || call.Op.Inputs is not [var receiver, ..]) { return; }
        string? hook = (call.Name, call.ArgumentCount, TimedLocks.Time(call)) switch
        {
            ("Enter", _, _) => nameof(Hooks.SpinLockEnter),
            ("TryEnter", _, null) => nameof(Hooks.SpinLockTryEnter),
            ("TryEnter", _, { } time) => call.ArgumentType(time)?.FullName == "System.TimeSpan" ? nameof(Hooks.SpinLockTryEnterSpan) : nameof(Hooks.SpinLockTryEnterFor),
            ("Exit", 1, _) => nameof(Hooks.SpinLockExit),
            ("Exit", 2, _) => nameof(Hooks.SpinLockExitWith),
            _ => null,
        };
        if (hook is null) { return; }
        LockOrigin origin = LockOrigin.Of(call.Code, receiver.Producer);
        int site = call.Site(SiteKind.Lock, origin.Name.TrimStart('?'));
        Action<CodeWriter> place = Place(call.Code, receiver.Producer);
        call.Op.Replace(Copies.Both, w =>
        {
            place(w);
            w.Emit(OpCodes.Ldstr, origin.Name);
            w.Site(site);
            w.Hook(hook);
        });
    }

    /// <summary>Puts on the stack where a spin lock lies: an object or null, an index or -1, and fields.</summary>
    private static Action<CodeWriter> Place(MethodCode code, Op? address)
    {
        string fields = "";
        for (int step = 0; address is not null && step < MaxSteps; step++)
        {
            switch (address.Code)
            {
                case Code.Ldsflda when address.Operand is FieldReference { DeclaringType: not GenericInstanceType } shared:
                    return w => Emit(w, static w => w.Emit(OpCodes.Ldnull), null, shared.FullName + fields);
                case Code.Ldflda when address.Operand is FieldReference field:
                    fields = "." + field.Name + fields;
                    if (LockOrigin.Holding(code, address) is { } owner) { return w => Emit(w, owner, null, fields); }
                    address = address.Inputs is [var outer] ? outer.Producer : null;
                    continue;
                case Code.Ldelema when address.Inputs is [{ Type: ArrayType { IsVector: true } }, { Type.MetadataType: MetadataType.Int32 }]:
                    var (array, index) = address.KeepElement(code);
                    return w => Emit(w, w => w.Emit(OpCodes.Ldloc, array), index, "[]" + fields);
                case var load when Locals.IsLoad(load):
                    address = LockOrigin.LastStore(code, address);
                    continue;
                default:
                    address = null;
                    break;
            }
        }

        return static w => Emit(w, static w => w.Emit(OpCodes.Ldnull), null, "");
    }

    private static void Emit(CodeWriter w, Action<CodeWriter> owner, VariableDefinition? index, string fields)
    {
        owner(w);
        if (index is null) { w.Constant(-1); } else { w.Emit(OpCodes.Ldloc, index); }
        w.Emit(OpCodes.Ldstr, fields);
    }
}
