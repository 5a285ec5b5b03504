using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Rules;

/// <summary>How much a finding of the verifier weighs.</summary>
public enum Severity
{
    /// <summary>Worth knowing; never fails a run.</summary>
    Note,

    /// <summary>A broken contract.</summary>
    Error,
}

/// <summary>A broken contract, with everything its report needs.</summary>
/// <param name="Rule">The NCS03xx id.</param>
/// <param name="Severity">Whether it fails a run.</param>
/// <param name="Function">The protected function (for recursion: the instrumented function that is reached).</param>
/// <param name="Message">One sentence, as a compiler would say it.</param>
/// <param name="Key">Says the same for the same fault in two builds: no offsets, no counters. <c>--diff</c> compares these.</param>
public sealed record Violation(string Rule, Severity Severity, Function Function, string Message, string Key)
{
    /// <summary>How bad it is among its like, for a comparison of builds: how many copies are instrumented, say.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>The call site that breaks the contract, if it is one.</summary>
    public CallSite? Site { get; init; }

    /// <summary>Where in <see cref="Function"/>; -1 for the function as a whole.</summary>
    public int Offset { get; init; } = -1;

    /// <summary>What is called, if known.</summary>
    public Function? Target { get; init; }

    /// <summary>What is called through, if anything.</summary>
    public Slot? Slot { get; init; }

    /// <summary>Sentences that say why: why the target is instrumented, which unit its copy is in, how a region came to be open.</summary>
    public IReadOnlyList<string> Because { get; init; } = [];

    /// <summary>The shortest way from an entry to <see cref="Function"/>, entry first.</summary>
    public IReadOnlyList<Function> Path { get; init; } = [];

    /// <summary>What would mend it, the best way first, and what would not.</summary>
    public IReadOnlyList<string> Mend { get; init; } = [];
}
