namespace Ncsan.Runtime.Locks.Graph;

/// <summary>How much the validator remembers. What is known when a limit is reached stays; what comes after it is not ordered, and the program runs on.</summary>
internal sealed record LockLimits
{
    internal int Classes { get; init; } = 16384;

    /// <summary>Edges between classes.</summary>
    internal int Dependencies { get; init; } = 65536;

    /// <summary>Edges between locks.</summary>
    internal int Pairs { get; init; } = 65536;

    /// <summary>Edges between locks behind one edge between classes.</summary>
    internal int PairsPerDependency { get; init; } = 8192;

    internal int Chains { get; init; } = 131072;

    /// <summary>Chains that differ only in which locks of their classes they took, or in the thread that took them.</summary>
    internal int VariantsPerChain { get; init; } = 8192;

    /// <summary>How many of the held locks, the newest, are ordered before a new one.</summary>
    internal int Depth { get; init; } = 48;

    /// <summary>Stacks kept for the pairs of one dependency; later pairs keep their two sites.</summary>
    internal int StacksPerDependency { get; init; } = 16;

    /// <summary>Reports that wait for a semaphore to show what it is, of each sort.</summary>
    internal int Doubts { get; init; } = 256;
}
