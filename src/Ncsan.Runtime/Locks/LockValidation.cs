using System.Diagnostics;
using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Settings;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Locks;

/// <summary>The one validator of the process, its start and its end.</summary>
internal static class LockValidation
{
    internal static readonly Validator Validator = new(Report, null, Capture, static sentence => Notice.Say("NCS1201", sentence + "."), Runs.Of);

    private static int s_faulted;

    /// <summary>Whether hooks do anything. Settled with the first lock; after a fault of ours they do nothing.</summary>
    internal static bool IsOn = Configuration.Locks;

    internal static void Start()
    {
        if (IsOn) { HangWatch.Start(); }
    }

    /// <summary>Reports what threads still hold, what was withheld for the end, and writes the facts for <c>ncsan locks</c>.</summary>
    internal static void Finish()
    {
        if (!IsOn) { return; }
        HangWatch.Sweep();
        List<LockReport> left = [];
        try { left = SemaphoreLeaks.Reports(); }
        catch (Exception fault) { Fault(fault); }
        IsOn = false;
        TellOfSemaphores();
        foreach (LockReport report in Validator.Withheld)
        {
            if (IsTold(report)) { LockFindings.Submit(report); }
        }

        foreach (LockReport report in left.Concat(SemaphoreReleases.OfUntaken())) { LockFindings.Submit(report); }

        LockFacts.Write(Validator);
    }

    /// <summary>The process ends: what was found about semaphores will not be refuted any more.</summary>
    internal static void TellOfSemaphores()
    {
        foreach (LockReport report in Validator.ConfirmedInTheEnd.Concat(Validator.Doubts)) { LockFindings.Submit(report); }
    }

    /// <summary>Which task was waited for is not known by its class, nor which lock passes through a parameter. Locks that are held once are told by the very locks, and so are
    /// those under a common one.</summary>
    private static bool IsTold(LockReport report) => report.Kind != LockReportKind.WaitUnderLock && report.Grade switch
    {
        LockGrade.Guarded => report.Cycle.All(static edge => edge.From is LockInstance),
        _ => report.Cycle.Any(static edge => edge.Might) || !report.Cycle.Any(static edge => edge.From.Class.IsWeak),
    };

    /// <summary>The framework's locks are about to feed the validator. What a first circle makes of the framework's generic types is made now: under a lock of the
    /// framework its own initialisers would be entered from within.</summary>
    internal static void PrepareForFramework()
    {
        Validator.CapturesFirst = true;
        var trial = new Validator(static _ => { }, null, Capture) { CapturesFirst = true };
        LockInstance first = trial.AddInstance(trial.AddClass("first", LockKind.Monitor)), second = trial.AddInstance(trial.AddClass("second", LockKind.Monitor));
        foreach ((LockInstance outer, LockInstance inner) in (ReadOnlySpan<(LockInstance, LockInstance)>)[(first, second), (second, first)])
        {
            var thread = new HeldLocks(new ThreadIdentity(0, null, true));
            trial.Acquire(thread, outer, WantMode.Exclusive, AcquireFlags.None, 0);
            trial.Acquire(thread, inner, WantMode.Exclusive, AcquireFlags.None, 0);
        }

        _ = LockBinding.Known(trial);
    }

    /// <summary>A fault of ours: the validator goes off, the program goes on.</summary>
    internal static void Fault(Exception fault)
    {
        IsOn = false;
        if (Interlocked.Exchange(ref s_faulted, 1) == 0)
        {
            Notice.Say("NCS9201", $"the lock validator failed and is off ({fault.GetType().Name}: {fault.Message}); the program goes on. Please report this, with: {fault.StackTrace?.Split('\n')[0].Trim()}");
        }
    }

    /// <summary>Something is seen. Not once hooks do nothing any more: a release that they let pass is missing from what a thread seems to hold.</summary>
    private static void Report(LockReport report)
    {
        if (IsOn) { LockFindings.Submit(report); }
    }

    private static object? Capture()
    {
        SanitizedThread thread = SanitizedThread.Current;
        thread.Guard++;
        try { return new StackTrace(3, fNeedFileInfo: false); }
        finally { thread.Guard--; }
    }
}
