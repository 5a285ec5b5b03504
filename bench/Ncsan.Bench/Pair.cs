using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Ncsan.Rewriter;

namespace Ncsan.Bench;

/// <summary>A clean and a rewritten copy of the same assemblies in one process, each in a load context of its own.</summary>
internal sealed class Pair
{
    private readonly Context _clean, _instrumented;

    internal Pair(params string[] assemblies)
    {
        string folder = Tests.ScratchFolder.Make("bench");
        foreach (string assembly in assemblies)
        {
            var result = AssemblyRewriter.Rewrite(assembly, Path.Combine(folder, Path.GetFileName(assembly)));
            if (result.Status != RewriteStatus.Instrumented) { throw new InvalidOperationException(result.Reason); }
        }

        _clean = new Context(Path.GetDirectoryName(assemblies[0])!, assemblies);
        _instrumented = new Context(folder, assemblies);
    }

    internal Assembly Clean(string name) => _clean.LoadFromAssemblyName(new(name));

    internal Assembly Instrumented(string name) => _instrumented.LoadFromAssemblyName(new(name));

    /// <summary>Instrumented / clean, each the fastest of alternating runs after both are warm.</summary>
    internal static double Ratio(Action clean, Action instrumented, int rounds, double millisecondsEach, int warmMilliseconds = 400)
    {
        (double fastestClean, double fastestInstrumented) = Fastest(clean, instrumented, rounds, millisecondsEach, warmMilliseconds);
        return fastestInstrumented / fastestClean;
    }

    /// <summary>Milliseconds a call, each the fastest of alternating runs after both are warm.</summary>
    internal static (double Clean, double Instrumented) Fastest(Action clean, Action instrumented, int rounds, double millisecondsEach, int warmMilliseconds = 400)
    {
        Warm(clean, warmMilliseconds);
        Warm(instrumented, warmMilliseconds);
        int repeat = Times(clean, millisecondsEach);
        double fastestClean = double.MaxValue, fastestInstrumented = double.MaxValue;
        for (int i = 0; i < rounds; i++)
        {
            // Whoever goes second finds warmer caches and a later clock: take turns. Noise of a busy machine only ever adds, so the fastest counts.
            if (i % 2 == 0) { fastestClean = Math.Min(fastestClean, Milliseconds(clean, repeat)); }
            fastestInstrumented = Math.Min(fastestInstrumented, Milliseconds(instrumented, repeat));
            if (i % 2 == 1) { fastestClean = Math.Min(fastestClean, Milliseconds(clean, repeat)); }
        }

        return (fastestClean / repeat, fastestInstrumented / repeat);
    }

    /// <summary>How often an action fits in that time, about.</summary>
    internal static int Times(Action action, double milliseconds)
    {
        int repeat = 1;
        while (Milliseconds(action, repeat) < milliseconds && repeat < 1 << 20) { repeat *= 2; }
        return repeat;
    }

    /// <summary>Enough calls and time for both tiers of the JIT, and for on-stack replacement.</summary>
    internal static void Warm(Action action, int milliseconds)
    {
        for (var watch = Stopwatch.StartNew(); watch.ElapsedMilliseconds < milliseconds;) { action(); }
        Thread.Sleep(120);
        for (int i = 0; i < 40; i++) { action(); }
        Thread.Sleep(120);
        action();
    }

    internal static double Milliseconds(Action action, int repeat)
    {
        double start = ThreadMilliseconds();
        for (int i = 0; i < repeat; i++) { action(); }
        return ThreadMilliseconds() - start;
    }

    /// <summary>The processor time of this thread: other processes of a busy machine must not count.</summary>
    private static double ThreadMilliseconds()
    {
        if (!OperatingSystem.IsLinux() || clock_gettime(ThreadClock, out var time) != 0) { return Stopwatch.GetTimestamp() * 1000.0 / Stopwatch.Frequency; }
        return (time.Seconds * 1000.0) + (time.Nanoseconds / 1e6);
    }

    private const int ThreadClock = 3; // CLOCK_THREAD_CPUTIME_ID

    [DllImport("libc")]
    private static extern int clock_gettime(int clock, out TimeSpec time);

    private struct TimeSpec { internal long Seconds, Nanoseconds; }

    private sealed class Context(string folder, string[] assemblies) : AssemblyLoadContext("bench")
    {
        protected override Assembly? Load(AssemblyName name) =>
            Array.Exists(assemblies, a => Path.GetFileNameWithoutExtension(a) == name.Name) ? LoadFromAssemblyPath(Path.Combine(folder, name.Name + ".dll")) : null;
    }
}
