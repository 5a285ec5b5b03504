using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Tracing;

namespace Ncsan.Framework.Subject;

/// <summary>
/// A lock of the program's own and one that the framework takes, in both orders, one after another on threads that never meet. The twin of each, whose name
/// ends in <c>InOrder</c>, does the same in one order.
/// </summary>
internal static class Locks
{
    private static readonly object s_gate = new();
    private static readonly object s_leaf = new();

    internal static void SynchronizedWriter() => Writer(s_gate);

    internal static void SynchronizedWriterInOrder() => Writer(s_leaf);

    internal static void TraceListeners() => Traced(s_gate);

    internal static void TraceListenersInOrder() => Traced(s_leaf);

    internal static void EventListeners() => Listened(s_gate);

    internal static void EventListenersInOrder() => Listened(s_leaf);

    internal static void KeysOfAConcurrentDictionary() => Keyed(s_gate);

    internal static void KeysOfAConcurrentDictionaryInOrder() => Keyed(s_leaf);

    internal static void LazyInitialization() => Initialized(s_gate);

    internal static void LazyInitializationInOrder() => Initialized(s_leaf);

    internal static void TypeInitializer() => Initialised(s_gate);

    internal static void TypeInitializerInOrder() => Initialised(s_leaf);

    internal static void LazyValue() => Asked(s_gate);

    internal static void LazyValueInOrder() => Asked(s_leaf);

    /// <summary>What asks for the value is no code that is rewritten.</summary>
    private static void Asked(object inner)
    {
        var lazy = new Lazy<int>(() => { lock (inner) { return 1; } });
        var value = typeof(Lazy<int>).GetProperty("Value")!.GetMethod!.CreateDelegate<Func<int>>(lazy);
        OnAThread(() => value());
        OnAThread(() => { lock (s_gate) { _ = lazy.Value; } });
    }

    // The first dictionary that takes all of its locks makes the event source of its assembly.
    private static void Initialised(object inner)
    {
        using var listener = new LockingEvents { Inner = inner };
        var map = new ConcurrentDictionary<int, int>();
        OnAThread(map.Clear);
        OnAThread(() => { lock (s_gate) { map.Clear(); } });
    }

    // A lock is named after the place that took it first.
    private static void OnAThread(Action body)
    {
        lock (s_gate) { }
        var thread = new Thread(() => body());
        thread.Start();
        thread.Join();
    }

    private static void Writer(object inner)
    {
        var writer = TextWriter.Synchronized(new LockingWriter(inner));
        OnAThread(() => writer.Write('a'));
        OnAThread(() => { lock (s_gate) { writer.Write('b'); } });
    }

    private static void Traced(object inner)
    {
        var listener = new LockingListener(inner);
        Trace.Listeners.Add(listener);
        OnAThread(() => Trace.WriteLine("a"));
        OnAThread(() => { lock (s_gate) { Trace.WriteLine("b"); } });
        Trace.Listeners.Remove(listener);
    }

    private static void Listened(object inner)
    {
        using var listener = new LockingEvents { Inner = inner };
        OnAThread(() => new Quiet("first " + inner.GetHashCode()).Dispose());
        OnAThread(() => { lock (s_gate) { new Quiet("second " + inner.GetHashCode()).Dispose(); } });
    }

    private static void Keyed(object inner)
    {
        var map = new ConcurrentDictionary<Key, int>(concurrencyLevel: 1, capacity: 31);
        map.TryAdd(new Key(inner), 0);
        OnAThread(() => map.TryAdd(new Key(inner), 1));
        OnAThread(() => { lock (s_gate) { map.TryAdd(new Key(inner), 2); } });
    }

    private static void Initialized(object inner)
    {
        object? target = null, sync = new();
        bool done = false;
        int tries = 0;
        object Make()
        {
            lock (inner) { if (tries++ == 0) { throw new InvalidOperationException(); } }
            return inner;
        }

        OnAThread(() =>
        {
            try { LazyInitializer.EnsureInitialized(ref target, ref done, ref sync, Make); }
            catch (InvalidOperationException) { }
        });
        OnAThread(() => { lock (s_gate) { LazyInitializer.EnsureInitialized(ref target, ref done, ref sync, Make); } });
    }

    private sealed class LockingWriter(object inner) : StringWriter
    {
        public override void Write(char value) { lock (inner) { base.Write(value); } }
    }

    private sealed class LockingListener(object inner) : TraceListener
    {
        public override void Write(string? message) { lock (inner) { } }

        public override void WriteLine(string? message) { lock (inner) { } }
    }

    private sealed class LockingEvents : EventListener
    {
        internal object? Inner { get; init; }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (Inner is { } inner) { lock (inner) { } }
        }
    }

    private sealed class Quiet(string name) : EventSource(name);

    private sealed class Key(object inner)
    {
        public override int GetHashCode() => 1;

        public override bool Equals(object? other)
        {
            lock (inner) { return ReferenceEquals(this, other); }
        }
    }
}
