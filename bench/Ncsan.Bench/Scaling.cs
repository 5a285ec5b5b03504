using Ncsan.Runtime;

namespace Ncsan.Bench;

/// <summary>
/// The kernels on two threads beside each other: what a run costs then against a run alone, instrumented / clean. Were the hooks to write to a cache line that both threads use,
/// it would show here.
/// </summary>
/// <remarks>In processor time, which a contended line adds to and other programs do not. The median counts: the fastest round is one in which the threads did not meet.</remarks>
internal static class Scaling
{
    private const int Rounds = 15;

    internal static int Run(string[] args)
    {
        string only = args.SkipWhile(a => a != "--only").Skip(1).FirstOrDefault() ?? "";
        var pair = new Pair(Path.Combine(AppContext.BaseDirectory, "Ncsan.Bench.Kernels.dll"));
        var (clean, instrumented) = (KernelRatios.Registry(pair.Clean("Ncsan.Bench.Kernels")), KernelRatios.Registry(pair.Instrumented("Ncsan.Bench.Kernels")));
        List<double> down = [], up = [];
        Console.WriteLine("| kernel on two threads | State down | State up |\n|---|---|---|");
        foreach (var ((name, run, _), (_, other, _)) in clean.Zip(instrumented))
        {
            if (!name.Contains(only, StringComparison.OrdinalIgnoreCase)) { continue; }
            down.Add(Ratio(() => run(20), () => other(20), 0));
            up.Add(Ratio(() => run(20), () => other(5), 1));
            Console.WriteLine($"| {name} | {down[^1]:F2} | {up[^1]:F2} |");
        }

        Console.WriteLine($"| geometric mean | {KernelRatios.Mean(down):F2} | {KernelRatios.Mean(up):F2} |");
        Verdict.AtMost("two threads against clean ones, State down", KernelRatios.Mean(down), 1.10);
        Verdict.AtMost("two threads against clean ones, State up", KernelRatios.Mean(up), 1.10);
        return 0;
    }

    private static double Ratio(Action clean, Action instrumented, int state)
    {
        Hooks.State = 0;
        Pair.Warm(clean, 200);
        Hooks.State = state;
        Pair.Warm(instrumented, 200);
        int cleanTimes = Pair.Times(clean, 6), instrumentedTimes = Pair.Times(instrumented, 6);
        List<double> cleanAlone = [], cleanBeside = [], alone = [], beside = [];
        for (int i = 0; i < Rounds; i++)
        {
            cleanAlone.Add(OnThreads(1, clean, cleanTimes));
            alone.Add(OnThreads(1, instrumented, instrumentedTimes));
            cleanBeside.Add(OnThreads(2, clean, cleanTimes));
            beside.Add(OnThreads(2, instrumented, instrumentedTimes));
        }

        Hooks.State = 0;
        return Median(beside) / Median(alone) / (Median(cleanBeside) / Median(cleanAlone));
    }

    /// <summary>What a thread needs on average, while all of them work.</summary>
    private static double OnThreads(int count, Action action, int times)
    {
        double total = 0;
        using var start = new Barrier(count);
        var threads = Enumerable.Range(0, count).Select(_ => new Thread(() =>
        {
            start.SignalAndWait();
            double milliseconds = Pair.Milliseconds(action, times);
            lock (start) { total += milliseconds; }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        return total / count;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
