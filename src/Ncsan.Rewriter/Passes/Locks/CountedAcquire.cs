using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Passes.Locks;

/// <summary>An acquire that only the first of several makes, by a counter: <c>if (++_readers == 1) { _writers.Wait(); }</c>, as in the readers and writers of every textbook.</summary>
internal static class CountedAcquire
{
    private const int MaxDistance = 40, MaxCondition = 16;

    /// <summary>Whether a branch around the call tests a counter that was moved right before.</summary>
    internal static bool Is(MethodCode code, Op call)
    {
        for (int i = call.Index - 1; i >= Math.Max(0, call.Index - MaxDistance); i--)
        {
            Op branch = code.Ops[i];
            if (branch.Code is Code.Br or Code.Br_S or Code.Ret or Code.Throw or Code.Leave or Code.Leave_S) { return false; }
            if (branch.Instruction.OpCode.FlowControl != FlowControl.Cond_Branch || branch.Operand is not Instruction target || code.At(target).Index <= call.Index) { continue; }
            return MovesCounter(code, i);
        }

        return false;
    }

    private static bool MovesCounter(MethodCode code, int branch)
    {
        bool stores = false;
        for (int i = branch - 1; i >= Math.Max(0, branch - MaxCondition); i--)
        {
            Op op = code.Ops[i];
            if (op.Operand is MethodReference { DeclaringType.FullName: "System.Threading.Interlocked", Name: "Increment" or "Decrement" or "Add" }) { return true; }
            if (op.Code is Code.Stfld or Code.Stsfld && op.Operand is FieldReference { FieldType.MetadataType: MetadataType.Int32 }) { stores = true; }
            if (op.Code is Code.Add or Code.Sub) { return stores; }
            if (op.Instruction.OpCode.FlowControl is FlowControl.Cond_Branch or FlowControl.Branch) { return false; }
        }

        return false;
    }
}
