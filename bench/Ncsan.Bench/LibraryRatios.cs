using System.Reflection;
using Ncsan.Runtime;

namespace Ncsan.Bench;

/// <summary>Workloads on real libraries, instrumented / clean: the workload itself is rewritten, too.</summary>
internal static class LibraryRatios
{
    private static readonly (string Name, string[] Assemblies)[] s_workloads =
    [
        ("Newtonsoft.Json", ["Newtonsoft.Json"]),
        ("Mono.Cecil", ["Mono.Cecil"]),
        ("Microsoft.CodeAnalysis.CSharp", ["Microsoft.CodeAnalysis.CSharp", "Microsoft.CodeAnalysis"]),
    ];

    internal static int Run(string[] args)
    {
        bool up = args.Contains("--up");
        string only = args.SkipWhile(a => a != "--only").Skip(1).FirstOrDefault() ?? "";
        List<string> names = [];
        List<double> down = [], raised = [];
        Console.WriteLine(up ? "| library | State down | State up |\n|---|---|---|" : "| library | State down |\n|---|---|");
        foreach (var (name, assemblies) in s_workloads)
        {
            if (!name.Contains(only, StringComparison.OrdinalIgnoreCase)) { continue; }
            var pair = new Pair([.. assemblies.Append("Ncsan.Bench.Workloads").Select(a => Path.Combine(AppContext.BaseDirectory, a + ".dll"))]);
            var (clean, instrumented) = (Workload(pair.Clean("Ncsan.Bench.Workloads"), name), Workload(pair.Instrumented("Ncsan.Bench.Workloads"), name));
            names.Add(name);
            Hooks.State = 0;
            if (clean() != instrumented()) { Console.WriteLine($"{name}: the copies do not agree"); return 1; }
            down.Add(Pair.Ratio(() => clean(), () => instrumented(), rounds: 9, millisecondsEach: 30, warmMilliseconds: 6000));
            string row = $"| {name} | {down[^1]:F2} |";
            if (up)
            {
                raised.Add(Pair.Ratio(() => { Hooks.State = 0; clean(); }, () => { Hooks.State = 1; instrumented(); }, rounds: 5, millisecondsEach: 30));
                Hooks.State = 0;
                row += $" {raised[^1]:F1} |";
            }

            Console.WriteLine(row);
        }

        foreach (var (name, ratio) in names.Zip(down)) { Verdict.AtMost($"State down, {name}", ratio, 1.35); }
        Console.WriteLine($"| geometric mean | {KernelRatios.Mean(down):F2} |{(up ? $" {KernelRatios.Mean(raised):F1} |" : "")}");
        return 0;
    }

    private static Func<string> Workload(Assembly assembly, string name) =>
        (Func<string>)Delegate.CreateDelegate(typeof(Func<string>), assembly.GetType("Ncsan.Bench.Workloads.Workload")!.GetMethod(name.Replace(".", "", StringComparison.Ordinal))!);
}
