using Ncsan.Contracts.Model;

namespace Ncsan.Contracts.Il.Targets;

/// <summary>A place where control leaves a method, as a pass found it.</summary>
/// <param name="Offset">The IL offset.</param>
/// <param name="Kind">How control leaves.</param>
/// <param name="Target">The method that is called, if it is known by name.</param>
/// <param name="Through">What is called through, if anything.</param>
/// <param name="How">What makes an implicit call, or why an unresolved one is unresolved.</param>
internal readonly record struct IlCall(int Offset, CallKind Kind, IlMethod? Target, DynamicCall? Through, string? How);

/// <summary>A call whose targets are found by what can be there: a virtual method, a delegate, a function pointer.</summary>
/// <param name="name">The slot as a user knows it.</param>
internal sealed class DynamicCall(string name)
{
    private readonly Dictionary<IlMethod, string> _targets = [];

    internal string Name { get; } = name;

    /// <summary>Where the slot is, if it is a field: <c>field Ops.save_fl</c>.</summary>
    internal string? Place { get; init; }

    internal IReadOnlyDictionary<IlMethod, string> Targets => _targets;

    /// <summary>Why <see cref="Targets"/> may not be all of them.</summary>
    internal string? Incomplete { get; set; }

    /// <summary>True the first time for each target.</summary>
    internal bool Add(IlMethod target, string source) => _targets.TryAdd(target, source);
}
