using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

// Small programs that spend their time in the framework. Prints for each the processor time of its fastest round, in microseconds. Run on the stock
// framework and on an instrumented one, the quotient is what State down costs; scripts/framework-long.sh does that.
(string Name, Action Run)[] benches =
[
    ("List", () => { var list = new List<int>(); for (int i = 0; i < 40_000; i++) { list.Add(i); } long sum = 0; foreach (int i in list) { sum += i; } Use(sum); }),
    ("Dictionary", () => { var map = new Dictionary<int, int>(); for (int i = 0; i < 20_000; i++) { map[i % 4000] = i; } for (int i = 0; i < 20_000; i++) { map.TryGetValue(i, out int v); Use(v); } }),
    ("Dictionary of strings", () => { var map = new Dictionary<string, int>(); for (int i = 0; i < 6_000; i++) { map[Texts[i % 500]] = i; } Use(map.Count); }),
    ("HashSet", () => { var set = new HashSet<int>(); for (int i = 0; i < 20_000; i++) { set.Add(i % 3000); } Use(set.Count); }),
    ("Queue and Stack", () => { var queue = new Queue<int>(); var stack = new Stack<int>(); for (int i = 0; i < 20_000; i++) { queue.Enqueue(i); stack.Push(i); } while (queue.Count > 0) { Use(queue.Dequeue() + stack.Pop()); } }),
    ("SortedDictionary", () => { var map = new SortedDictionary<int, int>(); for (int i = 0; i < 4_000; i++) { map[i * 7919 % 4001] = i; } Use(map.Count); }),
    ("PriorityQueue", () => { var queue = new PriorityQueue<int, int>(); for (int i = 0; i < 5_000; i++) { queue.Enqueue(i, i * 7919 % 5003); } while (queue.TryDequeue(out int e, out _)) { Use(e); } }),
    ("ConcurrentDictionary", () => { var map = new ConcurrentDictionary<int, int>(); for (int i = 0; i < 10_000; i++) { map[i % 1000] = i; } Use(map.Count); }),
    ("LINQ", () => Use(Enumerable.Range(0, 20_000).Where(i => i % 3 == 0).Select(i => i * 2L).Sum())),
    ("LINQ GroupBy and OrderBy", () => Use(Enumerable.Range(0, 4_000).GroupBy(i => i % 37).OrderBy(g => g.Key).Select(g => g.Count()).Sum())),
    ("StringBuilder", () => { var text = new StringBuilder(); for (int i = 0; i < 8_000; i++) { text.Append("ab").Append(i).Append(','); } Use(text.Length); }),
    ("Interpolation and Join", () => { for (int i = 0; i < 2_000; i++) { Use(string.Join(',', Texts[i % 500], Texts[(i + 1) % 500], $"{i}-{i * 2}").Length); } }),
    ("Split, Replace, IndexOf", () => { for (int i = 0; i < 800; i++) { Use("alpha,beta,gamma,delta".Split(',').Length + "alpha,beta".Replace("a", "b").IndexOf("bet", StringComparison.Ordinal)); } }),
    ("Parse and format", () => { for (int i = 0; i < 4_000; i++) { Use(int.Parse(i.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)); } }),
    ("Sort ints", () => { int[] a = (int[])Numbers.Clone(); Array.Sort(a); Use(a[0]); }),
    ("Sort with comparison", () => { var a = new List<string>(Texts); a.Sort(string.CompareOrdinal); Use(a.Count); }),
    ("JSON serialize", () => { for (int i = 0; i < 60; i++) { Use(JsonSerializer.Serialize(Document).Length); } }),
    ("JSON parse", () => { for (int i = 0; i < 60; i++) { using var d = JsonDocument.Parse(Json); Use(d.RootElement.GetArrayLength()); } }),
    ("Monitor", () => { object gate = new(); int n = 0; for (int i = 0; i < 40_000; i++) { lock (gate) { n++; } } Use(n); }),
    ("Lock", () => { var gate = new Lock(); int n = 0; for (int i = 0; i < 40_000; i++) { lock (gate) { n++; } } Use(n); }),
    ("ReaderWriterLockSlim", () => { using var gate = new ReaderWriterLockSlim(); int n = 0; for (int i = 0; i < 10_000; i++) { gate.EnterReadLock(); n++; gate.ExitReadLock(); } Use(n); }),
    ("SemaphoreSlim", () => { using var gate = new SemaphoreSlim(1); for (int i = 0; i < 10_000; i++) { gate.Wait(); gate.Release(); } }),
];

int rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 60;
foreach (var (name, run) in benches)
{
    // Long enough for the last tier, whatever the machine is busy with.
    for (int i = 0; i < rounds; i++) { run(); if (i % 20 == 19) { Thread.Sleep(30); } }
    double best = double.MaxValue;
    for (int i = 0; i < rounds; i++)
    {
        long started = Stopwatch.GetTimestamp();
        run();
        best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalMicroseconds);
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}\t{best:F1}"));
}

static void Use(long value) { if (value == long.MinValue) { Console.WriteLine(); } }

/// <summary>What the programs work on.</summary>
internal static partial class Program
{
    private static readonly string[] Texts = [.. Enumerable.Range(0, 500).Select(i => "text number " + (i * 7919 % 503))];
    private static readonly int[] Numbers = [.. Enumerable.Range(0, 5_000).Select(i => i * 7919 % 5003)];
    private static readonly Item[] Document = [.. Enumerable.Range(0, 20).Select(i => new Item(i, "item " + i, [i, i + 1, i + 2]))];
    private static readonly string Json = JsonSerializer.Serialize(Document);

    private sealed record Item(int Id, string Name, int[] Values);
}
