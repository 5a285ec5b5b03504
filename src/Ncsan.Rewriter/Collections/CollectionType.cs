namespace Ncsan.Rewriter.Collections;

/// <summary>How the collection is found that a member of a type works on.</summary>
internal enum ReceiverKind
{
    /// <summary>It is the receiver.</summary>
    Object,

    /// <summary>It is behind the receiver, a struct.</summary>
    Struct,

    /// <summary>The receiver's real type decides.</summary>
    Interface,

    /// <summary>It is the first argument.</summary>
    Static,
}

/// <summary>A type of the contract and its members.</summary>
/// <param name="Name">The full name as metadata has it, nested types with a plus.</param>
/// <param name="Kind">How its collection is found.</param>
/// <param name="IsOpen">Members can be overridden.</param>
/// <param name="IsPartial">Only the members listed concern us.</param>
/// <param name="Members">Effects by member name; all overloads have the same.</param>
internal sealed record CollectionType(string Name, ReceiverKind Kind, bool IsOpen, bool IsPartial, IReadOnlyDictionary<string, MemberEffect> Members);
