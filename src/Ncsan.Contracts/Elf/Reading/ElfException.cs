namespace Ncsan.Contracts.Elf.Reading;

/// <summary>The input cannot be verified. The message is one sentence for the user; nothing else of it is shown.</summary>
public sealed class ElfException(string id, string message) : Exception(message)
{
    /// <summary>The NCS2xxx id.</summary>
    public string Id { get; } = id;
}
