using System.Diagnostics;
using Ncsan.Runtime;

namespace Ncsan.Bench;

/// <summary>Lock pairs on warm chains, instrumented with the validator on / clean.</summary>
internal static class LockPairs
{
    private const int Pairs = 2000, Rounds = 15;

    private const double Nanoseconds = 1e6 / Pairs;

    internal static int Run(string[] options)
    {
        Environment.SetEnvironmentVariable("NCSAN_LOCKS", "true");
        var pair = new Pair(Path.Combine(AppContext.BaseDirectory, "Ncsan.Bench.Kernels.dll"));
        var (clean, instrumented) = (Registry(pair.Clean("Ncsan.Bench.Kernels")), Registry(pair.Instrumented("Ncsan.Bench.Kernels")));
        Hooks.State = 0;
        Console.WriteLine("| locks | clean, ns a pair | validated | validated / clean |\n|---|---|---|---|");
        string only = options is ["--only", var text] ? text : "";
        foreach (var ((name, run, threads), (_, other, _)) in clean.Zip(instrumented))
        {
            if (!name.Contains(only, StringComparison.OrdinalIgnoreCase)) { continue; }
            if (threads)
            {
                Console.WriteLine($"| {name} | | | {Clock(run, other):F2} |");
                continue;
            }

            (double cleanly, double validated) = Pair.Fastest(() => run(Pairs), () => other(Pairs), Rounds, 8);
            Console.WriteLine($"| {name} | {cleanly * Nanoseconds:F1} | {validated * Nanoseconds:F1} | {validated / cleanly:F2} |");
        }

        return 0;
    }

    /// <summary>By the clock, for what runs on threads of its own; the fastest of alternating runs.</summary>
    private static double Clock(Action<int> clean, Action<int> instrumented)
    {
        double fastestClean = double.MaxValue, fastestInstrumented = double.MaxValue;
        foreach (Action<int> action in (Action<int>[])[clean, instrumented, clean, instrumented])
        {
            // Bodies that run once a thread reach their last tier late: by the number of calls, not by their length.
            for (int i = 0; i < 100; i++) { action(5); }
            Thread.Sleep(300);
        }

        for (int i = 0; i < 2 * Rounds; i++)
        {
            fastestClean = Math.Min(fastestClean, Milliseconds(() => clean(Pairs)));
            fastestInstrumented = Math.Min(fastestInstrumented, Milliseconds(() => instrumented(Pairs)));
        }

        return fastestInstrumented / fastestClean;
    }

    private static double Milliseconds(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalMilliseconds;
    }

    private static (string Name, Action<int> Run, bool Threads)[] Registry(System.Reflection.Assembly assembly) =>
        ((string, Action<int>, bool)[])assembly.GetType("Ncsan.Bench.Kernels.Locks")!.GetField("All")!.GetValue(null)!;
}
