namespace Ncsan.Runtime.Locks.Graph;

/// <summary>
/// The order in which locks were taken: one graph of classes, which proves, and one of the locks themselves, which confirms.
/// </summary>
/// <remarks>
/// Every method expects the caller to hold <see cref="Lock"/>. A dependency is added from every lock that is held, not only from the newest as in
/// lockdep: a path over a recursive reader is not strong although the direct dependency is, and reports show the edge that somebody can look up.
/// </remarks>
internal sealed partial class LockGraph(LockLimits limits, Func<object?> captureStack, Action<string> exhausted)
{
    internal readonly GraphLock Lock = new();

    /// <summary>The stack of whoever holds <see cref="Lock"/>, where it was taken before.</summary>
    internal object? Captured;

    private readonly Dictionary<(int From, int To), Dependency> _dependencies = [];
    private readonly Dictionary<(long From, long To), Dependency> _pairs = [];
    private readonly List<LockClass> _classes = [];
    private readonly HashSet<string> _said = [];
    private readonly GraphLock _saying = new();
    private LockClass? _overflow;

    internal IReadOnlyList<LockClass> Classes => _classes;

    internal IReadOnlyCollection<Dependency> Dependencies => _dependencies.Values;

    internal int PairCount => _pairs.Count;

    /// <summary>A new class. Past the limit all locks share one that is never ordered.</summary>
    internal LockClass AddClass(string name, LockKind kind, int subclass)
    {
        if (_classes.Count < limits.Classes)
        {
            var added = new LockClass(_classes.Count, name, kind, subclass);
            _classes.Add(added);
            return added;
        }

        Exhausted($"the lock validator knows {limits.Classes} lock classes, which is its limit: locks of further classes are not ordered");
        return _overflow ??= new LockClass(limits.Classes, "(too many lock classes)", kind, 0) { Unordered = true, UnorderedBecause = "the class table is full" };
    }

    /// <summary>Says once that a limit is reached. Whether <see cref="Lock"/> is held does not matter.</summary>
    internal void Exhausted(string sentence)
    {
        _saying.Enter();
        try { if (!_said.Add(sentence)) { return; } }
        finally { _saying.Exit(); }
        exhausted(sentence);
    }

    /// <summary>Records that a lock is wanted under everything that a thread holds. Adds what it finds to <paramref name="found"/>.</summary>
    /// <remarks>Of a map that tells its runs apart the run is ordered as well: the map proves what its code may do, the run confirms it.</remarks>
    internal void AddChain(HeldLocks thread, LockInstance wanted, WantMode want, bool async, int site, List<Cycle> found, bool might = false, object? stack = null, LockInstance?[]? runs = null, LockInstance? waited = null)
    {
        bool belowMark = false;
        int ordered = 0;
        for (int i = thread.Depth - 1; i >= 0; i--)
        {
            ref HeldLock held = ref thread.Entries[i];
            bool hidden = ReferenceEquals(held.Lock, wanted) || ReferenceEquals(held.Lock.CountedUnder, wanted) || held.Class.Unordered || (held.Flags & AcquireFlags.Pending) != 0 || (belowMark && held.Class.Kind == LockKind.Map)
                || (!async && (held.Flags & AcquireFlags.Begins) != 0);
            if (!hidden)
            {
                if (ordered++ == limits.Depth)
                {
                    Exhausted($"a thread holds more than {limits.Depth} locks at once: only the newest {limits.Depth} are ordered before the next one");
                    break;
                }

                AddPair(thread, i, wanted, want, site, ref stack, found, might, async || (held.Flags & AcquireFlags.Async) != 0, runs?[i], waited);
            }

            if ((held.Flags & AcquireFlags.Mark) == 0) { continue; }

            // An async acquire keeps no thread waiting, so it depends on its own flow alone, and on those that await it.
            if ((held.Flags & AcquireFlags.Awaited) != 0) { continue; }
            if (async) { break; }
            belowMark |= held.HidesMaps;
        }
    }

    /// <summary>Records that a context takes a lock which its thread has already. What was taken in between says nothing, since nobody waited under it.</summary>
    internal void AddReentry(HeldLocks thread, int context, LockInstance wanted, WantMode want, int site, List<Cycle> found)
    {
        object? stack = null;
        AddPair(thread, context, wanted, want, site, ref stack, found);
    }

