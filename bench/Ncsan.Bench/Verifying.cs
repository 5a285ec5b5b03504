using System.Diagnostics;
using Ncsan.Contracts.Il;

namespace Ncsan.Bench;

/// <summary>What the IL verifier costs on a large assembly with all of the framework that it can reach behind it.</summary>
internal static class Verifying
{
    internal static int Run(string[] files)
    {
        string[] native = [.. files.Where(IsElf)];
        if (files.Length == 0 && VerifyingNative.Generated() is { } generated)
        {
            native = [generated];
            Assemblies([]);
            int status = VerifyingNative.Run(native);
            Directory.Delete(Path.GetDirectoryName(generated)!, recursive: true);
            return status;
        }

        if (native.Length < files.Length || files.Length == 0) { Assemblies([.. files.Except(native)]); }
        return VerifyingNative.Run(native);
    }

    private static bool IsElf(string file)
    {
        using FileStream stream = File.OpenRead(file);
        return stream.ReadByte() == 0x7f;
    }

    private static void Assemblies(string[] files)
    {
        if (files.Length == 0) { files = [typeof(Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree).Assembly.Location]; }
        var clock = Stopwatch.StartNew();
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        using IlFrontEnd program = IlFrontEnd.Read(new IlOptions(files) { WholeClosure = true });
        using var process = Process.GetCurrentProcess();
        IlProofSize size = program.Size;
        Console.WriteLine($"{program.Graph.Name}: {clock.Elapsed.TotalSeconds:f1} s, {(process.TotalProcessorTime - before).TotalSeconds:f1} s of processor time, {process.PeakWorkingSet64 >> 20} MB; "
            + $"{size.Methods:N0} bodies, {size.Edges:N0} edges, {size.Resolved:N0} of {size.IndirectSites:N0} indirect calls resolved");
    }
}
