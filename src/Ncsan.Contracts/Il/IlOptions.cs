using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Il;

/// <summary>What to verify, and how far to look.</summary>
/// <param name="Assemblies">The assemblies under verification. What they reference is found next to them and in <see cref="FrameworkFolders"/>.</param>
public sealed record IlOptions(IReadOnlyList<string> Assemblies)
{
    /// <summary>Folders of the shared framework; empty: the framework that this process runs on.</summary>
    public IReadOnlyList<string> FrameworkFolders { get; init; } = [];

    /// <summary>Names of methods from which paths are wanted besides the protected ones and the hooks: <c>Namespace.Type.Method</c>, or a
    /// part of that from its end (<c>Type.Method</c>, <c>Method</c>).</summary>
    public IReadOnlyList<string> Roots { get; init; } = [];

    /// <summary>Whether the hooks are roots, too.</summary>
    public bool HooksAreRoots { get; init; } = true;

    /// <summary>Whether to look into the framework for ways back into the given assemblies. Without it a framework method is assumed to call every
    /// delegate that it is handed, and nothing else.</summary>
    public bool FollowFramework { get; init; } = true;

    /// <summary>Whether the given assemblies are the whole program, so that no other code can override, implement or store anything.
    /// Null: they are if one of them has an entry point.</summary>
    public bool? Closed { get; init; }

    /// <summary>What names mean; its cuts are methods that are not looked into. Null: the shipped one.</summary>
    public Profile? Profile { get; init; }

    /// <summary>Whether every method of the given assemblies is a root, with the framework behind it: the whole closure, for measuring and for lists of slots.</summary>
    public bool WholeClosure { get; init; }
}

/// <summary>Input that cannot be verified: one sentence for the user and its id.</summary>
/// <param name="id">The NCS2xxx id.</param>
/// <param name="message">The sentence, with the remedy.</param>
public sealed class IlInputException(string id, string message) : Exception(message)
{
    /// <summary>The NCS2xxx id.</summary>
    public string Id { get; } = id;
}
