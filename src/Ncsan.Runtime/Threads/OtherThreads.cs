using Ncsan.Runtime.Settings;

namespace Ncsan.Runtime.Threads;

/// <summary>Whether the other threads of the program can move at all before the current one does, those aside that wait for one another at watchpoints.</summary>
internal static class OtherThreads
{
    private static readonly bool s_askSystem = ThreadsBySystem.CanBeAsked && !Configuration.ThreadsByCounters;

    /// <summary>How often in a row, a millisecond apart, it must look so: threads that start and code that is being compiled look blocked too.</summary>
    internal static int Polls => s_askSystem ? 15 : ThreadsByCounters.Polls;

    internal static bool AreAllBlocked(SanitizedThread me) => s_askSystem ? ThreadsBySystem.AreAllBlocked(me) : ThreadsByCounters.AreAllBlocked(me);

    /// <summary>Nothing is queued, there is no timer, and all that look like workers and are not blocked are idle ones.</summary>
    internal static bool PoolIsIdle(int notBlocked)
    {
        if (ThreadPool.PendingWorkItemCount > 0 || Timer.ActiveCount > 0) { return false; }
        ThreadPool.GetMaxThreads(out int most, out _);
        ThreadPool.GetAvailableThreads(out int available, out _);
        return notBlocked <= ThreadPool.ThreadCount - (most - available);
    }
}
