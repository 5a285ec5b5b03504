using Mono.Cecil;
using Ncsan.Rewriter.Memory;

namespace Ncsan.Rewriter.Passes.Memory;

/// <summary>Framework calls that read or write runs of elements of the arrays and spans that they are given; the contract says which.</summary>
internal sealed class MemoryContractPass : ICallPass
{
    public void Visit(Invocation call)
    {
        if (call.Op.IsMarked || MemoryContract.Find(call.DeclaringType, call.Method) is not { } method) { return; } // there is no marked copy
        int first = call.Method.HasThis && !call.IsConstructor ? 1 : 0;
        foreach (var (writes, parameter, start, length) in method.Effects)
        {
            int argument = parameter == MemoryEffect.This ? 0 : parameter + first;
            var own = length.IsAll ? length : length.After(first);
            if (call.ArgumentType(argument) is GenericInstanceType { Name: "Span`1" or "ReadOnlySpan`1" }) { ElementRuns.Span(call, writes, argument, own); }
            else { ElementRuns.Array(call, writes, argument, start + first, own); }
        }
    }
}
