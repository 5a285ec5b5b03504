using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Rules;

/// <summary>One rule of the contract. A rule has no state, asks the graph alone, and reports everything it finds, not the first.</summary>
public interface IContractRule
{
    /// <summary>Checks the whole program.</summary>
    IEnumerable<Violation> Check(CallGraph graph);
}
