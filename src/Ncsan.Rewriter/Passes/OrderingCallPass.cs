namespace Ncsan.Rewriter.Passes;

/// <summary>
/// A call may release a lock, complete a task or hand an object over: whatever was held back by the weak-memory model happened before. See <see cref="Ordering"/>.
/// </summary>
internal sealed class OrderingCallPass : ICallPass
{
    public void Visit(Invocation call)
    {
        if (call.Module.Ordering.MayOrder(call.Op.Instruction)) { call.Op.OrdersMemory = true; }
    }
}
