using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Sites;
using Ncsan.Runtime;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>Instructions that copy or fill: cpobj, initobj, cpblk, initblk.</summary>
internal sealed class BlockPass : IOpPass
{
    public void Visit(MethodCode code, Op op)
    {
        if (op.IsMarked) { return; } // there is no marked copy
        switch (op.Code)
        {
            case Code.Initobj: Initialize(code, op, (TypeReference)op.Operand!); break;
            case Code.Cpobj: Copy(code, op, (TypeReference)op.Operand!); break;
            case Code.Cpblk or Code.Initblk: Range(code, op); break;
        }
    }

    private static void Initialize(MethodCode code, Op op, TypeReference type)
    {
        if (Skipped(code, op.Inputs![0])) { return; }
        var shape = code.Module.Types.ShapeOf(type);
        if (Accesses.Site(code, op, write: true, shape, IndirectPass.Member(op.Inputs[0], type)) is not { } site) { return; }
        op.Checked(w =>
        {
            w.Emit(OpCodes.Dup);
            Accesses.Hook(w, write: true, shape, type, site);
        });
    }

    private static void Copy(MethodCode code, Op op, TypeReference type)
    {
        var (target, source) = (op.Inputs![0], op.Inputs[1]);
        var shape = code.Module.Types.ShapeOf(type);
        int? read = Skipped(code, source) ? null : Accesses.Site(code, op, write: false, shape, IndirectPass.Member(source, type));
        int? write = Skipped(code, target) ? null : Accesses.Site(code, op, write: true, shape, IndirectPass.Member(target, type));
        if (read is null && write is null) { return; }
        op.Checked(w =>
        {
            var from = w.Spill(source.Type ?? new ByReferenceType(type));
            if (read is { } r)
            {
                w.Emit(OpCodes.Ldloc, from);
                Accesses.Hook(w, write: false, shape, type, r);
            }

            if (write is { } s)
            {
                w.Emit(OpCodes.Dup);
                Accesses.Hook(w, write: true, shape, type, s);
            }

            w.Emit(OpCodes.Ldloc, from);
        });
    }

    private static void Range(MethodCode code, Op op)
    {
        bool copies = op.Code == Code.Cpblk;
        var (target, source) = (op.Inputs![0], op.Inputs[1]);
        int read = copies && !Skipped(code, source) ? code.Site(op, SiteKind.Read, "bytes") : -1;
        int write = !Skipped(code, target) ? code.Site(op, SiteKind.Write, "bytes") : -1;
        if (read < 0 && write < 0) { return; }
        op.Checked(w =>
        {
            var size = w.Spill(w.Types.UInt32);
            var from = w.Spill(source.Type ?? (copies ? w.Types.IntPtr : w.Types.Int32));
            if (read >= 0)
            {
                w.Emit(OpCodes.Ldloc, from);
                w.Emit(OpCodes.Ldloc, size);
                w.Emit(OpCodes.Conv_U);
                w.Site(read);
                w.Hook(nameof(Hooks.ReadRange));
            }

            if (write >= 0)
            {
                w.Emit(OpCodes.Dup);
                w.Emit(OpCodes.Ldloc, size);
                w.Emit(OpCodes.Conv_U);
                w.Site(write);
                w.Hook(nameof(Hooks.WriteRange));
            }

            w.Emit(OpCodes.Ldloc, from);
            w.Emit(OpCodes.Ldloc, size);
        });
    }

    private static bool Skipped(MethodCode code, StackEntry address)
    {
        if ((address.OnStack ? SkipReason.StackLocal : IndirectPass.Why(code.Module, address)) is not { } reason) { return false; }
        code.Module.Skip(reason);
        return true;
    }
}
