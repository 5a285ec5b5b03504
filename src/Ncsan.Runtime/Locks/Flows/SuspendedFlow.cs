// The program's own tasks are looked at; none is started or awaited.
#pragma warning disable RS0030

using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks.Flows;

/// <summary>What an async flow takes along while it is suspended, made only when there is something: locks, a semaphore it waits for, a context it has to go back to.</summary>
internal sealed class SuspendedFlow(HeldLock[] entries, LockInstance map, int site)
{
    private static readonly GraphLock s_lock = new();
    private static readonly HashSet<SuspendedFlow> s_waiting = [];

    internal HeldLock[] Entries => entries;

    /// <summary>The map of the method.</summary>
    internal LockInstance Map => map;

    /// <summary>The await.</summary>
    internal int Site => site;

    /// <summary>The task that is awaited, when it is one.</summary>
    internal Task? Awaited { get; init; }

    /// <summary>The task or iterator that is awaited, if that may have locks for it when it goes on.</summary>
    internal object? Giver { get; init; }

    /// <summary>The context that it goes on in, if all code of that runs on one thread.</summary>
    internal Pump? Pump { get; init; }

    /// <summary>On whose behalf it runs, where that is known.</summary>
    internal FlowOrigin? Origin { get; init; }

    /// <summary>It has gone on.</summary>
    internal volatile bool IsResumed;

    /// <summary>The semaphore that it waits for whatever happens, or -1.</summary>
    internal int Pending { get; } = Array.FindLastIndex(entries, static entry => (entry.Flags & (AcquireFlags.Pending | AcquireFlags.Try | AcquireFlags.Cancelable)) == AcquireFlags.Pending);

    /// <summary>Whether any flow waits for a semaphore.</summary>
    internal static bool AnyWaiting => s_waiting.Count > 0;

    /// <summary>Flows that wait for a semaphore.</summary>
    internal static SuspendedFlow[] Waiting()
    {
        s_lock.Enter();
        try { return [.. s_waiting]; }
        finally { s_lock.Exit(); }
    }

    /// <summary>Whether it holds a lock of its own, and nobody has released that meanwhile.</summary>
    internal bool Keeps(LockInstance kept)
        => Array.Exists(entries, entry => ReferenceEquals(entry.Lock, kept) && (entry.Flags & (AcquireFlags.Pending | AcquireFlags.Inherited)) == 0 && !entry.IsOver);

    internal void Suspended()
    {
        foreach (HeldLock entry in entries)
        {
            if ((entry.Flags & (AcquireFlags.Pending | AcquireFlags.Inherited)) == 0) { entry.Lock.Keeper = this; }
        }

        if (Pending < 0) { return; }
        s_lock.Enter();
        try { s_waiting.Add(this); }
        finally { s_lock.Exit(); }
    }

    internal void Resumed()
    {
        IsResumed = true;
        foreach (HeldLock entry in entries)
        {
            if (ReferenceEquals(entry.Lock.Keeper, this)) { entry.Lock.Keeper = null; }
        }

        if (Pending < 0) { return; }
        s_lock.Enter();
        try { s_waiting.Remove(this); }
        finally { s_lock.Exit(); }
    }

    /// <summary>The task that a builder of the framework has made for its method: its first field.</summary>
    internal static object? TaskOfBuilder<TBuilder>(ref TBuilder builder)
    {
        Type type = typeof(TBuilder);
        return type.IsValueType && type.Namespace == "System.Runtime.CompilerServices" && type.Name.StartsWith("Async", StringComparison.Ordinal) && type.Name.Contains("TaskMethodBuilder", StringComparison.Ordinal)
            ? Unsafe.As<TBuilder, object?>(ref builder) : null;
    }

    /// <summary>The task or source behind an awaiter of the framework: each begins with a reference to it.</summary>
    internal static object? SourceOf<TAwaiter>(ref TAwaiter awaiter)
    {
        Type type = typeof(TAwaiter);
        return type.IsValueType && type.Namespace == "System.Runtime.CompilerServices" && type.Name.Contains("TaskAwaiter", StringComparison.Ordinal)
            ? Unsafe.As<TAwaiter, object?>(ref awaiter) : null;
    }
}
