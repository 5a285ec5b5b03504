using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Ncsan.Framework.Tests;

/// <summary>Races inside of the framework's types are found as races on their fields, and are told by operation and by the user's two lines.</summary>
public sealed class RaceTests(Overlay overlay)
{
    private const int Rounds = 3;

    [Theory]
    [InlineData("List", "List<int>")]
    [InlineData("Dictionary", "Dictionary<int, string>")]
    [InlineData("HashSet", "HashSet<int>")]
    [InlineData("Queue", "Queue<int>")]
    [InlineData("StringBuilder", "StringBuilder")]
    [InlineData("Random", "Random")] // itself or its generator
    [InlineData("LinkedList", "LinkedList<int>")]
    [InlineData("SortedDictionary", "SortedSet<KeyValuePair<int, int>>")]
    [InlineData("PriorityQueue", "PriorityQueue<int, int>")]
    [InlineData("MemoryStream", "MemoryStream")]
    [InlineData("Lazy", "Lazy<string>")]
    [InlineData("SortedSet", "SortedSet<int>")]
    [InlineData("SortedList", "SortedList<int, string>")]
    [InlineData("Stack", "Stack<int>")]
    [InlineData("BitArray", "BitArray")]
    [InlineData("Collection", "List<int>")]
    [InlineData("ObservableCollection", "List<int>")]
    [InlineData("ReadOnlyDictionary", "Dictionary<string, int>")]
    [InlineData("OrderedDictionary", "OrderedDictionary<int, int>")]
    [InlineData("Hashtable", "Hashtable")]
    [InlineData("ArrayList", "ArrayList")]
    [InlineData("NameValueCollection", "")] // its table, its list, or itself
    [InlineData("StringWriter", "StringBuilder")]
    [InlineData("BinaryWriter", "MemoryStream")]
    [InlineData("StringReader", "StringReader")]
    [InlineData("JsonNode", "")]
    [InlineData("ByInterface", "Dictionary<int, string>")]
    [InlineData("TailCalls", "HashSet<int>")]
    [InlineData("Enumeration", "List<string>")]
    [InlineData("Linq", "List<int>")]
    [InlineData("ShortDictionary", "Dictionary<int, string>")]
    public void RaceIsFoundWithinThreeRoundsAtTheUsersLines(string program, string type) => Find(program, type);

    // In assemblies that only the long run instruments.
    [Theory]
    [InlineData("XmlDocument", "Xml")]
    [InlineData("XElement", "XContainer")]
    [InlineData("DataTable", "")]
    public void RaceInALargeAssemblyIsFoundWithinThreeRoundsAtTheUsersLines(string program, string type)
    {
        Assert.SkipUnless(Long.IsAsked, "NCSAN_LONG=1 instruments them");
        Find(program, type);
    }

    private void Find(string program, string type)
    {
        int[] lines = LinesOf(program);
        string told = "", store = Directory.CreateTempSubdirectory("ncsan-rounds-").FullName;
        try
        {
            for (int round = 0; round < Rounds; round++)
            {
                var run = overlay.RunIn(store, program);
                Assert.True(run.Output.Contains("ok " + program, StringComparison.Ordinal) && run.ExitCode == 0, run.Told);
                if (run.Findings.Any(f => IsTold(f, type, lines))) { return; }
                told += run.Told;
            }

            Assert.Fail(told);
        }
        finally
        {
            Directory.Delete(store, recursive: true);
        }
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
    public void RaceOnASecondObjectAtTheSameSitesIsAFindingOfItsOwn()
    {
        var run = overlay.Run("TwoDictionaries");
        int[] first = LinesOf("TwoDictionaries"), second = LinesOf("TwoDictionaries", "// also");
        Assert.True(run.Findings.Any(f => IsTold(f, "Dictionary<int, string>", first)) && run.Findings.Any(f => IsTold(f, "Dictionary<int, string>", second)), run.Told);
    }

    [Fact]
    public void WhatAParameterOfTheProgramsOwnStandsForIsNotGuessed()
    {
        var run = overlay.Run("InGenericCode");
        Assert.NotEmpty(run.Findings);
        Assert.All(run.Findings, f => Assert.Contains("Dictionary<TKey, TValue>", f.GetProperty("title").GetString()!, StringComparison.Ordinal));
    }

    [Fact]
    public void CallOfACollectionIsNoAccessOfItsOwn() =>
        Assert.DoesNotContain(overlay.Run("Dictionary").Findings, f => f.GetProperty("title").GetString()!.Contains("captured local map (", StringComparison.Ordinal));

    [Fact]
    public void NothingIsFoundInCleanPrograms()
    {
        string[] programs = [.. ProgramsOf("Clean.cs"), .. ProgramsOf("MoreClean.cs"), .. ProgramsOf("MoreClean.InputOutput.cs")];
        for (int run = 0; run < (Long.IsAsked ? 20 : 1); run++)
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

    private static bool IsTold(JsonElement finding, string type, int[] lines)
    {
        string title = finding.GetProperty("title").GetString()!;
        var accesses = finding.GetProperty("accesses").EnumerateArray().ToList();

        // The contract of a collection that the user's code calls may be met before its fields are.
        return title.Contains(type, StringComparison.Ordinal) && (title.Contains(" against ", StringComparison.Ordinal) || title.Contains($"({type}.", StringComparison.Ordinal))
            && accesses.All(a => lines.Contains(a.GetProperty("line").GetInt32()) && a.GetProperty("file").GetString()!.EndsWith("Races.cs", StringComparison.Ordinal));
    }

    private static string OperationOf(JsonElement access) => access.GetProperty("method").GetString() + access.GetProperty("member").GetString()!.Split(" (")[^1];

    /// <summary>The marked lines of a program.</summary>
    private static int[] LinesOf(string program, string mark = "// race")
    {
        string[] source = new[] { "Races.cs", "MoreRaces.cs" }.Select(SourceOf).Single(s => Array.Exists(s, l => l.Contains($"void {program}()", StringComparison.Ordinal)));
        int start = Array.FindIndex(source, l => l.Contains($"void {program}()", StringComparison.Ordinal));
        int end = Array.FindIndex(source, start, l => l == "    }");
        int[] lines = [.. Enumerable.Range(start, end - start).Where(i => source[i].Contains(mark, StringComparison.Ordinal)).Select(i => i + 1)];
        Assert.Equal(2, lines.Length);
        return lines;
    }

    private static IEnumerable<string> ProgramsOf(string file) => SourceOf(file).Where(l => l.StartsWith("    internal static void ", StringComparison.Ordinal)).Select(l => l.Split(' ', '(')[7]);

    private static string[] SourceOf(string file) => File.ReadAllLines(Path.Combine(Here(), "..", "Ncsan.Framework.Subject", file));

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
