using System.Diagnostics;
using Ncsan.Contracts.Il;

namespace Ncsan.Bench;

/// <summary>What the IL verifier costs on a large assembly with all of the framework that it can reach behind it.</summary>
internal static class Verifying
{
    internal static int Run(string[] files)
    {
        if (files.Length == 0) { files = [typeof(Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree).Assembly.Location]; }
        var clock = Stopwatch.StartNew();
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        using IlFrontEnd program = IlFrontEnd.Read(new IlOptions(files) { WholeClosure = true });
        using var process = Process.GetCurrentProcess();
        IlProofSize size = program.Size;
        Console.WriteLine($"{program.Graph.Name}: {clock.Elapsed.TotalSeconds:f1} s, {(process.TotalProcessorTime - before).TotalSeconds:f1} s of processor time, {process.PeakWorkingSet64 >> 20} MB; "
            + $"{size.Methods:N0} bodies, {size.Edges:N0} edges, {size.Resolved:N0} of {size.IndirectSites:N0} indirect calls resolved");
        return 0;
    }
}
