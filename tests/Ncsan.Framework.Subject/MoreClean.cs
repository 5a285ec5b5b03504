using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.IO.Compression;
using System.Linq.Expressions;
using System.Net;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using System.Xml.Linq;
using System.Xml.Serialization;

namespace Ncsan.Framework.Subject;

/// <summary>More of what programs share rightly. Nothing may be found, and each checks its own result.</summary>
public static partial class MoreClean
{
    internal static void JsonOptionsShared()
    {
        var options = new JsonSerializerOptions { PropertyNameCaseInsensitive = true, WriteIndented = true };
        Parallel.For(0, 300, i =>
        {
            string text = JsonSerializer.Serialize(new Order(i, "n" + i, [1, 2, i]), options);
            Expect(JsonSerializer.Deserialize<Order>(text, options)!.Lines[2] == i);
        });
    }

    internal static void JsonNodesOfOnesOwn() => Parallel.For(0, 200, i =>
    {
        var node = new JsonObject { ["a"] = i, ["b"] = new JsonArray(1, 2, i) };
        Expect(JsonNode.Parse(node.ToJsonString())!["b"]![2]!.GetValue<int>() == i);
    });

    internal static void XmlOfOnesOwn()
    {
        var serializer = new XmlSerializer(typeof(Item));
        Parallel.For(0, 100, i =>
        {
            var element = new XElement("root", Enumerable.Range(0, 5).Select(k => new XElement("item", k + i)));
            Expect(XElement.Parse(element.ToString()).Elements().Sum(e => (int)e) == (5 * i) + 10);
            using var writer = new StringWriter();
            serializer.Serialize(writer, new Item { Name = "n" + i });
            Expect(((Item)serializer.Deserialize(new StringReader(writer.ToString()))!).Name == "n" + i);
        });
    }

    internal static void Channels()
    {
        foreach (var channel in (Channel<int[]>[])[Channel.CreateUnbounded<int[]>(), Channel.CreateUnbounded<int[]>(new() { SingleReader = true, SingleWriter = true }), Channel.CreateBounded<int[]>(1),
            Channel.CreateUnboundedPrioritized(new UnboundedPrioritizedChannelOptions<int[]> { Comparer = Comparer<int[]>.Create((a, b) => a[0].CompareTo(b[0])) })])
        {
            var writing = Task.Run(async () =>
            {
                for (int i = 0; i < 300; i++) { await channel.Writer.WriteAsync([i]); if (i % 50 == 0) { await Task.Delay(1); } }
                channel.Writer.Complete();
            });
            var reading = Task.Run(async () => { int sum = 0; while (await channel.Reader.WaitToReadAsync()) { while (channel.Reader.TryRead(out int[]? item)) { sum += item[0]++; } } return sum; });
            writing.Wait();
            Expect(reading.Result == 300 * 299 / 2);
        }
    }

    internal static void ValueTaskSources()
    {
        async IAsyncEnumerable<int> Count([EnumeratorCancellation] CancellationToken token = default)
        {
            for (int i = 0; i < 100; i++) { await Task.Yield(); token.ThrowIfCancellationRequested(); yield return i; }
        }

        async Task<int> Sum() { int sum = 0; await foreach (int i in Count()) { sum += i; } return sum; }
        Expect(Task.WhenAll(Sum(), Sum(), Sum()).Result.Sum() == 3 * 4950);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        Expect(Task.Run(async () => { int n = 0; while (n < 10 && await timer.WaitForNextTickAsync()) { n++; } return n; }).Result == 10);
    }

    internal static void Tokens()
    {
        for (int i = 0; i < 50; i++)
        {
            using var source = new CancellationTokenSource();
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(source.Token);
            int called = 0;
            var waiting = Task.Delay(Timeout.Infinite, linked.Token);
            Parallel.For(0, 8, k => { using var r = linked.Token.Register(() => Interlocked.Increment(ref called)); if (k == 5) { source.Cancel(); } });
            try { waiting.Wait(); Expect(false); } catch (AggregateException e) when (e.InnerException is TaskCanceledException) { }
        }
    }

