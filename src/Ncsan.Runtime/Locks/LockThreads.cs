using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks;

/// <summary>The threads that took a lock, for the hang watch and for what they leave held.</summary>
internal static class LockThreads
{
    private static readonly GraphLock s_lock = new();
    private static HeldLocks[] s_all = [];

    [ThreadStatic]
    private static HeldLocks? t_held;

    /// <summary>The stack of the current thread.</summary>
    internal static HeldLocks Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => t_held ?? AddSlow();
    }

    /// <summary>The stack of the current thread, which the caller may have from before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static HeldLocks Of(object? known) => known is null ? Current : Unsafe.As<HeldLocks>(known);

    /// <summary>The stack of the current thread, or null if it never took a lock.</summary>
    internal static HeldLocks? CurrentOrNull => t_held;

    internal static HeldLocks[] All => s_all;

    /// <summary>Whether any thread blocks for something. Costs a look at each.</summary>
    internal static bool AnyBlocked()
    {
        foreach (HeldLocks thread in s_all)
        {
            if (thread.WaitsFor is not null || thread.Awaited is not null) { return true; }
        }

        return false;
    }

    /// <summary>Whether a thread blocks for something that is not the time.</summary>
    internal static bool IsBlocked(Thread thread) => Array.Find(s_all, known => known.Managed == thread) is { } held && (held.WaitsFor is not null || held.Awaited is not null);

    /// <summary>Where the current thread took a lock that another thread waits for now, the outermost of several, or 0.</summary>
    internal static int SiteOfLockThatOthersWant(HeldLocks mine)
    {
        for (int i = 0; i < mine.Depth; i++)
        {
            foreach (HeldLocks other in s_all)
            {
                if (other != mine && other.WaitsFor is { } wanted && ReferenceEquals(wanted, mine.Entries[i].Lock)) { return mine.Entries[i].Site; }
            }
        }

        return 0;
    }

    /// <summary>Leaves out a thread of ours.</summary>
    internal static void Forget(HeldLocks thread) => Remove([thread]);

    /// <summary>Forgets threads that have ended.</summary>
    internal static void Remove(HashSet<HeldLocks> ended)
    {
        s_lock.Enter();
        try { s_all = [.. s_all.Where(thread => !ended.Contains(thread))]; }
        finally { s_lock.Exit(); }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static HeldLocks AddSlow()
    {
        Thread thread = Thread.CurrentThread;
        var held = new HeldLocks(new ThreadIdentity(thread.ManagedThreadId, thread.Name ?? thread.ManagedThreadId switch { 1 => "main", 2 => "finalizer", _ => null }, thread.IsThreadPoolThread)) { Managed = thread, Flow = thread.ManagedThreadId == 1 ? FlowOrigin.Entry : null };
        t_held = held;
        s_lock.Enter();
        try { s_all = [.. s_all, held]; }
        finally { s_lock.Exit(); }
        return held;
    }
}
