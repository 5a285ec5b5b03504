namespace Ncsan.Runtime.Locks;

// Locks that are held once. Whoever needs one later does not wait any more; what is asked here is what would have been, had he come first.
internal sealed partial class Validator
{
    private const int MightMode = 1 << 13;

    /// <summary>A lock that was held once, and never will be again, is passed by: it could have been taken or waited for here.</summary>
    internal void MightTake(HeldLocks thread, LockInstance instance, int site)
    {
        ulong key = ChainKey.Add(thread.Key, instance.Hash, MightMode) ^ thread.Strand;
        OneShot state = instance.OneShot!;
        if (_chains.Contains(key) || !FlowOrigin.CouldComeFirst(thread.Flow, state.By, state.EndedAt)) { return; }
        var found = new List<Cycle>();
        EnterGraph();
        try
        {
            if (!_chains.Full) { _graph.AddMight(thread, instance, site, found); }
            Remember(key, ClassKey(thread, instance, WantMode.Exclusive));
        }
        finally
        {
            ExitGraph();
        }

        foreach (Cycle cycle in found) { Found(cycle, thread, instance, site); }
    }
}
