using Ncsan.Runtime.Locks;

namespace Ncsan.Runtime.Threads;

/// <summary>The same where the system does not say what a thread waits for: from what the runtime counts.</summary>
/// <remarks>
/// The lock validator knows which threads wait for somebody. Without it a managed thread says that it waits or sleeps, and not for how long; a worker of the pool not even that. So it
/// has to look so for longer, while the process uses no processor time; a sleep that outlasts that is then taken for a block: the delay ends early, which can miss a meeting.
/// </remarks>
internal static class ThreadsByCounters
{
    /// <summary>How often in a row, a millisecond apart, nobody may have moved.</summary>
    internal const int Polls = 60;

    /// <summary>What our own threads use between two looks at most, in microseconds.</summary>
    private const int Idle = 200;

    private static long s_used;

    internal static bool AreAllBlocked(SanitizedThread me)
    {
        long used = (long)Environment.CpuUsage.TotalTime.TotalMicroseconds, before = Interlocked.Exchange(ref s_used, used);
        return used - before < Idle && Census.All(thread => thread == me || IsBlocked(thread)) && OtherThreads.PoolIsIdle(0);
    }

    private static bool IsBlocked(SanitizedThread thread) =>
        thread.IsWaiting || thread.Managed.IsThreadPoolThread
        || (LockValidation.IsOn ? LockThreads.IsBlocked(thread.Managed) : (thread.Managed.ThreadState & ThreadState.WaitSleepJoin) != 0);
}