    internal static void ThreadLocals()
    {
        using var local = new ThreadLocal<List<int>>(() => [], trackAllValues: true);
        Parallel.For(0, 1000, i => local.Value!.Add(i));
        Expect(local.Values.Sum(l => l.Count) == 1000);
        var flowing = new AsyncLocal<int[]>();
        Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () => { flowing.Value = [i]; await Task.Delay(1); flowing.Value[0]++; Expect(flowing.Value[0] == i + 1); }))).Wait();
    }

    internal static void Immutables()
    {
        var map = ImmutableDictionary<int, int>.Empty;
        var list = ImmutableList<int>.Empty;
        Parallel.For(0, 300, i => { ImmutableInterlocked.AddOrUpdate(ref map, i % 10, 1, (_, n) => n + 1); ImmutableInterlocked.Update(ref list, (l, x) => l.Add(x), i); });
        Expect(map.Values.Sum() == 300 && list.Count == 300);
        var frozen = Enumerable.Range(0, 100).ToFrozenDictionary(i => "k" + i);
        Parallel.For(0, 500, i => Expect(frozen["k" + (i % 100)] == i % 100));
    }

    internal static void ConcurrentCollections()
    {
        var map = new ConcurrentDictionary<string, Lazy<List<int>>>();
        var stack = new ConcurrentStack<int>();
        var bag = new ConcurrentBag<string>();
        Parallel.For(0, 2000, i =>
        {
            var list = map.GetOrAdd("k" + (i % 7), _ => new Lazy<List<int>>(() => [])).Value;
            lock (list) { list.Add(i); }
            stack.Push(i);
            bag.Add("x" + i);
            if (i % 3 == 0) { stack.TryPop(out int _); bag.TryTake(out string? _); }
            if (i % 500 == 0) { Expect(map.ToArray().Length <= 7 && bag.ToArray().Length >= 0 && map.Keys.Count <= 7); }
        });
        Expect(map.Values.Sum(l => l.Value.Count) == 2000);
        using var blocking = new BlockingCollection<int[]>(3);
        var taking = Task.Run(() => blocking.GetConsumingEnumerable().Sum(a => a[0]));
        for (int i = 0; i < 300; i++) { blocking.Add([i]); }
        blocking.CompleteAdding();
        Expect(taking.Result == 300 * 299 / 2);
    }

    internal static void Pools()
    {
        Parallel.For(0, 2000, i =>
        {
            byte[] bytes = ArrayPool<byte>.Shared.Rent(64 + (i % 500));
            bytes.AsSpan().Fill((byte)i);
            Expect(bytes[^1] == (byte)i);
            ArrayPool<byte>.Shared.Return(bytes);
            using var memory = MemoryPool<int>.Shared.Rent(100);
            memory.Memory.Span[0] = i;
        });
        var own = ArrayPool<int>.Create();
        Parallel.For(0, 1000, i => { int[] a = own.Rent(32); a[0] = i; own.Return(a); });
    }

    internal static void Reflection()
    {
        var add = typeof(MoreClean).GetMethod(nameof(Add), BindingFlags.Static | BindingFlags.NonPublic)!;
        Parallel.For(0, 300, i =>
        {
            Expect((int)add.Invoke(null, [i, 1])! == i + 1);
            Expect(((Item)Activator.CreateInstance(typeof(Item))!).Name == "");
            Expect(typeof(Item).GetProperties().Length == 1 && typeof(Item).GetProperty("Name")!.GetCustomAttribute<DescriptionAttribute>()!.Description == "its name");
            var x = Expression.Parameter(typeof(int));
            if (i % 20 == 0) { Expect(Expression.Lambda<Func<int, int>>(Expression.Add(x, Expression.Constant(2)), x).Compile()(i) == i + 2); }
            var made = new DynamicMethod("made", typeof(int), []);
            var il = made.GetILGenerator();
            il.Emit(OpCodes.Ldc_I4, i);
            il.Emit(OpCodes.Ret);
            Expect(made.CreateDelegate<Func<int>>()() == i);
            Expect(TypeDescriptor.GetProperties(typeof(Item)).Count == 1 && typeof(List<>).MakeGenericType(typeof(Item)).GetFields(BindingFlags.NonPublic | BindingFlags.Instance).Length > 2);
        });
    }

    internal static void Cultures() => Parallel.For(0, 300, i =>
    {
        var culture = i % 2 == 0 ? CultureInfo.InvariantCulture : new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NumberGroupSeparator = "." } };
        Expect(double.Parse((i / 4.0).ToString(culture), culture) == i / 4.0);
        Expect(DateTime.Parse(new DateTime(2024, 1, (i % 28) + 1).ToString(culture), culture).Day == (i % 28) + 1);
        Expect(string.Compare("straße", "STRASSE", culture, CompareOptions.IgnoreCase) != 2 && culture.TextInfo.ToTitleCase("ab cd").Length == 5);
        Expect(TimeZoneInfo.ConvertTimeToUtc(DateTime.Now).Kind == DateTimeKind.Utc && string.Format(culture, "{0:C}", i).Length > 0);
    });

    internal static void Hashes() => Parallel.For(0, 200, i =>
    {
        byte[] data = RandomNumberGenerator.GetBytes(100);
        Expect(SHA256.HashData(data).AsSpan().SequenceEqual(SHA256.HashData(data)));
        using var aes = Aes.Create();
        Expect(aes.DecryptCbc(aes.EncryptCbc(data, aes.IV), aes.IV).AsSpan().SequenceEqual(data));
        Expect(Convert.FromBase64String(Convert.ToBase64String(data)).Length == 100 && new Guid(data.AsSpan(0, 16)) != Guid.NewGuid() && Random.Shared.Next(10) < 10);
    });

    [GeneratedRegex(@"^(\d+)-(\w+)$")]
    private static partial Regex Numbered();

    internal static void Regexes()
    {
        Regex interpreted = new(@"(?<name>[a-z]+)(\d{1,4})", RegexOptions.IgnoreCase), cheap = new(@"[a-z]+\d", RegexOptions.NonBacktracking);
        Parallel.For(0, 400, i =>
        {
            Expect(Numbered().Match(i + "-x").Groups[1].Value == i.ToString(CultureInfo.InvariantCulture));
            Expect(interpreted.Replace("abc" + i, "$1").EndsWith(i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal) && cheap.IsMatch("x" + i) && Regex.IsMatch("a" + i, "^a[0-9]+$"));
        });
    }

    internal static void ParallelQueries()
    {
        var grouped = Enumerable.Range(0, 20_000).AsParallel().WithDegreeOfParallelism(4).GroupBy(i => i % 10).Select(g => (g.Key, Sum: g.Sum(i => (long)i))).OrderBy(g => g.Key).ToList();
        Expect(grouped.Count == 10 && grouped.Sum(g => g.Sum) == 20_000L * 19_999 / 2);
        Expect(ParallelEnumerable.Range(0, 1000).AsOrdered().Select(i => i * 2).Take(10).ToArray().SequenceEqual(Enumerable.Range(0, 10).Select(i => i * 2)));
        Expect(Enumerable.Range(0, 100).AsParallel().Join(Enumerable.Range(50, 100).AsParallel(), a => a, b => b, (a, _) => a).Count() == 50);
        Expect(Enumerable.Range(0, 1000).AsParallel().Aggregate(0, (a, b) => a + b, (a, b) => a + b, a => a) == 499_500);
    }

    internal static void Loops()
    {
        int[] counts = new int[1000];
        Parallel.ForEach(Partitioner.Create(0, 1000, 50), range => { for (int i = range.Item1; i < range.Item2; i++) { counts[i]++; } });
        var all = new List<int>();
        Parallel.For(0, 1000, () => new List<int>(), (i, _, own) => { own.Add(i); return own; }, own => { lock (all) { all.AddRange(own); } });
        var loop = Parallel.For(0, 10_000, (i, state) => { if (i == 500) { state.Break(); } });
        Parallel.Invoke(() => counts[0]++, () => counts[1]++, () => counts[2]++);
        Expect(counts.Sum() == 1003 && all.Count == 1000 && loop.LowestBreakIteration == 500);
    }

    internal static void Locks()
    {
        int n = 0;
        using var readers = new ReaderWriterLockSlim();
        using var semaphore = new SemaphoreSlim(1);
        using var mutex = new Mutex();
        using var phases = new Barrier(4);
        using var left = new CountdownEvent(4);
        var queue = new Queue<int>();
        var threads = Enumerable.Range(0, 4).Select(me => new Thread(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                readers.EnterUpgradeableReadLock();
                try { readers.EnterWriteLock(); n++; readers.ExitWriteLock(); } finally { readers.ExitUpgradeableReadLock(); }
                readers.EnterReadLock();
                Expect(n > 0);
                readers.ExitReadLock();
                phases.SignalAndWait();
                semaphore.Wait();
                n++;
                semaphore.Release();
                phases.SignalAndWait();
                mutex.WaitOne();
                n++;
                mutex.ReleaseMutex();
                phases.SignalAndWait();
                lock (queue)
                {
                    if (me % 2 == 0) { queue.Enqueue(i); Monitor.PulseAll(queue); }
                    else { while (queue.Count == 0) { Monitor.Wait(queue); } queue.Dequeue(); }
                }

                phases.SignalAndWait();
            }

            left.Signal();
        })).ToArray();
        foreach (var thread in threads) { thread.Start(); }
        left.Wait();
        Expect(n == 1200 && queue.Count == 0);
    }

    internal static void AsyncLocks()
    {
        using var gate = new SemaphoreSlim(1);
        var shared = new Dictionary<int, int>();
        Task.WhenAll(Enumerable.Range(0, 8).Select(k => Task.Run(async () =>
        {
            for (int i = 0; i < 50; i++)
            {
                await gate.WaitAsync();
                try { shared[i] = shared.GetValueOrDefault(i) + 1; await Task.Yield(); shared[i + 1000] = k; }
                finally { gate.Release(); }
            }
        }))).Wait();
        Expect(Enumerable.Range(0, 50).Sum(i => shared[i]) == 400);
    }

    internal static void Completions()
    {
        Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            var source = new TaskCompletionSource<List<int>>(i % 2 == 0 ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);
            _ = Task.Run(() => { var list = new List<int> { i }; list.Add(1); source.SetResult(list); });
            var result = await source.Task;
            result.Add(2);
            Expect(result.Count == 3);
            var tasks = Enumerable.Range(0, 5).Select(k => Task.Run(() => new List<int> { k })).ToList();
            while (tasks.Count > 0) { var done = await Task.WhenAny(tasks); tasks.Remove(done); (await done).Add(3); }
            await Task.Run(() => result.Add(1)).ContinueWith(_ => result.Add(2), TaskScheduler.Default).WaitAsync(TimeSpan.FromSeconds(30));
        })).Wait();
    }

    internal static void WeakTables()
    {
        var table = new ConditionalWeakTable<object, List<int>>();
        object[] keys = [.. Enumerable.Range(0, 20).Select(_ => new object())];
        Parallel.For(0, 1000, i => { var list = table.GetValue(keys[i % 20], _ => []); lock (list) { list.Add(i); } if (i % 100 == 0) { GC.Collect(0); } });
        Expect(keys.Sum(k => table.TryGetValue(k, out var l) ? l.Count : 0) == 1000);
        for (int i = 0; i < 200; i++) { _ = new Finalized(); }
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    internal static void EventsAndMeters()
    {
        using var meter = new Meter("subject");
        var counter = meter.CreateCounter<int>("count");
        long seen = 0;
        using var listener = new MeterListener { InstrumentPublished = (i, l) => { if (i.Meter == meter) { l.EnableMeasurementEvents(i); } } };
        listener.SetMeasurementEventCallback<int>((_, n, _, _) => Interlocked.Add(ref seen, n));
        listener.Start();
        using var source = new ActivitySource("subject");
        using var watching = new ActivityListener { ShouldListenTo = s => s.Name == "subject", Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData };
        ActivitySource.AddActivityListener(watching);
        Parallel.For(0, 500, i => { using var activity = source.StartActivity("a"); activity?.SetTag("i", i); counter.Add(1, new KeyValuePair<string, object?>("k", i % 3)); });
        Expect(Volatile.Read(ref seen) == 500);
    }

    internal static void Texts() => Parallel.For(0, 500, i =>
    {
        var text = new StringBuilder();
        for (int k = 0; k < 20; k++) { text.Append(k).Append(','); }
        Expect(text.ToString().Split(',').Length == 21 && string.Intern("s" + (i % 10)).Length == 2);
        Expect(new Uri($"http://host{i}/a?b=c").Host == "host" + i && IPAddress.Parse("127.0.0." + (i % 250)).ToString().Length > 8);
        Expect(Encoding.GetEncoding("iso-8859-1").GetString(Encoding.UTF32.GetBytes("x")).Length == 4 && System.Numerics.BigInteger.Pow(i, 3) >= 0);
        Expect(WebUtility.HtmlEncode("<" + i) == "&lt;" + i && Version.Parse("1.2." + i).Build == i && Enum.Parse<DayOfWeek>("Friday") == DayOfWeek.Friday && Enum.GetName((DayOfWeek)(i % 7)) is not null);
    });

    // Each thread its own copies of the collections that may not be shared.
    internal static void CollectionsOfOnesOwn() => Parallel.For(0, 100, i =>
    {
        var sorted = new SortedDictionary<int, string>();
        var linked = new LinkedList<int>();
        var queue = new PriorityQueue<int, int>();
        var random = new Random(i);
        for (int k = 0; k < 50; k++) { sorted[random.Next(100)] = "x"; linked.AddLast(k); queue.Enqueue(k, random.Next()); }
        Expect(sorted.Keys.Zip(sorted.Keys.Skip(1)).All(p => p.First < p.Second) && linked.Count == 50 && queue.Count == 50);
    });

    internal static void Contexts()
    {
        for (int i = 0; i < 10; i++)
        {
            var context = new System.Runtime.Loader.AssemblyLoadContext("c" + i, isCollectible: true);
            Parallel.For(0, 4, _ => Expect(context.LoadFromAssemblyPath(typeof(MoreClean).Assembly.Location).GetType(typeof(Item).FullName!) is not null));
            context.Unload();
        }

        GC.Collect();
    }

    private static int Add(int a, int b) => a + b;

    private static void Expect(bool holds, [CallerArgumentExpression(nameof(holds))] string? what = null)
    {
        if (!holds) { throw new InvalidOperationException("wrong: " + what); }
    }

    private sealed record Order(int Id, string Name, int[] Lines);

    private sealed class Finalized
    {
        private readonly List<int> _items = [1];

        ~Finalized() => _items.Add(2);
    }

    /// <summary>For the XML serializer, which wants it public.</summary>
    public sealed class Item
    {
        /// <summary>Its name.</summary>
        [Description("its name")]
        public string Name { get; set; } = "";
    }
}
