using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks;

/// <summary>
/// The lock validator: proves from the order in which locks are taken that no meeting of threads can make them wait for each other.
/// </summary>
/// <remarks>
/// <para>Fast, no lock and no allocation: <see cref="Acquire"/> of a lock while nothing is held, of one that its holder has already, and of any
/// chain that was seen before; <see cref="Release"/> of what is held.</para>
/// <para>Slow, under the graph's lock: the first time a chain is seen, and misuse.</para>
/// <para>It knows threads only as their <see cref="HeldLocks"/> and locks only as their <see cref="LockInstance"/>, takes nothing from the process
/// it runs in and so can be driven by a table in a test.</para>
/// </remarks>
internal sealed partial class Validator
{
    private readonly LockLimits _limits;
    private readonly LockGraph _graph;
    private readonly ChainCache _chains;
    private readonly ChainCache _saturated;
    private readonly Dictionary<ulong, int> _variants = [];
    private readonly Action<LockReport> _report;
    private readonly Func<object?> _captureStack;
    private readonly Func<LockInstance, object, LockInstance?> _runOf;
    private long _nextInstance;

    /// <param name="report">Told of everything confirmed, once for each problem, outside of any lock.</param>
    /// <param name="limits">How much to remember.</param>
    /// <param name="captureStack">Takes the current stack; what it gives is handed through to reports.</param>
    /// <param name="exhausted">Told one sentence for each limit that is reached.</param>
    /// <param name="runOf">Tells the runs of a map apart, by what runs: see <see cref="Runs.Of"/>.</param>
    internal Validator(Action<LockReport> report, LockLimits? limits = null, Func<object?>? captureStack = null, Action<string>? exhausted = null, Func<LockInstance, object, LockInstance?>? runOf = null)
    {
        _report = report;
        _limits = limits ?? new LockLimits();
        _captureStack = captureStack ?? (static () => null);
        _runOf = runOf ?? (static (_, _) => null);
        _graph = new LockGraph(_limits, _captureStack, exhausted ?? (static _ => { }));
        _chains = new ChainCache(_limits.Chains);
        _saturated = new ChainCache(_limits.Chains);
    }

    internal LockGraph Graph => _graph;

    /// <summary>Stacks are taken before the graph's lock. Taking one enters the framework, whose locks may be held by somebody who waits for the graph's, once
    /// those feed the validator too.</summary>
    internal bool CapturesFirst { get; set; }

    internal int ChainCount => _chains.Count;

    /// <summary>How many acquires were not found in the chain cache.</summary>
    internal long ChainMisses { get; private set; }

    internal LockClass AddClass(string name, LockKind kind, int subclass = 0)
    {
        _graph.Lock.Enter();
        try { return _graph.AddClass(name, kind, subclass); }
        finally { _graph.Lock.Exit(); }
    }

    internal LockInstance AddInstance(LockClass lockClass)
    {
        Interlocked.Increment(ref lockClass.Instances);
        return new LockInstance(Interlocked.Increment(ref _nextInstance), lockClass);
    }

    /// <summary>What stands for some runs of a map that are told apart from its others.</summary>
    internal LockInstance AddRun(LockClass map)
    {
        LockInstance run = AddInstance(map);
        run.IsRun = true;
        return run;
    }

    /// <summary>A lock is about to be taken. It counts as held from here on; <see cref="Release"/> it too if taking it fails.</summary>
    /// <param name="thread">Who takes it.</param>
    /// <param name="instance">What is taken.</param>
    /// <param name="want">How.</param>
    /// <param name="flags">What is special about it.</param>
    /// <param name="site">Where.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Acquire(HeldLocks thread, LockInstance instance, WantMode want, AcquireFlags flags, int site)
    {
        if (Want(thread, instance, ref want, flags, site)) { thread.Push(instance, want, flags, site); }
    }

    /// <summary>A lock is wanted: everything is checked that can be before it is taken. It is held from the push on, which is the caller's.</summary>
    /// <returns>False when there is nothing to push, since the holder took a lock again that counts.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Want(HeldLocks thread, LockInstance instance, ref WantMode want, AcquireFlags flags, int site)
        => (thread.Depth == 0 && instance.Class.HasWriters) || WantNested(thread, instance, ref want, flags, site);

    private bool WantNested(HeldLocks thread, LockInstance instance, ref WantMode want, AcquireFlags flags, int site)
    {
        if (instance.Counts is { } counted) { FlowHolds.Leaves(thread, counted); }
        int again = thread.Find(instance);
        if (again >= 0 && instance.Class.Kind.IsSemaphore()) { again = FlowHolds.Find(thread, instance, flags); }
        if (again >= 0)
        {
            if (want == WantMode.Exclusive && instance.Class.Reentrant && thread.Entries[again].Want == WantMode.Exclusive)
            {
                thread.Entries[again].Count++;
                if (again < thread.Depth - 1) { CheckReentry(thread, again, site); }
                return false;
            }

            if (AcquireAgainSlow(thread, again, instance, ref want, flags, site)) { return true; }
        }

        if ((flags & AcquireFlags.Try) != 0) { return true; }
        ulong key = KeyOf(thread, instance, want);
        bool firstWriter = !instance.Class.HasWriters && want is WantMode.Exclusive or WantMode.Upgrade;
        if (!_chains.Contains(key) || firstWriter || thread.Spinning > 0) { ValidateSlow(thread, instance, want, flags, site, key); }
        return true;
    }

