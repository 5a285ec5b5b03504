using System.Diagnostics;
using Ncsan.Rewriter;

namespace Ncsan.Bench;

/// <summary>How long one assembly takes to rewrite, cold, and the peak of memory.</summary>
internal static class Rewriting
{
    internal static int Run(string file, string[] folders)
    {
        string output = Path.Combine(Tests.ScratchFolder.Make("bench"), Path.GetFileName(file));
        var watch = Stopwatch.StartNew();
        var result = AssemblyRewriter.Rewrite(file, output, new RewriteOptions { ReferenceFolders = folders });
        double seconds = watch.Elapsed.TotalSeconds;
        using var self = Process.GetCurrentProcess();
        Console.WriteLine($"{result.Status} {result.Reason}: {seconds:F2} s, processor {self.TotalProcessorTime.TotalSeconds:F2} s, peak {self.PeakWorkingSet64 >> 20} MB, {new FileInfo(file).Length >> 10} KB -> {new FileInfo(output).Length >> 10} KB");
        Console.WriteLine($"{result.Sites} sites in {result.Methods} methods; left alone: {string.Join(", ", result.Skipped.OrderByDescending(s => s.Value).Select(s => $"{s.Key} {s.Value}"))}");
        Verdict.AtMost($"rewriting {Path.GetFileName(file)}, seconds", seconds, 10);
        Verdict.AtMost($"rewriting {Path.GetFileName(file)}, GB at the peak", self.PeakWorkingSet64 / 1e9, 1.5);
        foreach (var method in result.CleanMethods) { Console.WriteLine($"clean: {method.Method} {method.Id} {method.Reason}"); }
        return 0;
    }
}
