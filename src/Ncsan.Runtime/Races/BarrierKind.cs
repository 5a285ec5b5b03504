namespace Ncsan.Runtime.Races;

/// <summary>What a barrier orders (KCSAN's mb, wmb, rmb and release).</summary>
public enum BarrierKind
{
    /// <summary>Orders everything: Thread.MemoryBarrier, Interlocked, a lock's release by compare-exchange.</summary>
    Full = 0,

    /// <summary>Orders earlier writes before later writes: Volatile.WriteBarrier.</summary>
    Write = 1,

    /// <summary>Orders earlier reads before later reads and writes: Volatile.ReadBarrier.</summary>
    Read = 2,

    /// <summary>Orders everything earlier before a later store: a volatile write, the end of a lock.</summary>
    Release = 3,
}
