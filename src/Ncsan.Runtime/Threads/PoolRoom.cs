namespace Ncsan.Runtime.Threads;

/// <summary>Makes room in the pool while one of its workers waits for another: the work that the other is to do may stand in the queue.</summary>
/// <remarks>The pool itself does so for workers that it knows to be blocked. Otherwise it adds one only after half a second without progress, which most waits do
/// not last.</remarks>
internal static class PoolRoom
{
    /// <summary>A program that keeps queueing work would fill any room.</summary>
    private const int Most = 4;

    private static readonly Gate s_gate = new();
    private static int s_taken;

    /// <summary>One worker more, until <see cref="GiveBack"/>.</summary>
    internal static void Take() => Change(1);

    internal static void GiveBack() => Change(-1);

    private static void Change(int by)
    {
        s_gate.Enter();
        try
        {
            s_taken += by;
            if (Math.Max(s_taken, s_taken - by) > Most) { return; }
            ThreadPool.GetMinThreads(out int workers, out int completions);
            ThreadPool.SetMinThreads(Math.Max(1, workers + by), completions);
        }
        finally { s_gate.Leave(); }
    }
}
