namespace Ncsan.Runtime.Threads;

/// <summary>What an await waits for, as far as the code says so.</summary>
public enum AwaitedWork
{
    /// <summary>Something.</summary>
    Unknown,

    /// <summary>All of several: Task.WhenAll, a parallel loop.</summary>
    All,

    /// <summary>The work that was given away last: Task.Run on the spot.</summary>
    Last,
}
