using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Ncsan.Annotations.Tests;

/// <summary>In a program that is not instrumented an annotation is no code at all.</summary>
public class FreeOfCostTests
{
    private const string ChildVariable = "NCSAN_TEST_JIT_CHILD";

    [Fact]
    public void TheJitLeavesNothingOfAnAnnotation()
    {
        string annotated = Disassembly(nameof(Probes.Annotated)), bare = Disassembly(nameof(Probes.Bare)), calling = Disassembly(nameof(Probes.Calling));
        Assert.Equal(Instructions(bare), Instructions(annotated));
        Assert.Contains(Instructions(calling), i => i.StartsWith("call", StringComparison.Ordinal));
    }

    [Fact]
    public void ReadAndWriteAreTheAccessAndNothingElse() =>
        Assert.Equal(Instructions(Disassembly(nameof(Probes.Bare))), Instructions(Disassembly(nameof(Probes.ReadWrite))));

    [Fact]
    public void EveryMethodIsInlinedAndHasABodyOfAFewBytes()
    {
        var methods = typeof(DataRace).Assembly.GetExportedTypes().Where(t => t.Namespace == "Ncsan.Annotations" && !typeof(Attribute).IsAssignableFrom(t))
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly));
        Assert.All(methods, m => Assert.InRange(m.GetMethodBody()!.GetILAsByteArray()!.Length, 1, 16));
    }

    /// <summary>Runs in a child process that the JIT is told to describe; the class of the probe is compiled there and nowhere else.</summary>
    [Fact]
    public void ChildCompilesTheProbes()
    {
        if (Environment.GetEnvironmentVariable(ChildVariable) is not { } name) { return; }
        MethodInfo probe = typeof(Probes).GetMethod(name)!;
        RuntimeHelpers.PrepareMethod(probe.MethodHandle);
        Assert.NotEqual(0, probe.Invoke(null, [new Probes.Cell()]));
    }

    private static string Disassembly(string method)
    {
        string file = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet") { start.ArgumentList.Add(typeof(FreeOfCostTests).Assembly.Location); }
            foreach (string argument in (string[])["-method", $"{typeof(FreeOfCostTests).FullName}.{nameof(ChildCompilesTheProbes)}"]) { start.ArgumentList.Add(argument); }
            foreach (string inherited in start.Environment.Keys.Where(k => k.StartsWith("TESTINGPLATFORM", StringComparison.OrdinalIgnoreCase)).ToArray()) { start.Environment.Remove(inherited); }
            start.Environment[ChildVariable] = method;
            start.Environment["DOTNET_JitDisasm"] = method;
            start.Environment["DOTNET_JitStdOutFile"] = file;
            using var child = Process.Start(start)!;
            string output = child.StandardOutput.ReadToEnd();
            child.WaitForExit();
            string text = File.ReadAllText(file);
            Assert.True(text.Contains("Assembly listing"), $"the JIT described nothing: {output}");
            return text;
        }
        finally { File.Delete(file); }
    }

    /// <summary>The instructions but those that set up a frame: a method with a <c>using</c> keeps a frame pointer, even when the JIT drops its empty finally.</summary>
    private static List<string> Instructions(string disassembly) =>
        [.. disassembly.Split('\n').Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            .Where(l => l.Length > 0 && !l.StartsWith(';') && !l.StartsWith("G_M", StringComparison.Ordinal) && l is not ("push rbp" or "mov rbp, rsp" or "pop rbp"))];

    // The claim is about programs that are not instrumented, so these stay clean under the sanitizer too.
    [NoInstrument]
    internal static class Probes
    {
        internal sealed class Cell
        {
            internal int Value = 1;
            internal int Other = 2;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public static int Bare(Cell cell)
        {
            cell.Value = cell.Other;
            return cell.Value;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public static int Annotated(Cell cell)
        {
            using (DataRace.Ignore())
            using (AtomicRegion.Nestable())
            using (AtomicRegion.Flat())
            {
                AssertExclusive.Writer(ref cell.Value);
                AssertExclusive.Access(ref cell.Value);
                AssertExclusive.Bits(ref cell.Value, 0xff);
                using (AssertExclusive.WriterScoped(ref cell.Value))
                using (AssertExclusive.AccessScoped(ref cell.Other))
                {
                    cell.Value = cell.Other;
                }
            }

            return cell.Value;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public static int ReadWrite(Cell cell)
        {
            DataRace.Write(ref cell.Value, DataRace.Read(ref cell.Other));
            return cell.Value;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public static int Calling(Cell cell)
        {
            Outside(cell);
            return cell.Value;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Outside(Cell cell) => cell.Value = cell.Other;
    }
}