    /// <summary>Whether it was validated before that a lock is wanted over the stack.</summary>
    internal bool Knows(HeldLocks thread, LockInstance instance, WantMode want) => _chains.Contains(KeyOf(thread, instance, want));

    private static ulong KeyOf(HeldLocks thread, LockInstance instance, WantMode want) => ChainKey.Add(thread.Key, instance.Hash, (int)want) ^ thread.Strand;

    /// <summary>A lock is released.</summary>
    /// <param name="thread">By whom.</param>
    /// <param name="instance">What is released.</param>
    /// <param name="mode">How it was held; null when its kind does not say, for the newest.</param>
    /// <param name="site">Where.</param>
    /// <param name="judged">What it means that the flow does not hold a semaphore is for the caller to say.</param>
    /// <returns>Whether <paramref name="thread"/> held it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Release(HeldLocks thread, LockInstance instance, HoldMode? mode, int site, bool judged = false)
    {
        int top = thread.Depth - 1;
        if (top >= 0)
        {
            ref HeldLock entry = ref thread.Entries[top];
            if (ReferenceEquals(entry.Lock, instance) && entry.Count == 1 && entry.Pins == 0 && (mode is null || entry.Mode == mode) && instance.Class.WaitType != WaitType.Spin
                && (instance.Class.Kind.IsThreadBound() || (instance.Class.SeenBalanced && (entry.Flags & AcquireFlags.Pending) == 0 && entry.Epoch == instance.Releases)))
            {
                thread.Depth = top;
                entry = default;
                if (instance.Class.Kind.IsSemaphore()) { FlowHolds.Released(thread, instance); }
                return true;
            }
        }

        return ReleaseSlow(thread, instance, mode, site, judged);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ValidateSlow(HeldLocks thread, LockInstance instance, WantMode want, AcquireFlags flags, int site, ulong key, object? run = null)
    {
        if (thread.Spinning > 0) { CheckWaitType(thread, instance, site); }
        if (instance.Class.Unordered) { return; }
        ulong classes = ClassKey(thread, instance, want);
        if (_saturated.Contains(classes) || _chains.Contains(key)) { return; }

        var found = new List<Cycle>();
        LockInstance?[]? runs = RunsOn(thread);
        LockInstance? waited = run is null ? null : _runOf(instance, run);
        EnterGraph();
        try
        {
            ChainMisses++;
            if (!instance.Class.HasWriters && want is WantMode.Exclusive or WantMode.Upgrade) { _graph.NoteWriter(instance.Class, found); }
            if (!_chains.Full) { _graph.AddChain(thread, instance, want, (flags & AcquireFlags.Async) != 0, site, found, runs: runs, waited: waited); }
            Remember(key, classes);
        }
        finally
        {
            ExitGraph();
        }

        foreach (Cycle cycle in found) { Found(cycle, thread, instance, site); }
    }

    /// <summary>Which runs of the maps on a stack these are, where anything tells; null when nothing does. Asked before the graph is entered, since the framework is asked.</summary>
    private LockInstance?[]? RunsOn(HeldLocks thread)
    {
        LockInstance?[]? runs = null;
        for (int i = 0; i < thread.Depth; i++)
        {
            ref HeldLock held = ref thread.Entries[i];
            if (held.Class.Kind == LockKind.Map && held.Object is { } run) { (runs ??= new LockInstance?[thread.Depth])[i] = _runOf(held.Lock, run); }
        }

        return runs;
    }

    private void EnterGraph()
    {
        object? stack = CapturesFirst ? _captureStack() : null;
        _graph.Lock.Enter();
        _graph.Captured = stack;
    }

    private void ExitGraph()
    {
        _graph.Captured = null;
        _graph.Lock.Exit();
    }

    private void Remember(ulong key, ulong classes)
    {
        if (_chains.Full) { _graph.Exhausted($"the lock validator knows {_limits.Chains} chains of locks, which is its limit: new chains are not validated"); }
        _chains.Add(key);
        int variants = _variants.GetValueOrDefault(classes) + 1;
        _variants[classes] = variants;
        if (variants < _limits.VariantsPerChain) { return; }
        _saturated.Add(classes);
        _graph.Exhausted($"the lock validator has seen {_limits.VariantsPerChain} sets of locks of the same classes, which is its limit: further ones are not validated");
    }

    /// <summary>The key of the stack by classes alone, whoever holds it.</summary>
    private static ulong ClassKey(HeldLocks thread, LockInstance wanted, WantMode want)
    {
        ulong key = ChainKey.Empty;
        bool belowMark = false;
        for (int i = thread.Depth - 1; i >= 0; i--)
        {
            ref HeldLock held = ref thread.Entries[i];
            if (belowMark && held.Class.Kind == LockKind.Map) { continue; }
            belowMark |= held.HidesMaps;
            key = ChainKey.Add(key, ChainKey.Mix((ulong)(uint)held.Class.Id), (int)held.Want | (int)held.Flags << 8);
        }

        return ChainKey.Add(key, ChainKey.Mix((ulong)(uint)wanted.Class.Id), (int)want);
    }
}
