using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Ncsan.Contracts.Tests.Elf;

/// <summary>Compiles the fixtures with the machine's own C compiler. Where there is none, the test is skipped and says so.</summary>
internal static class Compiler
{
    internal const string Sanitized = "-O2 -fsanitize=thread --param tsan-distinguish-volatile=1 --param tsan-instrument-func-entry-exit=0 -fno-stack-protector -fno-asynchronous-unwind-tables -fno-toplevel-reorder";

    private static readonly string? s_compiler = ((string[])["gcc", "cc"]).FirstOrDefault(IsThere);
    private static readonly Lock s_lock = new();

    internal static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Elf", "Fixtures", name);

    /// <summary>An object made of one fixture, or of several linked into one.</summary>
    internal static string Object(string flags, params string[] sources)
    {
        string path = Output(flags + string.Concat(sources) + string.Concat(sources.Select(s => File.ReadAllText(Fixture(s)))) + File.ReadAllText(Fixture("contract.h")) + File.ReadAllText(Fixture("helpers.h")), ".o");
        lock (s_lock)
        {
            if (File.Exists(path)) { return path; }
            if (sources.Length == 1) { return Run(s_compiler!, $"{flags} -c {Fixture(sources[0])} -o {path}.new", path); }
            string[] parts = [.. sources.Select((s, i) => Run(s_compiler!, $"{flags} -c {Fixture(s)} -o {path}.{i}.o.new", $"{path}.{i}.o"))];
            return Run("ld", $"-r {string.Join(' ', parts)} -o {path}.new", path);
        }
    }

    /// <summary>Runs a tool of the compiler's package that makes <paramref name="result"/> by way of <c>result.new</c>.</summary>
    internal static string Run(string tool, string arguments, string result)
    {
        Require();
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardError = true })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{tool} {arguments}\n{errors}");
        File.Move(result + ".new", result, overwrite: true);
        return result;
    }

    internal static string Output(string key, string extension)
    {
        Require();
        string folder = Path.Combine(AppContext.BaseDirectory, "Compiled");
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..16] + extension);
    }

    private static void Require() => Assert.SkipWhen(s_compiler is null, "SKIPPED: this machine has no C compiler (gcc or cc), so no ELF fixture can be made.");

    private static bool IsThere(string tool)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(tool, "--version") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
