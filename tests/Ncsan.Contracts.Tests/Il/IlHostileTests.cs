using Ncsan.Contracts.Il;
using Ncsan.Contracts.Model;
using Ncsan.Contracts.Rules;

namespace Ncsan.Contracts.Tests.Il;

/// <summary>Odd, damaged and forged input: one sentence with an id, or a graph; never an unhandled exception.</summary>
public sealed class IlHostileTests
{
    private const string Source = """
        using System; using Ncsan.Annotations;
        interface I { void M(); } class B { public int X; public virtual void V() { X++; } } class D<T> : B, I { T _t; public override void V() { _t = default; } public void M() { V(); } }
        static class P { static Func<int> s_f; static I s_i = new D<string>(); [NoInstrument] static int Enter(string s) {
            try { s_i.M(); switch (s.Length) { case 0: return s_f(); case 1: return 2; case 2: return 3; } } catch (InvalidOperationException e) when (e.Message is null) { } finally { s_f = () => s.Length; }
            foreach (char c in s) { Console.WriteLine($"{c}"); } return s_f(); } }
        """;

    [Fact]
    public void A_file_that_is_not_there_is_named() => AssertRefused("NCS2001", "nowhere.dll: there is no such file", "nowhere.dll");

    [Fact]
    public void No_file_at_all_is_refused() => AssertRefused("NCS2307", "no assembly was given");

    [Theory]
    [InlineData("")]
    [InlineData("MZ")]
    [InlineData("a text that is no assembly, and longer than the header that one would have at its start")]
    public void What_is_no_assembly_is_refused(string content)
    {
        using var compiler = new IlCompiler();
        string path = Path.Combine(compiler.Folder, "odd.dll");
        File.WriteAllText(path, content);
        AssertRefused("NCS2301", "not a .NET assembly", path);
    }

    [Fact]
    public void Native_code_is_refused() => AssertRefused("NCS2301", "not a .NET assembly", Directory.GetFiles(IlCompiler.FrameworkFolder, "*coreclr*")[0]);

    [Fact]
    public void A_root_that_no_method_has_is_named()
    {
        using var compiler = new IlCompiler();
        var wrong = Assert.Throws<IlInputException>(() => IlFrontEnd.Read(new IlOptions([compiler.Compile("Subject", Source)]) { Roots = ["P.Entr"] }));
        Assert.Equal("NCS2309", wrong.Id);
    }

    [Fact]
    public void A_missing_dependency_is_listed_and_calls_into_it_are_unresolved()
    {
        using var compiler = new IlCompiler();
        string other = compiler.Compile("Other", "public static class Other { public static void Hit() { } }");
        string path = compiler.Compile("Subject", "using Ncsan.Annotations; static class P { [NoInstrument] static void Enter() { Other.Hit(); } }");
        File.Delete(other);
        using IlFrontEnd read = IlFrontEnd.Read(new IlOptions([path]));
        Assert.Contains(read.Graph.Notes, n => n.StartsWith("assembly Other was not found", StringComparison.Ordinal));
        Violation hole = Assert.Single(RuleSet.Check(read.Graph));
        Assert.Equal(CallRule.Unresolved, hole.Rule);
        Assert.Contains("Other.Hit() was not found", hole.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_pdb_costs_lines_and_not_the_verdict()
    {
        using var compiler = new IlCompiler();
        string path = compiler.Compile("Subject", Source);
        File.WriteAllBytes(Path.ChangeExtension(path, ".pdb"), [1, 2, 3]);
        using IlFrontEnd read = IlFrontEnd.Read(new IlOptions([path]) { Closed = true });
        Assert.NotEmpty(RuleSet.Check(read.Graph));
    }

    [Fact]
    public void Damaged_assemblies_are_refused_or_read_and_never_crash()
    {
        using var compiler = new IlCompiler();
        byte[] whole = File.ReadAllBytes(compiler.Compile("Subject", Source));
        string path = Path.Combine(compiler.Folder, "Damaged.dll");
        int rounds = Environment.GetEnvironmentVariable("NCSAN_LONG") == "1" ? 20_000 : 100;
        var random = new Random(20200806);
        int refused = 0;
        for (int round = 0; round < rounds; round++)
        {
            byte[] damaged = [.. whole];
            for (int i = random.Next(1, 6); i > 0; i--) { damaged[random.Next(damaged.Length)] = (byte)random.Next(256); }
            File.WriteAllBytes(path, round % 10 == 0 ? damaged[..random.Next(damaged.Length)] : damaged);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using IlFrontEnd read = IlFrontEnd.Read(new IlOptions([path]) { FollowFramework = false, Closed = true });
                foreach (Violation violation in RuleSet.Check(read.Graph)) { read.Location(violation.Function, violation.Offset); }
                foreach (Function function in read.Graph.Functions.Where(f => f.Unit == "Subject")) { Assert.All(read.Listing(function), l => Assert.NotNull(l.Text)); }
            }
            catch (IlInputException wrong)
            {
                Assert.StartsWith("NCS2", wrong.Id, StringComparison.Ordinal);
                refused++;
            }

            long taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(taken <= MetadataBoundsTests.AllocationLimit, $"round {round} took {taken >> 20} MB");
        }

        Assert.InRange(refused, 1, rounds);
    }

    private static void AssertRefused(string id, string sentence, params string[] files)
    {
        var wrong = Assert.Throws<IlInputException>(() => IlFrontEnd.Read(new IlOptions(files)));
        Assert.Equal(id, wrong.Id);
        Assert.Contains(sentence, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', wrong.Message);
    }
}
