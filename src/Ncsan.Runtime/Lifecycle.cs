using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Races;
using Ncsan.Runtime.Settings;

namespace Ncsan.Runtime;

/// <summary>The start and the end of the runtime in a process.</summary>
internal static class Lifecycle
{
    private static int s_started;

    /// <summary>Called with the first rewritten module.</summary>
    internal static void Start()
    {
        if (Interlocked.Exchange(ref s_started, 1) != 0) { return; }
        FindingsFile.Open();
        Candidates.Load();
        Reporter.Start();
        Locks.LockValidation.Start();
        if (Configuration.WeakMemory) { WeakMemory.Start(); }
        AppDomain.CurrentDomain.ProcessExit += static (_, _) => End();
        AppDomain.CurrentDomain.UnhandledException += static (_, e) => { if (e.IsTerminating) { End(); } };
        Framework.FrameworkLink.Publish();
        switch (Configuration.Sampling)
        {
            case "always": Bursts.Raise(); break;
            case "burst": Bursts.Start(); break;
        }
    }

    /// <summary>The program is at its end.</summary>
    internal static bool IsOver { get; private set; }

    private static void End()
    {
        IsOver = true;
        Framework.FrameworkLink.SetState(0);
        Locks.LockValidation.Finish();
        Candidates.Save();
        Reporter.Finish();
    }
}
