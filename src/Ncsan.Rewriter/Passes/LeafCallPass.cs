namespace Ncsan.Rewriter.Passes;

/// <summary>Clean copies call the raw twins of small methods; checked copies call the instrumented ones.</summary>
internal sealed class LeafCallPass : ICallPass
{
    public void Visit(Invocation call)
    {
        if (call.Op.Instead is null) { call.Op.Twin = call.Module.Leaves.TwinFor(call.Op); }
    }
}
