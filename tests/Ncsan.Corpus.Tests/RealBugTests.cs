using System.Diagnostics;
using System.Reflection;
using Ncsan.Rewriter;

namespace Ncsan.Corpus.Tests;

/// <summary>Races in real packages, found by driving public API from two threads, each beside the version or the usage that mends it.</summary>
public sealed class RealBugTests
{
    private const int Rounds = 3;

    /// <summary>Three rounds do, unless the machine does much else: then the two threads may come too late for each other three times.</summary>
    private const int Attempts = 2;

    private static readonly Lazy<string> s_racy = new(() => Instrument("Racy")), s_mended = new(() => Instrument("Mended"));

    /// <summary>The bug, and a part of the member that a report of it names.</summary>
    public static TheoryData<string, string> Bugs => new()
    {
        { "reference-resolver", "eferenceResolver" },
        { "dynamic-code", "JsonTypeReflector._dynamicCodeGeneration" },
        { "converter-options", "TypeConverterOptionsCache.typeConverterOptions" },
        { "template", "Template._" },
        { "callbacks", "DefaultObjectFactory._stateMethods" },
        { "shared-script", "Literal.Cached" },
    };

    [Theory, MemberData(nameof(Bugs))]
    public void TheBugIsFound(string bug, string member)
    {
        var found = new List<Found>();
        for (int round = 0; round < Attempts * Rounds; round++)
        {
            found.AddRange(Run(s_racy.Value, bug, store: $"{bug}-{round / Rounds}"));
            if (found.Any(f => f.Member.Contains(member, StringComparison.Ordinal))) { return; }
        }

        Assert.Fail($"not found; found: {string.Join("; ", found)}");
    }

    // Other races of the same package are not this test's affair: it is silent about the bug.
    [Theory, MemberData(nameof(Bugs))]
    public void WhatMendsItSilencesIt(string bug, string member)
    {
        for (int round = 0; round < (Long.IsOn ? Rounds : 1); round++)
        {
            Assert.DoesNotContain(Run(s_mended.Value, bug, store: bug), f => f.Member.Contains(member, StringComparison.Ordinal));
        }
    }

    private static string Metadata(string key) => typeof(RealBugTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    private static string Instrument(string which)
    {
        string source = Path.Combine(Metadata("RealBugs"), which, Metadata("OutputPath")), folder = Path.Combine(InstrumentedCorpus.Folder, "real-" + which);
        Directory.CreateDirectory(folder);
        foreach (string path in Directory.EnumerateFiles(source))
        {
            string target = Path.Combine(folder, Path.GetFileName(path));
            if (path.EndsWith(".dll", StringComparison.Ordinal)) { AssemblyRewriter.Rewrite(path, target); }
            else if (path.EndsWith(".runtimeconfig.json", StringComparison.Ordinal)) { File.Copy(path, target); }
        }

        File.Copy(Path.Combine(AppContext.BaseDirectory, "Ncsan.Runtime.dll"), Path.Combine(folder, "Ncsan.Runtime.dll"));
        return Path.Combine(folder, $"RealBugs.{which}.dll");
    }

    private static List<Found> Run(string program, string bug, string store)
    {
        string findings = Path.Combine(InstrumentedCorpus.Folder, Path.GetRandomFileName());
        var start = new ProcessStartInfo("dotnet", [program, bug]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NCSAN_FINDINGS"] = findings;
        start.Environment["NCSAN_STORE"] = $"{program}-{store}";
        using var process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(2))) { process.Kill(entireProcessTree: true); Assert.Fail("the program did not end"); }
        Assert.True(process.ExitCode == 0, output.Result + errors.Result);
        return File.Exists(findings) ? [.. File.ReadAllLines(findings).Select(Found.Parse).OfType<Found>()] : [];
    }
}
