using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>
/// Plain reads whose outcome an interlocked operation of the same method decides anew: <c>var item = _fast; if (item is null || Interlocked.CompareExchange(ref _fast, null, item) != item)</c>.
/// They count as marked: a stale value makes the operation fail, or was good enough to go without it. A plain write of anybody still races with them.
/// </summary>
internal static class ValidatedRead
{
    /// <summary>Sets <see cref="Op.IsMarked"/> of such reads.</summary>
    internal static void Mark(MethodCode code)
    {
        foreach (var operation in code.Ops)
        {
            if (operation.Operand is not MethodReference { Name: "CompareExchange" or "Exchange", DeclaringType: { Namespace: "System.Threading", Name: "Interlocked" } } method) { continue; }
            if (operation.Inputs is not [{ Producer: { } address }, ..]) { continue; }
            foreach (var read in code.Ops)
            {
                if (read.Inputs is null || !SamePlace.Address(read, address) || Spins(code, read, operation)) { continue; }
                read.IsMarked |= method.Name == "CompareExchange" || IsTestAndSet(code, read, operation);
            }
        }
    }

    /// <summary>The read was asked before the exchange, and the exchange is asked again.</summary>
    private static bool IsTestAndSet(MethodCode code, Op read, Op exchange) =>
        code.Ops[exchange.Index + 1].Code != Code.Pop && read.Index < exchange.Index && code.Ops[read.Index..exchange.Index].Exists(branch =>
            branch is { Instruction.OpCode.FlowControl: FlowControl.Cond_Branch, Inputs: { } inputs } && Array.Exists(inputs, i => i.Producer is { } value && ValueSources.Behind(code, value, branch.Index).Contains(read)));

    /// <summary>A loop around the read alone may go on for ever once the JIT has taken the read out of it, and never come to the operation.</summary>
    private static bool Spins(MethodCode code, Op read, Op operation) =>
        code.Loops.Exists(loop => Has(loop, read) && !Has(loop, operation) && !Array.Exists(loop, i => code.Module.Calls.MayBlock(code.Ops[i])));

    private static bool Has(int[] loop, Op op) => Array.BinarySearch(loop, op.Index) >= 0;
}
