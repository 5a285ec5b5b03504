using System.Buffers.Binary;
using Ncsan.Contracts.Elf;
using Ncsan.Contracts.Model;
using Ncsan.Contracts.Report;
using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Tests.Elf;

/// <summary>The heap is the whole process's: what is measured on it runs while no other test does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>
/// Mutated headers, section headers, symbols, relocations and code. Whatever they say, the verifier answers with a verdict or with a sentence, and keeps no
/// more than four times the file. A part runs with every build; NCSAN_LONG=1 runs 120,000.
/// </summary>
[Collection(nameof(Alone))]
public sealed class HostileInputTests
{
    private const int Some = 6_000, All = 120_000, MemoryProbe = 200;
    private const long Floor = 1 << 20;

    private static readonly Profile s_linux = Profile.Shipped("linux")!;
    private static readonly byte[][] s_interesting = [[0xff, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0x7f], [0, 0, 0, 0x80], [0, 0, 0, 0], [1, 0, 0, 0], [0xf0, 0xff, 0xff, 0xff]];

    [Fact]
    public void No_mutation_ends_in_an_unhandled_exception_or_in_much_memory()
    {
        byte[][] seeds = [.. Seeds()];
        int runs = Environment.GetEnvironmentVariable("NCSAN_LONG") == "1" ? All : Some;
        var random = new Random(20200805);
        int verdicts = 0, sentences = 0;
        long worst = 0;
        for (int run = 0; run < runs; run++)
        {
            byte[] mutated = Mutate(seeds[run % seeds.Length], random, run);
            try
            {
                using (ElfFrontEnd elf = ElfFrontEnd.Read("mutated", mutated, s_linux)) { Ask(elf.Graph, run); }
                verdicts++;
                if (run % MemoryProbe != 0) { continue; }
                long limit = Math.Max(Floor, 4L * mutated.Length), kept = Kept(mutated, limit);
                worst = Math.Max(worst, kept);
                Assert.True(kept <= limit, $"run {run}: {kept} bytes are kept for a file of {mutated.Length}");
            }
            catch (ElfException refused)
            {
                Assert.Matches("^NCS23[0-9]{2}$", refused.Id);
                sentences++;
            }
            catch (Exception fault) when (fault is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"run {run}: {fault}");
            }
        }

        Assert.True(verdicts > runs / 10, $"{verdicts} verdicts: the mutations are too coarse to reach the rules");
        Assert.True(sentences > 0, "no mutation was refused: they are too fine");
        TestContext.Current.TestOutputHelper?.WriteLine($"{runs} mutations, {verdicts} verdicts, {sentences} refused, at most {worst} bytes kept");
    }

    // The image itself is a copy here, where a file would be mapped; it counts as part of the four. The heap is the whole process's, and what else lives in
    // it (a test runner, an instrumenting runtime) may grow meanwhile: what is kept for the file is kept every time.
    private static long Kept(byte[] file, long limit)
    {
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 4 && least > limit; attempt++)
        {
            long before = GC.GetTotalMemory(true);
            using ElfFrontEnd elf = ElfFrontEnd.Read("mutated", file, s_linux);
            Ask(elf.Graph, attempt);
            least = Math.Min(least, GC.GetTotalMemory(true) - before);
            GC.KeepAlive(elf.Graph);
        }

        return least;
    }

    [Fact]
    public void A_file_of_nothing_but_calls_does_not_take_twelve_times_its_size()
    {
        // FF D0 is `call *%rax`: a call site of 24 bytes for each two of the file.
        byte[] original = File.ReadAllBytes(Compiler.Object($"{Compiler.Sanitized} -fno-pic", "calls.c"));
        byte[] code = new byte[4 << 20];
        for (int i = 0; i < code.Length; i += 2) { (code[i], code[i + 1]) = (0xff, 0xd0); }
        byte[] hostile = [.. original, .. code];
        int headers = (int)BinaryPrimitives.ReadUInt64LittleEndian(original.AsSpan(40)), count = BinaryPrimitives.ReadUInt16LittleEndian(original.AsSpan(60));
        for (int i = 0; i < count; i++)
        {
            Span<byte> row = hostile.AsSpan(headers + (i * 64), 64);
            if ((row[8] & 4) == 0) { continue; }
            BinaryPrimitives.WriteUInt64LittleEndian(row[24..], (ulong)original.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(row[32..], (ulong)code.Length);
        }

        int symbols = Enumerable.Range(0, count).First(i => BinaryPrimitives.ReadUInt32LittleEndian(original.AsSpan(headers + (i * 64) + 4)) == 2);
        ulong table = BinaryPrimitives.ReadUInt64LittleEndian(original.AsSpan(headers + (symbols * 64) + 24)), size = BinaryPrimitives.ReadUInt64LittleEndian(original.AsSpan(headers + (symbols * 64) + 32));
        for (ulong at = table; at < table + size; at += 24) { BinaryPrimitives.WriteUInt64LittleEndian(hostile.AsSpan((int)at + 16), (ulong)code.Length); }
        Assert.Equal("NCS2305", Assert.Throws<ElfException>(() => ElfFrontEnd.Read("calls", hostile, s_linux)).Id);
    }

    private static void Ask(CallGraph graph, int run)
    {
        IReadOnlyList<Violation> found = RuleSet.Check(graph);
        new VerifyReport(TextWriter.Null).Write(graph, found);
        var recursion = new RecursionRule(s_linux, ["hooks"]);
        new ListReports(TextWriter.Null).Recursion(graph, recursion.Search(graph));
        if (run % 8 != 0) { return; }
        new ListReports(TextWriter.Null).Slots(graph);
        new ListReports(TextWriter.Null).Copies(graph);
        foreach (Function function in graph.Functions.Take(12)) { new ListReports(TextWriter.Null).Listing(graph, function.Name); }
    }

    private static IEnumerable<byte[]> Seeds()
    {
        string flags = $"{Compiler.Sanitized} -mcmodel=kernel -fno-pic -fcf-protection=none";
        yield return File.ReadAllBytes(Compiler.Object(flags, "implicit.c"));
        yield return File.ReadAllBytes(Compiler.Object(flags, "slots.c"));
        yield return File.ReadAllBytes(Compiler.Object($"{flags} -gbtf", "founding-lockdep.c", "founding-kcsan.c"));
        yield return File.ReadAllBytes(Compiler.Object($"{Compiler.Sanitized} -fPIC", "switches.c"));
        yield return File.ReadAllBytes(InputTests.Linked());
        yield return File.ReadAllBytes(InputTests.UserProgram());
    }

    private static byte[] Mutate(byte[] seed, Random random, int run)
    {
        byte[] bytes = [.. seed];
        int headers = (int)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(40)), (ulong)bytes.Length - 64);
        int changes = 1 + random.Next(6);
        for (int i = 0; i < changes; i++)
        {
            // Where it hurts: the header, the section headers, then anywhere (symbols, relocations, tables, code).
            int at = random.Next(10) switch
            {
                0 => random.Next(64),
                < 5 => headers + random.Next(bytes.Length - headers),
                _ => random.Next(64, bytes.Length),
            };
            if (random.Next(3) == 0)
            {
                byte[] value = s_interesting[random.Next(s_interesting.Length)];
                value.AsSpan(0, Math.Min(4, bytes.Length - at)).CopyTo(bytes.AsSpan(at));
            }
            else { bytes[at] = (byte)(random.Next(2) == 0 ? random.Next(256) : bytes[at] ^ (1 << random.Next(8))); }
        }

        return run % 16 == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }
}
