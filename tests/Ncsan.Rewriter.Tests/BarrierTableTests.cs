using Ncsan.Runtime;
using Ncsan.Runtime.Races;

namespace Ncsan.Rewriter.Tests;

/// <summary>
/// The kernel's test_barrier_nothreads: which operations order a pending read, a pending write and a pending read-write. Here through the rewriter: what it makes
/// of each operation, and what the weak-memory model makes of that. Where the kernel's locks order nothing on the way in, ours are calls into the framework, which all count
/// as full barriers: a missed finding at most.
/// </summary>
public class BarrierTableTests
{
    private const string Nothing = "", All = "read write read-write";

    private static readonly (string Operation, string Orders)[] s_table =
    [
        ("Thread.MemoryBarrier()", All),
        ("Interlocked.MemoryBarrier()", All),
        ("Interlocked.MemoryBarrierProcessWide()", All),
        ("Volatile.WriteBarrier()", "write read-write"),
        ("Volatile.ReadBarrier()", "read read-write"),
        ("Volatile.Write(ref S.A, 1)", All),
        ("Thread.VolatileWrite(ref S.A, 1)", All),
        ("S.V = 1", All),
        ("S.Sink = Volatile.Read(ref S.A)", Nothing),
        ("S.Sink = Thread.VolatileRead(ref S.A)", Nothing),
        ("S.Sink = S.V", Nothing),
        ("S.Sink = (int)Interlocked.Read(ref S.L)", Nothing),
        ("Interlocked.Increment(ref S.A)", All),
        ("Interlocked.Decrement(ref S.A)", All),
        ("Interlocked.Add(ref S.L, 2)", All),
        ("Interlocked.And(ref S.A, 3)", All),
        ("Interlocked.Or(ref S.A, 4)", All),
        ("Interlocked.Exchange(ref S.A, 5)", All),
        ("Interlocked.Exchange(ref S.T, \"t\")", All),
        ("Interlocked.CompareExchange(ref S.A, 6, 5)", All),
        ("Interlocked.CompareExchange(ref S.T, \"u\", null)", All),
        ("lock (S.Gate) { }", All),
        ("Monitor.Enter(S.Gate); Monitor.Exit(S.Gate)", All),
        ("lock (S.Gate) { Monitor.PulseAll(S.Gate); }", All),
        ("lock (S.Lock) { }", All),
        ("S.Lock.Enter(); S.Lock.Exit()", All),
        ("{ bool t = false; S.Spin.Enter(ref t); S.Spin.Exit(true); }", All),
        ("{ bool t = false; S.Spin.Enter(ref t); S.Spin.Exit(false); }", All),
        ("S.Semaphore.Wait(); S.Semaphore.Release()", All),
        ("S.Mutex.WaitOne(); S.Mutex.ReleaseMutex()", All),
        ("S.Slim.EnterWriteLock(); S.Slim.ExitWriteLock()", All),
        ("S.Slim.EnterReadLock(); S.Slim.ExitReadLock()", All),
        ("S.Event.Set()", All),
        ("S.Auto.Set()", All),
        ("S.Down.TryAddCount(1)", All),
        ("new TaskCompletionSource().SetResult()", All),
        ("S.Queue.Enqueue(1)", All),
        ("S.Channel.Writer.TryWrite(1)", All),
        ("new Thread(static () => { }).Start()", All),
        ("Task.Run(static () => { })", All),
        ("Task.Yield().GetAwaiter().OnCompleted(static () => { })", All),
        ("S.Sink = S.B", Nothing),
        ("S.B = 2", Nothing),
        ("S.Sink = Math.Max(S.B, 3)", Nothing),
        ("S.List.Add(1)", Nothing),
        ("S.T2 = string.Concat(S.T2, \"x\")", Nothing),
        ("GC.KeepAlive(S.List)", Nothing),
        ("DataRace.Write(ref S.B, 4)", Nothing),
        ("S.Sink = DataRace.Read(ref S.B)", Nothing),
        ("S.Pure()", Nothing),
    ];

    private static readonly Lazy<string[][]> s_calls = new(Run);

    public static TheoryData<string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var (operation, orders) in s_table) { rows.Add(operation, orders); }
            return rows;
        }
    }

    [Theory, MemberData(nameof(Rows))]
    public void test_barrier_nothreads(string operation, string orders)
    {
        string[] calls = s_calls.Value[Array.FindIndex(s_table, r => r.Operation == operation)];
        (string Name, AccessKind Kind)[] pending = [("read", AccessKind.Read), ("write", AccessKind.Write), ("read-write", AccessKind.Write | AccessKind.Compound)];
        Assert.Equal(orders, string.Join(' ', pending.Where(p => calls.Any(c => Orders(c, p.Kind))).Select(static p => p.Name)));
    }

    private static bool Orders(string call, AccessKind pending)
    {
        string hook = call.Split(' ')[0];
        if (hook == nameof(Hooks.Barrier)) { return call.Length > hook.Length && WeakMemory.IsOrdered(pending, (BarrierKind)int.Parse(call[hook.Length..])); }
        return WeakMemory.BarrierOf(hook switch
        {
            nameof(Hooks.ReadWriteMarked) => AccessKind.Marked | AccessKind.Write | AccessKind.Compound,
            nameof(Hooks.WriteMarked) => AccessKind.Marked | AccessKind.Write,
            _ => AccessKind.Read,
        }) is { } barrier && WeakMemory.IsOrdered(pending, barrier);
    }

    /// <summary>What the hooks say between the access that is pending and the next one, for each row. All rows are one program.</summary>
    private static string[][] Run()
    {
        string rows = string.Concat(s_table.Select(static (r, i) => $"static void Row{i}() {{ S.First = 1; {r.Operation}; S.Last = 2; }}\n"));
        string runs = string.Concat(s_table.Select(static (_, i) => $"Row{i}(); "));
        using var subject = new Subject($$"""
            static class S
            {
                public static int First, Last, A, B, Sink; public static long L; public static string T, T2; public static volatile int V; public static SpinLock Spin = new(false);
                public static readonly object Gate = new(); public static readonly Lock Lock = new(); public static readonly SemaphoreSlim Semaphore = new(1); public static readonly Mutex Mutex = new();
                public static readonly ReaderWriterLockSlim Slim = new(); public static readonly ManualResetEventSlim Event = new(); public static readonly AutoResetEvent Auto = new(false);
                public static readonly CountdownEvent Down = new(1); public static readonly System.Collections.Concurrent.ConcurrentQueue<int> Queue = new();
                public static readonly System.Threading.Channels.Channel<int> Channel = System.Threading.Channels.Channel.CreateUnbounded<int>(); public static readonly List<int> List = new();
                [MethodImpl(MethodImplOptions.NoInlining)] public static int Pure() => B + 1;
            }

            static class Program
            {
                static object Run() { {{runs}} return null; }
                {{rows}}
            }
            """);
        List<string> calls = subject.RunChecked().Calls;
        var found = new List<string[]>();
        for (int at = 0; (at = calls.IndexOf("Write4 S.First (int)", at)) >= 0; at++)
        {
            found.Add([.. calls[at..calls.IndexOf("Write4 S.Last (int)", at)]]);
        }

        Assert.Equal(s_table.Length, found.Count);
        return [.. found];
    }
}
