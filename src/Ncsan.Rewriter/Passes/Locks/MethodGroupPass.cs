using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>Delegates that are made of a method that takes, gives back or waits for a lock get a method of the module's own instead, in which the call is seen.</summary>
internal sealed class MethodGroupPass : IOpPass
{
    public void Visit(MethodCode code, Op op)
    {
        if (op.Code is not (Code.Ldftn or Code.Ldvirtftn) || op.Operand is not MethodReference method || MakerOf(code, op) is not { } maker) { return; }
        if (code.Module.MethodGroups.StandIn(method) is not { } standIn) { return; }
        if (op.Code == Code.Ldftn && method.HasThis) { Met(code, op, method, maker.Inputs![0].Producer); }
        else if (op.Code == Code.Ldvirtftn) { Met(code, op, method, op.Inputs![0].Producer); }
        op.Replace(Copies.Both, w =>
        {
            // What is refused without an object still is, in the same way.
            if (op.Code == Code.Ldvirtftn)
            {
                w.Emit(OpCodes.Ldvirtftn, method);
                w.Emit(OpCodes.Pop);
            }
            else if (method.HasThis)
            {
                w.Emit(OpCodes.Dup);
                w.Emit(OpCodes.Ldftn, method);
                w.Emit(OpCodes.Newobj, (MethodReference)maker.Operand!);
                w.Emit(OpCodes.Pop);
            }

            w.Emit(OpCodes.Ldftn, standIn);
        });
    }

    /// <summary>The op that makes a delegate of a function, which compilers load right before.</summary>
    private static Op? MakerOf(MethodCode code, Op function)
        => function.Index + 1 < code.Ops.Count && code.Ops[function.Index + 1] is { Code: Code.Newobj, Inputs: [_, { Producer: { } producer }] } maker && producer == function ? maker : null;

    /// <summary>A lock is best known by the field that it is loaded from; where the delegate is called it is a parameter.</summary>
    private static void Met(MethodCode code, Op op, MethodReference method, Op? target)
    {
        if (LockCalls.KindOf(method) is not { } kind) { return; }
        LockOrigin origin = LockOrigin.Of(code, target);
        int site = code.Site(op, SiteKind.Lock, origin.Name.TrimStart('?'));
        Action<CodeWriter> owner = origin.Owner(code);
        op.Always(w =>
        {
            w.Emit(OpCodes.Dup);
            owner(w);
            w.Emit(OpCodes.Ldstr, origin.Name);
            w.Constant(Runtime.Locks.LockCall.Release(kind, null));
            w.Site(site);
            w.Hook(nameof(Hooks.LockMet));
        });
    }
}
