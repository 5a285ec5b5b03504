using System.Reflection;
using Ncsan.Corpus.Harness;

namespace Ncsan.Corpus.Tests;

/// <summary>The cases of the kernel's kcsan_test.c, under 2 and 8 threads, and in the long command under each number that it runs: 2, 3, 4, 5, 8, 16, 32.</summary>
public sealed class ConformanceTests
{
    private static readonly int[] s_threads = Long.IsOn ? [2, 3, 4, 5, 8, 16, 32] : [2, 8];

    private static readonly (Case Case, string Kernel, UnderAttribute Under)[] s_rows =
    [
        .. from each in Case.All.Values
           where each.Group == "Conformance"
           from under in each.Method.GetCustomAttributes<UnderAttribute>()
           select (each, each.Method.GetCustomAttribute<KernelAttribute>()!.Name, under),
    ];

    // One process for all cases that are to run under the same options with the same number of threads.
    private static readonly Dictionary<(string Options, int Threads), Lazy<IReadOnlyDictionary<string, Outcome>>> s_runs =
        (from row in s_rows group row by row.Under.Options into options from threads in s_threads select (options.Key, threads))
        .ToDictionary(static key => key, static key => new Lazy<IReadOnlyDictionary<string, Outcome>>(() => Run(key.Key, key.threads)));

    /// <summary>Case, options, verdict, threads.</summary>
    public static TheoryData<string, string, Expected, int> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, Expected, int>();
            foreach (int threads in s_threads) { foreach (var (each, _, under) in s_rows) { rows.Add(each.Name, under.Options, under.Expected, threads); } }
            return rows;
        }
    }

    [Theory, MemberData(nameof(Rows))]
    public void KernelCase(string name, string options, Expected expected, int threads)
    {
        Outcome outcome = s_runs[(options, threads)].Value[name];
        string? wrong = expected switch
        {
            Expected.Never => Verdict.Never(outcome),
            Expected.DataRace => Verdict.Race(name, outcome),
            Expected.Assertion => Verdict.Race(name, outcome, "assert exclusive"),
            _ => Verdict.Race(name, outcome, "unknown origin"),
        };
        if (wrong is not null) { Assert.Fail(wrong); }
    }

    /// <summary>The 30 cases of kcsan_test.c. <c>test_barrier_nothreads</c> needs no threads: it is the table of Ncsan.Rewriter.Tests.</summary>
    [Fact]
    public void AllThirtyCasesOfTheKernelAreThere()
    {
        string[] kernel =
        [
            "test_basic", "test_concurrent_races", "test_novalue_change", "test_novalue_change_exception", "test_unknown_origin",
            "test_write_write_assume_atomic", "test_write_write_struct", "test_write_write_struct_part", "test_read_atomic_write_atomic",
            "test_read_plain_atomic_write", "test_read_plain_atomic_rmw", "test_zero_size_access", "test_data_race", "test_data_racy_qualifier",
            "test_assert_exclusive_writer", "test_assert_exclusive_access", "test_assert_exclusive_access_writer", "test_assert_exclusive_bits_change",
            "test_assert_exclusive_bits_nochange", "test_assert_exclusive_writer_scoped", "test_assert_exclusive_access_scoped", "test_jiffies_noreport",
            "test_seqlock_noreport", "test_atomic_builtins", "test_1bit_value_change", "test_correct_barrier", "test_missing_barrier",
            "test_atomic_builtins_correct_barrier", "test_atomic_builtins_missing_barrier", "test_barrier_nothreads",
        ];
        Assert.Equal(kernel.Order(), s_rows.Select(static r => r.Kernel).Append("test_barrier_nothreads").Distinct().Order());
    }

    // What is to be reported has twenty seconds and ends with its finding; what is never to be reported runs a tenth of a second.
    private static Dictionary<string, Outcome> Run(string options, int threads)
    {
        var rows = s_rows.Where(r => r.Under.Options == options).ToArray();
        string[] settings = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Dictionary<string, Outcome> outcomes = [];
        foreach (bool reported in new[] { true, false })
        {
            string[] names = [.. rows.Where(r => (r.Under.Expected is not (Expected.Never)) == reported).Select(r => reported ? Verdict.Spec(r.Case.Name) : r.Case.Name)];
            if (names.Length == 0) { continue; }
            string length = reported ? "20000" : Long.IsOn ? "1000" : "100";
            foreach (var (name, outcome) in CorpusRun.Run(["--threads", $"{threads}", "--for", length], settings, names, TimeSpan.FromMinutes(4))) { outcomes.Add(name, outcome); }
        }

        return outcomes;
    }
}
