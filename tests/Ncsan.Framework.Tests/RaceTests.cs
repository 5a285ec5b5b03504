using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Ncsan.Framework.Tests;

/// <summary>Races inside of the framework's types are found as races on their fields, and are told by operation and by the user's two lines.</summary>
public sealed class RaceTests(Overlay overlay)
{
    private const int Rounds = 3;

    [Theory]
    [InlineData("List", "List<T>")]
    [InlineData("Dictionary", "Dictionary<TKey, TValue>")]
    [InlineData("HashSet", "HashSet<T>")]
    [InlineData("Queue", "Queue<T>")]
    [InlineData("StringBuilder", "StringBuilder")]
    [InlineData("Random", "Random.CompatPrng")]
    [InlineData("LinkedList", "LinkedList<T>")]
    [InlineData("SortedDictionary", "SortedSet<T>")]
    [InlineData("PriorityQueue", "PriorityQueue<TElement, TPriority>")]
    [InlineData("MemoryStream", "MemoryStream")]
    [InlineData("Lazy", "Lazy<T>")]
    public void RaceIsFoundWithinThreeRoundsAtTheUsersLines(string program, string type)
    {
        int[] lines = LinesOf(program);
        string told = "";
        for (int round = 0; round < Rounds; round++)
        {
            var run = overlay.Run(program);
            Assert.True(run.Output.Contains("ok " + program, StringComparison.Ordinal) && run.ExitCode == 0, run.Told);
            if (run.Findings.Any(f => IsTold(f, type, lines))) { return; }
            told += run.Told;
        }

        Assert.Fail(told);
    }

    [Fact]
    public void OneFindingTellsOfAllFieldsOfAPairOfOperations()
    {
        var run = overlay.Run("Dictionary", "Dictionary", "Dictionary");
        var pairs = run.Findings.Select(f => string.Join('|', f.GetProperty("accesses").EnumerateArray().Select(OperationOf).Order())).ToList();
        Assert.NotEmpty(pairs);
        Assert.Equal(pairs.Distinct(), pairs);
    }

    [Fact]
    public void CallOfACollectionIsNoAccessOfItsOwn() =>
        Assert.DoesNotContain(overlay.Run("Dictionary").Findings, f => f.GetProperty("title").GetString()!.Contains("captured local map (", StringComparison.Ordinal));

    [Fact]
    public void NothingIsFoundInCleanPrograms()
    {
        string[] programs = ["ChannelHandsOver", "LockedDictionary", "Concurrent", "ParallelLinq", "JsonOnManyThreads", "RegexOnManyThreads", "LazyAndTypes", "Exceptions", "DeepRecursion", "StarvedPool",
            "CollectorUnderStress", "TimersAndTokens"];
        for (int run = 0; run < (IsLong ? 20 : 1); run++)
        {
            var result = overlay.Run(programs);
            Assert.True(result.ExitCode == 0 && result.Findings.Count == 0 && !result.Output.Contains("NCS", StringComparison.Ordinal), result.Told);
            Assert.All(programs, p => Assert.Contains("ok " + p, result.Output, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void NoHookDeadlocksUnderAnyLockOfTheFramework()
    {
        var run = overlay.Run("EveryLock");
        Assert.True(run.ExitCode == 0 && run.Output.Contains("ok EveryLock", StringComparison.Ordinal), run.Told);
        Assert.NotEmpty(run.Findings); // reports were made meanwhile
    }

    private static bool IsLong => Environment.GetEnvironmentVariable("NCSAN_LONG") == "1";

    private static bool IsTold(JsonElement finding, string type, int[] lines)
    {
        string title = finding.GetProperty("title").GetString()!;
        var accesses = finding.GetProperty("accesses").EnumerateArray().ToList();
        return title.Contains(type, StringComparison.Ordinal) && title.Contains(" against ", StringComparison.Ordinal)
            && accesses.All(a => lines.Contains(a.GetProperty("line").GetInt32()) && a.GetProperty("file").GetString()!.EndsWith("Races.cs", StringComparison.Ordinal));
    }

    private static string OperationOf(JsonElement access) => access.GetProperty("method").GetString() + access.GetProperty("member").GetString()!.Split(" (")[^1];

    /// <summary>The marked lines of a program.</summary>
    private static int[] LinesOf(string program, [CallerFilePath] string here = "")
    {
        string[] source = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(here)!, "..", "Ncsan.Framework.Subject", "Races.cs"));
        int start = Array.FindIndex(source, l => l.Contains($"void {program}()", StringComparison.Ordinal));
        int end = Array.FindIndex(source, start, l => l == "    }");
        int[] lines = [.. Enumerable.Range(start, end - start).Where(i => source[i].Contains("// race", StringComparison.Ordinal)).Select(i => i + 1)];
        Assert.Equal(2, lines.Length);
        return lines;
    }
}
