using System.Diagnostics;
using System.Runtime;
using System.Runtime.CompilerServices;
using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Settings;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races;

/// <summary>Keeps State up for as long, and takes it down as often, as the overhead that the user grants demands.</summary>
/// <remarks>
/// The slow-down is measured: what threads lost (their delays, and the checks they made at the cost of a check on this machine) against what
/// the process used. Code that was compiled a moment ago runs for the first times, and bugs hide in cold code: it raises State before its turn.
/// </remarks>
internal static class Bursts
{
    private const int WindowMicroseconds = 10_000, RestMicroseconds = 2_000, CalibrateAfterTicks = 100, CalibrationRounds = 50_000;

    /// <summary>How much of what was measured still counts a tick later: about a second of memory.</summary>
    private const double Memory = 0.998;

    /// <summary>What new code may go over the budget.</summary>
    private const double NewCodeBonus = 1.25;

    /// <summary>A program that is over in a moment is watched whole: the budget holds from here on.</summary>
    private static readonly TimeSpan s_startUp = TimeSpan.FromMilliseconds(300);

    private static byte s_calibrated;

    /// <summary>The slow-down of late, as a factor.</summary>
    internal static double SlowDown { get; private set; } = 1;

    /// <summary>State is up when this returns: a short program may be over before a new thread gets a core.</summary>
    internal static void Start()
    {
        Raise();
        new Thread(Run) { IsBackground = true, Name = "ncsan sampler" }.Start();
    }

    internal static void Raise()
    {
        if (Faults.IsOff) { return; }
        Interlocked.Increment(ref Sampler.Window);
        Framework.FrameworkLink.SetState(1);
    }

    private static void Run()
    {
        SanitizedThread.BeOurOwn();
        long started = Stopwatch.GetTimestamp();
        double checkCost = 0.005, lost = 0, used = 0;
        long compiled = 0, lastDelay = 0, lastChecks = 0;
        double lastCpu = 0;
        for (int tick = 0; !Lifecycle.IsOver; tick++)
        {
            if (tick == CalibrateAfterTicks) { checkCost = Calibrate(); }
            double cpu = Environment.CpuUsage.TotalTime.TotalMicroseconds;
            long delay = Volatile.Read(ref Statistics.DelayMicroseconds), checks = Volatile.Read(ref Sampler.Checks);
            lost = (lost * Memory) + (delay - lastDelay) + ((checks - lastChecks) * checkCost);
            used = (used * Memory) + (delay - lastDelay) + (cpu - lastCpu);
            (lastDelay, lastChecks, lastCpu) = (delay, checks, cpu);
            SlowDown = Factor(lost, used);

            long methods = JitInfo.GetCompiledMethodCount();
            bool isNew = methods != compiled;
            compiled = methods;
            if (SlowDown <= Configuration.Overhead * (isNew ? NewCodeBonus : 1) || Stopwatch.GetElapsedTime(started) < s_startUp)
            {
                if (Hooks.State == 0) { Raise(); }
                Native.Sleep(WindowMicroseconds);
            }
            else
            {
                Framework.FrameworkLink.SetState(0);
                Native.Sleep(RestMicroseconds);
            }
        }

        Framework.FrameworkLink.SetState(0);
    }

    /// <summary>By how much a program is slowed down that used so much, of which so much was lost to us.</summary>
    internal static double Factor(double lost, double used) => used <= 0 ? 1 : lost >= used ? double.PositiveInfinity : used / (used - lost);

    /// <summary>What one check costs here, in microseconds. Under the guard: nothing is watched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Calibrate()
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < CalibrationRounds; i++) { Hooks.Read1(ref s_calibrated, 0); }
        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / CalibrationRounds;
    }
}
