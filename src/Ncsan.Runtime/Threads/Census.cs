namespace Ncsan.Runtime.Threads;

/// <summary>The threads that have run instrumented code.</summary>
internal static class Census
{
    private static readonly Gate s_gate = new();

    /// <summary>Weak: what a thread that has ended left behind must not keep its code loaded.</summary>
    private static WeakReference<SanitizedThread>[] s_threads = [];
    private static int s_lastSeenAlive;

    /// <summary>Whether anybody was ever given work, or has left some for later by an await.</summary>
    internal static bool HasForked { get; private set; }

    internal static void Forking()
    {
        if (!HasForked) { HasForked = true; }
    }

    internal static void Add(SanitizedThread thread)
    {
        s_gate.Enter();
        try
        {
            var threads = new List<WeakReference<SanitizedThread>>(s_threads.Length + 1);
            foreach (WeakReference<SanitizedThread> known in s_threads)
            {
                if (IsAlive(known, null)) { threads.Add(known); }
            }

            threads.Add(new WeakReference<SanitizedThread>(thread));
            s_threads = threads.ToArray();
        }
        finally { s_gate.Leave(); }
    }

    /// <summary>A thread of the runtime's own: it runs no code of the program.</summary>
    internal static void Remove(SanitizedThread thread)
    {
        s_gate.Enter();
        try { s_threads = Array.FindAll(s_threads, known => known.TryGetTarget(out SanitizedThread? other) && other != thread); }
        finally { s_gate.Leave(); }
    }

    /// <summary>Whether this is the first thread, no work was ever given to another, and none that ran instrumented code is alive: then nobody races with it now.</summary>
    internal static bool IsAlone(SanitizedThread thread)
    {
        if (HasForked || thread.Managed.ManagedThreadId != 1) { return false; }

        // The framework has queued work of its own, such as the end of a process that is waited for. From then on it is as if the program had.
        if (ThreadPool.ThreadCount > 0)
        {
            Forking();
            return false;
        }

        WeakReference<SanitizedThread>[] threads = s_threads;
        if (threads.Length < 2) { return true; }
        int last = s_lastSeenAlive;
        for (int i = 0; i < threads.Length; i++)
        {
            int at = (last + i) % threads.Length;
            if (IsAlive(threads[at], thread))
            {
                s_lastSeenAlive = at;
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether another thread may come while this one waits: one that is there, one that a timer of the framework's wakes (CancelAfter), or that of the finalizers.</summary>
    internal static bool MayBeJoined(SanitizedThread thread) => !IsAlone(thread) || Timer.ActiveCount > 0 || GC.CollectionCount(0) > 0;

    /// <summary>Whether something holds of every thread that is alive.</summary>
    internal static bool All(Predicate<SanitizedThread> holds)
    {
        foreach (WeakReference<SanitizedThread> reference in s_threads)
        {
            if (reference.TryGetTarget(out SanitizedThread? thread) && thread.Managed.IsAlive && !holds(thread)) { return false; }
        }

        return true;
    }

    /// <summary>Whether the thread with this id of the system stands at a directed watchpoint.</summary>
    internal static bool IsWaiting(int systemId)
    {
        foreach (WeakReference<SanitizedThread> reference in s_threads)
        {
            if (reference.TryGetTarget(out SanitizedThread? thread) && thread.SystemId == systemId && thread.IsWaiting) { return true; }
        }

        return false;
    }

    private static bool IsAlive(WeakReference<SanitizedThread> reference, SanitizedThread? except) =>
        reference.TryGetTarget(out SanitizedThread? thread) && thread != except && thread.Managed.IsAlive;
}
