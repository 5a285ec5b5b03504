using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks;

// Waits that are not locks: tasks, threads and contexts as maps (lockdep's work queues), entered by one flow and waited for by another.
internal sealed partial class Validator
{
    /// <summary>Code begins that others wait for, or that can be entered while a lock is held.</summary>
    /// <param name="thread">Who runs it.</param>
    /// <param name="map">What stands for it.</param>
    /// <param name="site">Where it was entered.</param>
    /// <param name="body">What runs, for whoever waits for it; or null.</param>
    /// <returns>The depth to give to <see cref="Leave"/>.</returns>
    internal int Enter(HeldLocks thread, LockInstance map, int site, object? body = null)
    {
        int depth = thread.Depth;
        if (map.Class.Kind == LockKind.Context) { MayEnter(thread, map, site); }
        thread.Push(map, WantMode.Exclusive, AcquireFlags.Mark, site, body);
        return depth;
    }

    /// <summary>Code ends that <see cref="Enter"/> began. Locks of a flow that it leaves held move down to whoever called it.</summary>
    internal void Leave(HeldLocks thread, LockInstance map)
    {
        int index = thread.Find(map);
        if (index >= 0) { thread.RemoveAt(index); }
    }

    /// <summary>The thread waits until the code of a map has ended. Inside of that code itself there is nothing to learn: it is another one of its kind.</summary>
    /// <param name="thread">Who waits.</param>
    /// <param name="map">The map.</param>
    /// <param name="flags">What is special about it.</param>
    /// <param name="site">Where.</param>
    /// <param name="run">What is waited for, if that tells the run from others of the map.</param>
    internal void Wait(HeldLocks thread, LockInstance map, AcquireFlags flags, int site, object? run = null)
    {
        if (thread.Spinning > 0) { CheckWaitType(thread, map, site); }
        if (thread.Depth == 0 || thread.Find(map) is var index && index >= 0 && IsSeen(thread, index, map, flags)) { return; }
        ulong key = ChainKey.Add(thread.Key, map.Hash, (int)flags << 8) ^ thread.Strand;
        if (!_chains.Contains(key)) { ValidateSlow(thread, map, WantMode.Exclusive, flags, site, key, run); }
    }

    /// <summary>Whether an entry of the map itself is this flow's own. One that resumed this flow inside of its own end is below the innermost mark.</summary>
    private static bool IsSeen(HeldLocks thread, int index, LockInstance map, AcquireFlags flags)
        => (map.Class.Kind != LockKind.Map && (flags & AcquireFlags.Async) == 0) || index >= thread.TopMark();

    /// <summary>Monitor.Wait gives a lock back and takes it again while everything else stays held.</summary>
    internal void Reacquire(HeldLocks thread, LockInstance instance, int site)
    {
        if (thread.Depth < 2) { return; }
        ulong key = ChainKey.Add(thread.Key, instance.Hash, 1 << 12) ^ thread.Strand;
        if (!_chains.Contains(key)) { ValidateSlow(thread, instance, WantMode.Exclusive, AcquireFlags.None, site, key); }
    }

    /// <summary>A holder takes its lock again. If it got there through a context, that takes the lock: nothing hangs here, but the code is inside of the critical section of other code,
    /// and would wait wherever somebody else holds the lock.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void CheckReentry(HeldLocks thread, int held, int site)
    {
        LockInstance instance = thread.Entries[held].Lock;
        for (int i = thread.Depth - 1; i > held; i--)
        {
            if (thread.Entries[i].Class is not { Kind: LockKind.Context, EnteredInline: true, IsWeak: false } || instance.Class.Unordered) { continue; }
            ulong key = ChainKey.Add(thread.Key, instance.Hash, 1 << 13) ^ thread.Strand;
            if (_chains.Contains(key)) { return; }
            var found = new List<Cycle>();
            EnterGraph();
            try
            {
                if (!_chains.Full) { _graph.AddReentry(thread, i, instance, WantMode.Exclusive, site, found); }
                _chains.Add(key);
            }
            finally
            {
                ExitGraph();
            }

            foreach (Cycle cycle in found) { Found(cycle, thread, instance, site); }
            return;
        }
    }

    /// <summary>The code of a context may be entered here, whatever is held.</summary>
    internal void MayEnter(HeldLocks thread, LockInstance context, int site) => Wait(thread, context, AcquireFlags.None, site);
}
