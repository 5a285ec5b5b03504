using Mono.Cecil;
using Mono.Cecil.Cil;
using Ncsan.Rewriter.Sites;
using Ncsan.Runtime;
using Ncsan.Runtime.Races;
using Ncsan.Runtime.Sites;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>Volatile.*, Interlocked.*, Thread.VolatileRead/Write and the barriers: checked, never watched. (Loads and stores with a volatile. prefix
/// are dealt with by the pass of their construct.)</summary>
internal sealed class MarkedAccessPass : ICallPass
{
    public void Visit(Invocation call)
    {
        switch (call.DeclaringType, call.Name)
        {
            case ("System.Threading.Volatile", "Read") or ("System.Threading.Thread", "VolatileRead") or ("System.Threading.Interlocked", "Read"):
                Access(call, nameof(Hooks.ReadMarked), SiteKind.Read);
                break;
            case ("System.Threading.Volatile", "Write") or ("System.Threading.Thread", "VolatileWrite"):
                Access(call, nameof(Hooks.WriteMarked), SiteKind.Write);
                break;
            case ("System.Threading.Volatile", "ReadBarrier"):
                Barrier(call, BarrierKind.Read);
                break;
            case ("System.Threading.Volatile", "WriteBarrier"):
                Barrier(call, BarrierKind.Write);
                break;
            case ("System.Threading.Thread" or "System.Threading.Interlocked", "MemoryBarrier" or "MemoryBarrierProcessWide" or "SpeculationBarrier"):
                Barrier(call, BarrierKind.Full);
                break;
            case ("System.Threading.Interlocked", _):
                Access(call, nameof(Hooks.ReadWriteMarked), SiteKind.ReadWrite);
                break;
        }
    }

    private static void Access(Invocation call, string hook, SiteKind kind)
    {
        if (call.ArgumentCount == 0 || call.ArgumentType(0) is not ByReferenceType { ElementType: var type }) { return; }
        if (call.Op.Inputs![0].OnStack)
        {
            // Nobody else sees the location, but a fence is a fence.
            call.Op.OrdersMemory = kind == SiteKind.ReadWrite;
            call.Module.Skip(SkipReason.StackLocal);
            return;
        }

        int size = call.Module.Types.ShapeOf(type).Size;
        int site = call.Site(kind, IndirectPass.Member(call.Op.Inputs[0], type), size, SiteFlags.Marked);
        call.Add(Copies.Checked, after: false, [0], w =>
        {
            if (size > 0) { w.Constant(size); } else { w.Emit(OpCodes.Sizeof, type); }
            w.Site(site);
            w.Hook(hook);
        });
    }

    private static void Barrier(Invocation call, BarrierKind kind)
    {
        if (call.Module.Framework is not null) { return; } // nothing of the framework's is held back
        call.Add(Copies.Checked, after: false, [], w =>
        {
            w.Constant((int)kind);
            w.Hook(nameof(Hooks.Barrier));
        });
    }
}
