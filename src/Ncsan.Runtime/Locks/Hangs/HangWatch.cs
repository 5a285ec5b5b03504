using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Races;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Locks.Hangs;

/// <summary>
/// The thread that looks whether threads and flows wait for each other in a circle. If they do on two looks in a row they always will: it reports the
/// circle with the stacks and ends the process.
/// </summary>
/// <remarks>It reads what other threads hold while they change it. What it reads counts only if it says the same twice, with no acquire finished in between.</remarks>
internal static class HangWatch
{
    /// <summary>What a process that hung exits with.</summary>
    internal const int ExitCode = 67;

    private const int Period = 250_000;

    /// <summary>How often in a row a process must have been found at a standstill: a signal may come from outside.</summary>
    private const int StandstillLooks = 5;

    /// <summary>A process that uses more than this between two looks does not stand still.</summary>
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(50);

    private static readonly HashSet<HeldLocks> s_ended = [];
    private static List<(object Node, long Waits)> s_seen = [];
    private static int s_looks;
    private static TimeSpan s_used;

    internal static void Start() => new Thread(Run) { IsBackground = true, Name = "ncsan hang watch" }.Start();

    private static void Run()
    {
        SanitizedThread.BeOurOwn();
        LockThreads.Current.Inside++;
        LockThreads.Forget(LockThreads.Current);
        while (LockValidation.IsOn)
        {
            Native.Sleep(Period);
            try
            {
                Sweep();
                Look();
            }
            catch (Exception fault)
            {
                LockValidation.Fault(fault);
            }
        }
    }

    /// <summary>Reports locks whose thread has ended.</summary>
    internal static void Sweep()
    {
        lock (s_ended)
        {
            foreach (HeldLocks thread in LockThreads.All)
            {
                if (thread.Managed is not { IsAlive: false }) { continue; }
                for (int i = 0; i < thread.Depth; i++)
                {
                    // A mutex goes on to the next one who wants it.
                    if (thread.Entries[i].Class.Kind is LockKind.Monitor or LockKind.Lock or LockKind.ReaderWriterLockSlim) { thread.Entries[i].Lock.LeftBehind = thread.Entries[i].Mode; }
                }

                LockValidation.Validator.End(thread, 0, thread.Thread.ToString(), 0);
                s_ended.Add(thread);
            }

            if (s_ended.Count == 0) { return; }
            LockThreads.Remove(s_ended);
            s_ended.Clear();
        }
    }

    private static void Look()
    {
        if (!LockThreads.AnyBlocked() && !SuspendedFlow.AnyWaiting) { (s_seen, s_looks) = ([], 0); return; }
        var graph = new WaitGraph();
        List<object>? circle = graph.Circle();
        if (circle is null && graph.IsQuiet() && graph.Standstill() is { } standstill)
        {
            Standstill(standstill, graph);
            return;
        }

        s_looks = 0;
        if (IsAsBefore(circle) && (!WaitGraph.IsUnsure(circle!) || IsSettled(circle!, graph))) { Report(circle!, graph); }
    }

    /// <summary>Whether nobody is left to release a semaphore that may be a signal. What async methods wait for may come from a socket or a file, too.</summary>
    private static bool IsSettled(List<object> circle, WaitGraph graph)
        => graph.IsQuiet() && (!circle.Exists(static node => node is SuspendedFlow) || Quiet.IsForGood(graph.Threads));

    /// <summary>Everybody waits, for locks and in the end for a signal. It is a deadlock if nothing outside can give it.</summary>
    private static void Standstill(List<object> chain, WaitGraph graph)
    {
        TimeSpan used = Environment.CpuUsage.TotalTime;
        bool isIdle = used - s_used < s_idle;
        s_used = used;
        s_looks = IsAsBefore(chain) && isIdle ? s_looks + 1 : 0;
        if (s_looks >= StandstillLooks && Quiet.IsForGood(graph.Threads)) { Report(chain, graph); }
    }

    /// <summary>Whether the last look found the same, and no acquire has been finished since.</summary>
    private static bool IsAsBefore(List<object>? circle)
    {
        List<(object Node, long Waits)> now = circle is null ? [] : circle.ConvertAll(static node => (node, (node as HeldLocks)?.Waits ?? 0));
        bool isSame = now.Count > 0 && now.Count == s_seen.Count && now.TrueForAll(static at => s_seen.Exists(before => ReferenceEquals(before.Node, at.Node) && before.Waits == at.Waits));
        s_seen = now;
        return isSame;
    }

    private static void Report(List<object> circle, WaitGraph graph)
    {
        int threads = circle.FindAll(static node => node is HeldLocks).Count, flows = circle.FindAll(static node => node is SuspendedFlow).Count;
        LockValidation.TellOfSemaphores();
        LockFindings.SubmitHang(circle, Array.FindAll(graph.Blocked(), thread => !circle.Contains(thread)));
        string who = (threads, flows) switch
        {
            (1, 0) when WaitGraph.WantsLeftBehind(circle[0]) => "a thread waits for one that has ended",
            (1, 0) => "a thread waits for itself",
            (_, 0) => $"{threads} threads wait for each other",
            (0, 1) => "an async method waits for itself",
            (0, _) => $"{flows} async methods wait for each other",
            _ => $"{Count(threads, "thread")} and {Count(flows, "async method")} wait for each other",
        };
        LockFacts.Write(LockValidation.Validator);
        Notice.Say("NCS0112", $"the program hangs: {who}; it is ended with {ExitCode}.");
        Reporter.Finish();
        Native.Exit(ExitCode);
    }

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
