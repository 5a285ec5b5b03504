using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Ncsan.Contracts.Elf;
using Ncsan.Contracts.Rules;

namespace Ncsan.Bench;

/// <summary>
/// What the ELF verifier costs as a whole process, start and JIT included: over the objects that are given (a kernel's vmlinux.o), or over one of 25 MB that the
/// machine's compiler makes. With OBJTOOL=PATH in the environment each run is paired with one of the kernel's objtool.
/// </summary>
internal static partial class VerifyingNative
{
    private const int Rounds = 5, Megabytes = 25, Functions = 1_500, WhoseChildren = -1;

    /// <summary>The child: one verification, and what it took.</summary>
    internal static int Once(string file)
    {
        using ElfFrontEnd elf = ElfFrontEnd.Open(file, Profile.Shipped("linux")!);
        int violations = RuleSet.Check(elf.Graph).Count;
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{process.PeakWorkingSet64 >> 20}\t{elf.Graph.Functions.Count:N0} functions, {elf.Instructions:N0} instructions, {violations} violations and notes"));
        return 0;
    }

    internal static int Run(IReadOnlyList<string> files)
    {
        foreach (string file in files) { Measure(file); }
        return 0;
    }

    /// <summary>An object of the size of a kernel, or null where there is no compiler.</summary>
    internal static string? Generated()
    {
        string folder = Directory.CreateTempSubdirectory("ncsan-bench-").FullName;
        string source = Path.Combine(folder, "unit.c"), unit = Path.Combine(folder, "unit.o"), whole = Path.Combine(folder, "generated.o");
        File.WriteAllText(source, Source());
        try
        {
            Start("gcc", $"-O2 -w -fsanitize=thread --param tsan-distinguish-volatile=1 -fno-pic -mcmodel=kernel -fno-inline -c {source} -o {unit}");
            int copies = (int)Math.Max(1, (long)Megabytes * 1_000_000 / new FileInfo(unit).Length);
            Start("ld", $"-r -o {whole} {string.Join(' ', Enumerable.Repeat(unit, copies))}");
            return whole;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Console.WriteLine("SKIPPED: no gcc or ld here to make an object of the size of a kernel");
            return null;
        }
    }

    private static void Measure(string file)
    {
        string? objtool = Environment.GetEnvironmentVariable("OBJTOOL");
        var ours = new List<double>();
        var theirs = new List<double>();
        string[] said = [];
        for (int i = 0; i < Rounds; i++)
        {
            (double seconds, string output) = Start("dotnet", $"{typeof(VerifyingNative).Assembly.Location} verify-once {file}");
            ours.Add(seconds);
            said = output.Trim().Split('\t');
            if (objtool is null) { continue; }
            string copy = file + ".objtool"; // objtool writes into its input
            File.Copy(file, copy, overwrite: true);
            theirs.Add(Start(objtool, $"--noinstr --link {copy}").Seconds);
            File.Delete(copy);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)}, {new FileInfo(file).Length / 1e6:f1} MB: {Median(ours):f2} s of processor time, {said[0]} MB resident; {said[1]}"));
        if (objtool is not null) { Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  objtool: {Median(theirs):f2} s; ratio, median of {Rounds} pairs: {Median([.. ours.Zip(theirs, (a, b) => a / b)]):f2}")); }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static (double Seconds, string Output) Start(string tool, string arguments)
    {
        double before = ChildSeconds();
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_TieredPGO"] = "0"; // as the tool itself runs
        using var process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        _ = errors.Result;
        return (ChildSeconds() - before, output);
    }

    // Tables of operations, protected code, helpers and instrumented accesses in about the proportions of a kernel.
    private static string Source()
    {
        var text = new StringBuilder("#define guarded __attribute__((used, no_sanitize_thread, section(\".noinstr.text\")))\n#define plain __attribute__((used))\nstatic long data[64];\nstruct ops { long (*get)(long); long (*set)(long); };\n");
        for (int i = 0; i < Functions; i++)
        {
            string call = i == 0 ? "x" : $"f{((7919 * (i / 3)) + (i % 3)) % i}(x)";
            text.Append(CultureInfo.InvariantCulture, $"static {(i % 100 == 0 ? "guarded" : "plain")} long f{i}(long x) {{ data[{i % 64}] += x; if (data[{(i + 1) % 64}] > {i}) {{ data[{(i + 3) % 64}] = {call}; }} for (int i = 0; i < x; i++) {{ data[i & 63] ^= data[{(i + 7) % 64}] * {i}; }} ");
            if (i % 20 == 19) { text.Append(CultureInfo.InvariantCulture, $"switch (x & 7) {{ case 0: return f{i - 1}(1); case 1: return f{i - 2}(2); case 2: return f{i - 3}(3); case 3: return f{i - 4}(4); case 4: return f{i - 5}(5); case 5: return 9; case 6: return data[6]; }} "); }
            if (i > 100 && i % 10 == 5) { text.Append(CultureInfo.InvariantCulture, $"data[1] += ops{(i / 100) - 1}.get(x); "); }
            text.Append("return data[x & 63]; }\n");
            if (i % 100 == 99) { text.Append(CultureInfo.InvariantCulture, $"static struct ops ops{i / 100} = {{ f{i - 9}, f{i - 99} }};\n"); }
        }

        return text.ToString();
    }

    private static unsafe double ChildSeconds()
    {
        long* usage = stackalloc long[18]; // struct rusage: user and system time first, each in seconds and microseconds
        if (getrusage(WhoseChildren, usage) != 0) { return 0; }
        return usage[0] + usage[2] + ((usage[1] + usage[3]) / 1e6);
    }

    [LibraryImport("libc")]
    private static unsafe partial int getrusage(int who, long* usage);
}
