namespace Ncsan.Runtime.Locks.Graph;

// Semaphores that let several in, and fewer than a circle needs.
internal sealed partial class LockGraph
{
    /// <summary>Whether the edges of a circle were each time under one throttle, which has room for fewer than one thread an edge: as the waiter of the dining philosophers.</summary>
    private static bool IsThrottled(Dependency[] edges)
        => edges[0].Throttles is { Length: > 0 } first && Array.Exists(first, throttle => throttle.Room < edges.Length && Array.TrueForAll(edges, edge => edge.Throttles!.Contains(throttle)));

    /// <summary>The throttles outside of one held lock. One that is taken inside of it does not keep the lock free.</summary>
    private static LockInstance[] Throttles(HeldLocks thread, int index)
    {
        List<LockInstance>? throttles = null;
        for (int i = 0; i < index; i++)
        {
            ref HeldLock outer = ref thread.Entries[i];
            if (outer.Lock.Room > 0 && (outer.Flags & AcquireFlags.Pending) == 0) { (throttles ??= []).Add(outer.Lock); }
        }

        return throttles is null ? [] : [.. throttles];
    }
}