    private void AddPair(HeldLocks thread, int index, LockInstance wanted, WantMode want, int site, ref object? stack, List<Cycle> found, bool might = false, bool anyThread = false, LockInstance? run = null, LockInstance? waited = null)
    {
        HeldLock held = thread.Entries[index];
        Span<Guard> locks = stackalloc Guard[limits.Depth], classes = stackalloc Guard[limits.Depth];
        int guards = Guards(thread, index, locks, classes);
        ushort mode = LockModes.Bit(held.Mode, want);
        bool changed = false;

        var key = (held.Class.Id, wanted.Class.Id);
        if (!_dependencies.TryGetValue(key, out Dependency? dependency))
        {
            if (_dependencies.Count >= limits.Dependencies)
            {
                Exhausted($"the lock validator knows {limits.Dependencies} dependencies, which is its limit: further ones are not recorded");
                return;
            }

            stack ??= Captured ?? captureStack();
            dependency = Link(held.Class, wanted.Class, new DependencyRecord(held.Site, site, stack, thread.Thread), classes[..guards], might);
            _dependencies.Add(key, dependency);
        }

        LockInstance[] throttles = Throttles(thread, index);
        Record(dependency, ref stack);
        changed |= dependency.Observe(mode, thread.Thread, classes[..guards], might, anyThread) | dependency.ObserveThrottles(throttles);
        Dependency? pair = Pair(held.Lock, wanted, locks[..guards], ref stack), ofRun = run is null && waited is null ? null : Pair(run ?? held.Lock, waited ?? wanted, locks[..guards], ref stack);
        if (changed) { Check(dependency, [ofRun, pair], held.Mode, want, found); }

        Dependency? Pair(LockInstance from, LockInstance to, ReadOnlySpan<Guard> outer, ref object? stack)
        {
            if (!_pairs.TryGetValue((from.Id, to.Id), out Dependency? pair))
            {
                if (from.IsStandIn || to.IsStandIn || !HasRoomForPair(dependency)) { return null; }
                if (dependency.Pairs <= limits.StacksPerDependency) { stack ??= Captured ?? captureStack(); }
                pair = Link(from, to, new DependencyRecord(held.Site, site, stack, thread.Thread), outer, might);
                _pairs.Add((from.Id, to.Id), pair);
                if (from.Class.Kind == LockKind.Map && to.Class.Kind.IsLock()) { NoteTaken(from, pair, site); }
                dependency.Pairs++;
            }

            Record(pair, ref stack);
            changed |= pair.Observe(mode, thread.Thread, outer, might, anyThread) | pair.ObserveThrottles(throttles);
            return pair;
        }

        void Record(Dependency of, ref object? stack)
        {
            if (of.IsNewWith(mode)) { of.Record(mode, new DependencyRecord(held.Site, site, stack ??= Captured ?? captureStack(), thread.Thread)); }
        }
    }

    /// <summary>The code of a map takes a lock, which may not be the only one that it takes at that place.</summary>
    private static void NoteTaken(LockInstance map, Dependency taken, int site)
    {
        if ((map.TakenAt ??= []).TryAdd(site, taken)) { return; }
        taken.IsOneOfSeveral = map.TakenAt[site].IsOneOfSeveral = true;
    }

    private bool HasRoomForPair(Dependency dependency)
    {
        if (_pairs.Count >= limits.Pairs)
        {
            Exhausted($"the lock validator knows {limits.Pairs} pairs of locks, which is its limit: further reports are about classes, not confirmed by the locks themselves");
            return false;
        }

        if (dependency.Pairs < limits.PairsPerDependency) { return true; }
        Exhausted($"the lock validator knows {limits.PairsPerDependency} pairs of locks of the same two classes, which is its limit: what further ones of them do is not known");
        return false;
    }

    private static Dependency Link(LockNode from, LockNode to, DependencyRecord first, ReadOnlySpan<Guard> guards, bool might)
    {
        var dependency = new Dependency(from, to, first) { Guards = guards.ToArray(), Might = might };
        from.AddAfter(dependency);
        to.AddBefore(dependency);
        return dependency;
    }

    /// <summary>The locks that are held outside of one, as lock and as class numbers.</summary>
    private static int Guards(HeldLocks thread, int index, Span<Guard> locks, Span<Guard> classes)
    {
        int count = 0;
        for (int i = index - 1; i >= 0 && count < locks.Length; i--)
        {
            ref HeldLock outer = ref thread.Entries[i];
            if ((outer.Flags & AcquireFlags.Pending) != 0 || !outer.Class.Kind.IsLock() || outer.Class.Unordered) { continue; }
            locks[count] = new Guard(outer.Lock.Id, outer.Mode);
            classes[count++] = new Guard(outer.Class.Id, outer.Mode);
        }

        return count;
    }

    /// <summary>With the first writer of a class, its readers can begin to block readers: what was silent is searched again.</summary>
    internal void NoteWriter(LockClass lockClass, List<Cycle> found)
    {
        lockClass.HasWriters = true;
        foreach (Dependency into in lockClass.Before) { CheckAgain(into, found); }
    }
}
