namespace Ncsan.Runtime.Threads;

/// <summary>The threads that have run instrumented code.</summary>
internal static class Census
{
    private static readonly Lock s_lock = new();
    private static SanitizedThread[] s_threads = [];
    private static int s_lastSeenAlive;

    /// <summary>How many threads were ever seen.</summary>
    internal static int Seen;

    internal static void Add(SanitizedThread thread)
    {
        Interlocked.Increment(ref Seen);
        lock (s_lock)
        {
            s_threads = [.. s_threads.Where(t => t.Managed.IsAlive), thread];
        }
    }

    /// <summary>Whether no other thread that ever ran instrumented code is alive: then nobody can race with this one.</summary>
    internal static bool IsAlone(SanitizedThread thread)
    {
        SanitizedThread[] threads = s_threads;
        if (threads.Length < 2) { return true; }
        int last = s_lastSeenAlive;
        for (int i = 0; i < threads.Length; i++)
        {
            int at = (last + i) % threads.Length;
            if (threads[at] != thread && threads[at].Managed.IsAlive)
            {
                s_lastSeenAlive = at;
                return false;
            }
        }

        return true;
    }
}
