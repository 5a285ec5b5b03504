using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Races;
using Ncsan.Runtime.Settings;

namespace Ncsan.Runtime;

/// <summary>The start and the end of the runtime in a process.</summary>
internal static class Lifecycle
{
    private static int s_started, s_watching;

    /// <summary>Called with every rewritten module.</summary>
    /// <param name="hasSites">The module has something to check, be it an access or a lock. As long as none has, as in a program that only prints a line,
    /// nothing but the end is prepared: the threads and what they compile would double such a program's time. Nor has the framework anything to check then: a
    /// program that touches nothing, starts nothing and locks nothing gives it nothing to share.</param>
    internal static void Start(bool hasSites)
    {
        if (Interlocked.Exchange(ref s_started, 1) == 0)
        {
            FindingsFile.Open();
            AppDomain.CurrentDomain.ProcessExit += static (_, _) => End();
            AppDomain.CurrentDomain.UnhandledException += static (_, e) => { if (e.IsTerminating) { End(); } };
        }

        if (hasSites && Interlocked.Exchange(ref s_watching, 1) == 0) { Watch(); }
    }

    private static void Watch()
    {
        Candidates.Load();
        Reporter.Start();

        // Asked here rather than there, where the question would make the validator.
        if (Configuration.Locks) { Locks.LockValidation.Start(); }
        if (Configuration.WeakMemory) { WeakMemory.Start(); }
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
        if (s_watching != 0)
        {
            Framework.FrameworkLink.SetState(0);
            if (Configuration.Locks) { Locks.LockValidation.Finish(); }
            Candidates.Save();
        }

        Reporter.Finish();
    }
}
