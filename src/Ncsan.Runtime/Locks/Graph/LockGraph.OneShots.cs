namespace Ncsan.Runtime.Locks.Graph;

// What would be if locks that are held once were held by somebody else.
internal sealed partial class LockGraph
{
    /// <summary>A flow passes a lock by that somebody else held before: it could have waited for him, or come first and have made him wait.</summary>
    internal void AddMight(HeldLocks thread, LockInstance once, int site, List<Cycle> found)
    {
        OneShot state = once.OneShot!;
        AddChain(thread, once, WantMode.Exclusive, async: false, site, found, might: true);
        if (!state.IsAroundKnown)
        {
            state.IsAroundKnown = true;
            if (state.Around is { } around) { AddChain(around, once, WantMode.Exclusive, async: false, state.Site, found, might: true, state.Stack); }
        }

        foreach (var again in state.Again)
        {
            if (thread.Find(again.Lock) >= 0) { continue; }
            var instead = new HeldLocks(state.Thread);
            for (int i = 0; i < thread.Depth; i++) { instead.Push(thread.Entries[i].Lock, thread.Entries[i].Want, thread.Entries[i].Flags, thread.Entries[i].Site); }
            instead.Push(once, WantMode.Exclusive, AcquireFlags.None, state.Site);
            object? stack = again.Stack;
            AddPair(instead, instead.Depth - 1, again.Lock, again.Want, again.Site, ref stack, found, might: true);
        }
    }
}
