using System.Collections;
using System.Reflection;
using System.Runtime.InteropServices;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Locks.Hangs;

/// <summary>Whether anything in the process could still move, other than threads that are known to block.</summary>
internal static class Quiet
{
    /// <summary>Threads of the runtime that run no code of the program by themselves, as the kernel names them: cut after 15 characters. Those of the pool are counted
    /// instead: a thread that one of them starts has its name.</summary>
    private static readonly string[] s_ours =
    [
        ".NET SynchManag", ".NET EventPipe", ".NET DebugPipe", ".NET Debugger", ".NET Finalizer", ".NET Tiered Com", ".NET Timer", ".NET TP Gate",
        ".NET SigHandler", ".NET BGC", ".NET Server GC", ".NET SampleProf", "ncsan",
    ];

    /// <summary>No timer, no work that is queued or runs, no thread that is not among those known to block.</summary>
    internal static bool IsProcess(HeldLocks[] known) => Array.Exists(known, static thread => thread.Managed!.ManagedThreadId == 1) && IsOver(known);

    /// <summary>The same of a process whose program has ended, on the thread that asks.</summary>
    internal static bool IsOver(HeldLocks[] known)
    {
        ThreadPool.GetMaxThreads(out int most, out _);
        ThreadPool.GetAvailableThreads(out int idle, out _);
        return Timer.ActiveCount == 0 && ThreadPool.PendingWorkItemCount == 0
            && most - idle <= Array.FindAll(known, static thread => thread.Thread.IsPool).Length
            && Creation.Alive().TrueForAll(started => Array.Exists(known, thread => thread.Managed == started));
    }

    /// <summary>Who is told that the process is to end, which a signal can bring about. We are.</summary>
    private static readonly FieldInfo? s_exitHandlers = typeof(AppDomain).GetField("ProcessExit", BindingFlags.Instance | BindingFlags.NonPublic);

    /// <summary>Nothing outside of it that is known to wake it up either: no thread of the framework for sockets or files, no child, nobody who is to be told of a signal. Only Linux can tell.</summary>
    internal static bool IsForGood(HeldLocks[] known)
    {
        if (!OperatingSystem.IsLinux() || s_exitHandlers?.GetValue(AppDomain.CurrentDomain) is not Delegate { HasSingleTarget: true }) { return false; }
        try { return AreOurs(known); }
        catch (Exception fault) when (ThreadsBySystem.IsOfProc(fault))
        {
            // A thread has ended while it was looked at, so something moves.
            return false;
        }
    }

    /// <summary>Whether each thread of the process is known, or the runtime's.</summary>
    private static bool AreOurs(HeldLocks[] known)
    {
        int others = 0;
        foreach (string task in Directory.EnumerateDirectories(ThreadsBySystem.Tasks))
        {
            if (File.ReadAllText(Path.Combine(task, "children")).Length > 0) { return false; }
            string name = File.ReadAllText(Path.Combine(task, "comm")).Trim();
            if (name.StartsWith(".NET SigHandler", StringComparison.Ordinal) && HandlesSignals()) { return false; }
            if (!Array.Exists(s_ours, ours => name.StartsWith(ours, StringComparison.Ordinal))) { others++; }
        }

        return others <= Array.FindAll(known, static thread => !thread.Thread.IsPool).Length + ThreadPool.ThreadCount;
    }

    /// <summary>Whether the program is to be told of a signal: by Console.CancelKeyPress or a registration of its own. To be asked only where signals are handled already: the question sees to that.</summary>
    private static bool HandlesSignals()
        => typeof(PosixSignalRegistration).GetField("s_registrations", BindingFlags.Static | BindingFlags.NonPublic)?.GetValue(null) is not ICollection { Count: 0 };
}
