using Ncsan.Runtime;

namespace Ncsan.Bench;

/// <summary>The kernels, instrumented / clean.</summary>
internal static class KernelRatios
{
    internal static int Run(string[] args)
    {
        bool up = args.Contains("--up");
        string only = args.SkipWhile(a => a != "--only").Skip(1).FirstOrDefault() ?? "";
        var pair = new Pair(Path.Combine(AppContext.BaseDirectory, "Ncsan.Bench.Kernels.dll"));
        var (clean, instrumented) = (Registry(pair.Clean("Ncsan.Bench.Kernels")), Registry(pair.Instrumented("Ncsan.Bench.Kernels")));
        List<double> down = [], floats = [], raised = [];
        Console.WriteLine(up ? "| kernel | State down | State up |\n|---|---|---|" : "| kernel | State down |\n|---|---|");
        foreach (var ((name, run, isFloat), (_, other, _)) in clean.Zip(instrumented))
        {
            if (!name.Contains(only, StringComparison.OrdinalIgnoreCase)) { continue; }
            Hooks.State = 0;
            if (run(100) != other(100)) { Console.WriteLine($"{name}: the copies do not agree"); return 1; }
            double ratio = Pair.Ratio(() => run(20), () => other(20), rounds: 15, millisecondsEach: 8);
            down.Add(ratio);
            if (isFloat) { floats.Add(ratio); }
            string row = $"| {name} | {ratio:F2} |";
            if (up)
            {
                Hooks.State = 1;
                double expected = run(10);
                if (expected != other(10)) { Console.WriteLine($"{name}: the checked copy does not agree"); return 1; }
                raised.Add(Pair.Ratio(() => { Hooks.State = 0; run(10); }, () => { Hooks.State = 1; other(10); }, rounds: 5, millisecondsEach: 4));
                row += $" {raised[^1]:F1} |";
                Hooks.State = 0;
            }

            Console.WriteLine(row);
        }

        Console.WriteLine($"| geometric mean | {Mean(down):F2} |{(up ? $" {Mean(raised):F1} |" : "")}");
        if (floats.Count > 0) { Console.WriteLine($"| float and SIMD | {Mean(floats):F2} |"); }
        Console.WriteLine($"| worst | {down.Max():F2} |{(up ? $" {raised.Max():F1} |" : "")}");
        Verdict.AtMost($"State down, geometric mean over {down.Count} kernels", Mean(down), 1.25);
        if (floats.Count > 0) { Verdict.AtMost($"State down, geometric mean over {floats.Count} float and SIMD kernels", Mean(floats), 1.15); }
        Verdict.AtMost("State down, worst kernel", down.Max(), 2.5);
        if (up) { Verdict.AtMost($"State up, geometric mean over {raised.Count} kernels", Mean(raised), 8); }
        return 0;
    }

    internal static double Mean(IEnumerable<double> ratios) => Math.Exp(ratios.Average(Math.Log));

    internal static (string Name, Func<int, double> Run, bool Float)[] Registry(System.Reflection.Assembly assembly) =>
        ((string, Func<int, double>, bool)[])assembly.GetType("Ncsan.Bench.Kernels.Registry")!.GetField("All")!.GetValue(null)!;
}
