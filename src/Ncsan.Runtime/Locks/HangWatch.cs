using System.Diagnostics;
using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Races;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Locks;

/// <summary>
/// The thread that looks whether threads wait for each other in a circle. If they do on two looks in a row they always will: it reports the
/// circle with the stacks and ends the process.
/// </summary>
/// <remarks>It reads the stacks of other threads while they change. What it reads counts only if it says the same twice, with no acquire finished in between.</remarks>
internal static class HangWatch
{
    /// <summary>What a process that hung exits with.</summary>
    internal const int ExitCode = 67;

    private const int Period = 250_000;

    private static readonly HashSet<HeldLocks> s_ended = [];
    private static string? s_seen;

    internal static void Start() => new Thread(Run) { IsBackground = true, Name = "ncsan hang watch" }.Start();

    private static void Run()
    {
        SanitizedThread.Current.Guard++;
        LockThreads.Current.Inside++;
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
                LockValidation.Validator.End(thread, 0, "its thread", 0);
                s_ended.Add(thread);
            }

            if (s_ended.Count == 0) { return; }
            LockThreads.Remove(s_ended);
            s_ended.Clear();
        }
    }

    private static void Look()
    {
        HeldLocks[] waiting = [.. LockThreads.All.Where(thread => thread.Wanted is not null && (thread.WantedFlags & (AcquireFlags.Try | AcquireFlags.Async)) == 0)];
        List<HeldLocks>? circle = null;
        foreach (HeldLocks thread in waiting)
        {
            circle = Circle(thread, waiting);
            if (circle is not null) { break; }
        }

        string? now = circle is null ? null : string.Join(' ', circle.Select(thread => $"{thread.Thread.Id}:{thread.Wanted?.Id}:{thread.Waits}").Order(StringComparer.Ordinal));
        if (now is not null && now == s_seen) { Report(circle!); }
        s_seen = now;
    }

    private static List<HeldLocks>? Circle(HeldLocks start, HeldLocks[] waiting)
    {
        var path = new List<HeldLocks>();
        for (HeldLocks? at = start; at is not null; at = at.Wanted is { } wanted ? waiting.FirstOrDefault(thread => Holds(thread, wanted)) : null)
        {
            int seen = path.IndexOf(at);
            if (seen >= 0) { return path[seen..]; }
            path.Add(at);
        }

        return null;
    }

    private static bool Holds(HeldLocks thread, LockInstance wanted)
    {
        HeldLock[] entries = thread.Entries;
        int depth = Math.Min(thread.Depth, entries.Length);
        for (int i = 0; i < depth; i++) { if (ReferenceEquals(entries[i].Lock, wanted) && !ReferenceEquals(thread.Lent, wanted)) { return true; } }
        return false;
    }

    private static void Report(List<HeldLocks> circle)
    {
        LockFindings.SubmitHang(circle);
        Notice.Say("NCS0112", $"the program hangs: {circle.Count} thread{(circle.Count == 1 ? " waits for itself" : "s wait for each other")}; it is ended with {ExitCode}.");
        Reporter.Finish();
        Native.Exit(ExitCode);
    }
}
