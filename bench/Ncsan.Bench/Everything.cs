using System.Diagnostics;

namespace Ncsan.Bench;

/// <summary>Every part of the bench that a limit speaks of, each in a process of its own, and what they came to.</summary>
internal static class Everything
{
    internal static int Run()
    {
        List<string> verdicts = [];
        Part(verdicts, null, "kernels", "--up");
        Part(verdicts, null, "scaling");

        // Large libraries do not get past the JIT's first tier in the time there is, and either side is then left in it at random.
        Part(verdicts, "DOTNET_TieredCompilation", "libraries");
        Part(verdicts, "DOTNET_TieredPGO", "rewrite", typeof(Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree).Assembly.Location);
        Console.WriteLine();
        verdicts.ForEach(Console.WriteLine);
        return verdicts.Count == 0 || verdicts.Exists(v => v.EndsWith("DOES NOT HOLD", StringComparison.Ordinal)) ? 1 : 0;
    }

    /// <param name="verdicts">Where its verdicts go.</param>
    /// <param name="off">What of the JIT is turned off. The tool itself runs without profiles, too.</param>
    /// <param name="arguments">The part.</param>
    private static void Part(List<string> verdicts, string? off, params string[] arguments)
    {
        Console.WriteLine($"\n## {string.Join(' ', arguments)}\n");
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") { start.ArgumentList.Add(typeof(Everything).Assembly.Location); }
        foreach (string argument in arguments) { start.ArgumentList.Add(argument); }
        if (off is not null) { start.Environment[off] = "0"; }
        using var process = Process.Start(start)!;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith(Verdict.Mark, StringComparison.Ordinal)) { verdicts.Add(line); } else { Console.WriteLine(line); }
        }

        process.WaitForExit();
        if (process.ExitCode != 0) { verdicts.Add($"{Verdict.Mark}{arguments[0]} ends well: DOES NOT HOLD"); }
    }
}
