using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ncsan.Corpus.Harness;

namespace Ncsan.Corpus.Tests;

/// <summary>Every finding is shown again by the command that a user gives: found by <c>ncsan run</c>, each case in a program of its own, then <c>ncsan repro ID</c>.</summary>
public sealed partial class ReproductionTests(ITestOutputHelper output)
{
    /// <summary>How often a finding must come back: 19 times in 20; of the few tries that a test has time for, one may be the twentieth.</summary>
    private const int Times = 20, Least = 19, Few = 4;

    private static readonly Lazy<string> s_program = new(CopyCorpus);

    private static string Folder { get; } = ScratchFolder.Make("reproduction");

    /// <summary>A few of different constructs.</summary>
    [Theory]
    [InlineData("TestRaceIntFieldWriteRead")]
    [InlineData("TestRaceArrayCopySource")]
    [InlineData("TestRaceWhenAllShareList")]
    [InlineData("TestRaceApartWriteWrite")]
    [InlineData("TestRacePeriodicTimerShared")]
    public void AFindingComesBackAllTimesButOne(string name)
    {
        var results = Reproduce(name, Few);
        Assert.NotEmpty(results);
        Assert.All(results, r => Assert.True(r.Reproduced >= Few - 1, r.ToString()));
    }

    [Fact]
    public void EveryFindingOfTheSuiteComesBackNineteenTimesInTwenty()
    {
        Assert.SkipUnless(Long.IsOn, "NCSAN_LONG=1: a quarter of an hour");
        string[] races = [.. Case.All.Values.Where(static c => c.Group is "Twins" or "Distant" && c.Name.StartsWith("TestRace", StringComparison.Ordinal) && !KnownMisses.All.ContainsKey(c.Name)).Select(static c => c.Name)];
        var results = new ConcurrentBag<Result>();
        var missed = new ConcurrentBag<string>();
        Parallel.ForEach(Partitioner.Create(races, EnumerablePartitionerOptions.NoBuffering), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, name =>
        {
            var found = Reproduce(name, Times);
            if (found.Count == 0) { missed.Add(name); }
            foreach (Result result in found) { results.Add(result); }
        });
        Tell(results);
        output.WriteLine($"not observed within three rounds, each in a process of its own: {missed.Count} of {races.Length} {string.Join(' ', missed)}");
        Assert.True(results.Count >= races.Length * 9 / 10, "hardly anything was observed");
        Assert.All(results, static r => Assert.True(r.Reproduced >= Least, r.ToString()));
    }

    [Theory]
    [InlineData("LostUpdate")]
    [InlineData("UnsafeCollection")]
    public void EveryFindingOfASampleComesBackNineteenTimesInTwenty(string sample)
    {
        Assert.SkipUnless(Long.IsOn, "NCSAN_LONG=1");
        string findings = Path.Combine(Folder, sample + ".jsonl");
        Run(["run", Path.Combine(Metadata("Samples"), sample), "--findings", findings, "--store", Path.Combine(Folder, "store-" + sample), "--sampling", "always"]);
        var results = Again(sample, findings, Times);
        Tell(results);
        Assert.NotEmpty(results);
        Assert.All(results, static r => Assert.True(r.Reproduced >= Least, r.ToString()));
    }

    private void Tell(IReadOnlyCollection<Result> results)
    {
        output.WriteLine($"{results.Count(static r => r.Reproduced == Times)} of {results.Count} findings came back {Times} times in {Times}; {results.Count(static r => r.Reproduced is >= Least and < Times)} {Least} times");
        foreach (Result result in results.Where(static r => r.Reproduced < Times).OrderBy(static r => r.Reproduced)) { output.WriteLine(result.ToString()); }
    }

    private static IReadOnlyList<Result> Reproduce(string name, int times)
    {
        string findings = Path.Combine(Folder, name + ".jsonl");
        Run(["run", s_program.Value, "--findings", findings, "--store", Path.Combine(Folder, "store-" + name), "--sampling", "always", "--", "--attempts", "1", "--for", "0", name]);
        return Again(name, findings, times);
    }

    private static List<Result> Again(string name, string findings, int times)
    {
        string[] ids = [.. File.ReadLines(findings).Select(static line => JsonDocument.Parse(line).RootElement).Where(static o => o.GetProperty("record").GetString() == "finding").Select(static o => o.GetProperty("id").GetString()!).Distinct()];
        var results = new List<Result>();
        foreach (string id in ids)
        {
            string said = Run(["repro", id, "--findings", findings, "--times", times.ToString(CultureInfo.InvariantCulture)]).Trim();
            results.Add(new Result(name, id, Reproduced().Match(said) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0, said));
        }

        return results;
    }

    private static string Run(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "ncsan.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = Folder };
        foreach (string variable in start.Environment.Keys.Where(static k => k.StartsWith("NCSAN_", StringComparison.Ordinal) || k.StartsWith("MSBUILD", StringComparison.Ordinal)).ToList()) { start.Environment.Remove(variable); }
        start.Environment["NCSAN_CACHE"] = Path.Combine(Folder, "cache");
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> said = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();

        // The race of a collection may keep its program from ending. What is on disk by then counts.
        if (!process.WaitForExit(TimeSpan.FromMinutes(5))) { process.Kill(entireProcessTree: true); }
        return said.Result.Length > 0 ? said.Result : errors.Result;
    }

    private static string CopyCorpus()
    {
        string folder = Directory.CreateDirectory(Path.Combine(Folder, "app")).FullName;
        foreach (string name in new[] { "Ncsan.Corpus.dll", "Ncsan.Corpus.pdb", "Ncsan.Corpus.runtimeconfig.json", "Ncsan.Annotations.dll" }) { File.Copy(Path.Combine(AppContext.BaseDirectory, name), Path.Combine(folder, name)); }
        return Path.Combine(folder, "Ncsan.Corpus.dll");
    }

    private static string Metadata(string key) => typeof(ReproductionTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    [GeneratedRegex(@"^reproduced (\d+)/\d+")]
    private static partial Regex Reproduced();

    private sealed record Result(string Name, string Id, int Reproduced, string Said)
    {
        public override string ToString() => $"{Name} #{Id}: {Said}";
    }
}
