using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Rules;

/// <summary>Regions balance on every path through a protected function.</summary>
public sealed class BalanceRule : IContractRule
{
    /// <summary>A return inside a region.</summary>
    public const string ReturnInside = "NCS0304";

    /// <summary>An end without a begin.</summary>
    public const string EndWithoutBegin = "NCS0305";

    /// <summary>A begin inside a region.</summary>
    public const string BeginInside = "NCS0306";

    /// <inheritdoc/>
    public IEnumerable<Violation> Check(CallGraph graph)
    {
        var explain = new Explanation(graph);
        foreach (Function function in graph.ProtectedBodies())
        {
            FlowGraph flow = graph.Source.Flow(function);
            foreach ((int node, RegionFault fault) in new RegionWalk(flow, graph.RegionsNest).Faults)
            {
                (string rule, string message) = fault switch
                {
                    RegionFault.ReturnInside => (ReturnInside, "return inside a region: the caller goes on as if instrumented code were allowed to it"),
                    RegionFault.EndWithoutBegin => (EndWithoutBegin, "a region ends that this path has not begun"),
                    _ => (BeginInside, graph.RegionsNest ? "a loop begins a region on every turn and never ends it" : "a region begins inside a region"),
                };
                yield return explain.Complete(new Violation(rule, Severity.Error, function, message, $"{rule} {function.Name}") { Offset = flow.Nodes[node].Offset });
            }
        }
    }
}
