namespace Ncsan.Runtime.Locks.Graph;

/// <summary>A cycle that a new or changed dependency closes.</summary>
/// <param name="Edges">Its edges, the closing one first.</param>
/// <param name="Grade">How sure it is.</param>
internal readonly record struct Cycle(IReadOnlyList<Dependency> Edges, LockGrade Grade);

// The search for cycles: breadth first over strong paths, each vertex at most once for each mode it is wanted in, so linear in the edges reached.
internal sealed partial class LockGraph
{
    private readonly record struct Step(LockNode Node, WantMode Want, int Parent, Dependency? Edge);

    private readonly List<Step> _queue = [];
    private int _search;

    /// <summary>Edges looked at since the start; a test holds the growth of validation against it.</summary>
    internal long EdgesVisited { get; private set; }

    /// <summary>Searches for what an edge between classes closes, or those between the locks behind it, of which the first that is confirmed will do.</summary>
    private void Check(Dependency dependency, ReadOnlySpan<Dependency?> pairs, HoldMode held, WantMode want, List<Cycle> found)
    {
        Cycle? best = null;
        foreach (Dependency? pair in pairs)
        {
            if (pair is not null && best?.Grade != LockGrade.Confirmed) { best = Better(best, FindCycle(pair, held, want)); }
        }

        if (best?.Grade != LockGrade.Confirmed && !dependency.From.Class.IsSiblingOf(dependency.To.Class))
        {
            // Cycles of classes over a map or a context say too little: which task was waited for is not known by its class. Nor does one lazy value say anything about another.
            bool locks = dependency.From.Class.Kind.IsOrderedByClass() && dependency.To.Class.Kind.IsOrderedByClass();
            if (locks) { best = Better(best, FindCycle(dependency, held, want)); }
        }

        if (best is not null) { found.Add(best.Value); }
    }

    private static Cycle? Better(Cycle? one, Cycle? other) => one is null || other?.Grade > one.Value.Grade ? other : one;

    /// <summary>Searches again from every pair of modes of an edge between classes and from the locks behind it.</summary>
    private void CheckAgain(Dependency dependency, List<Cycle> found)
    {
        ForEachMode(dependency, (held, want) => Check(dependency, [], held, want, found));
        foreach (Dependency pair in _pairs.Values)
        {
            if (pair.From.Class == dependency.From && pair.To.Class == dependency.To)
            {
                ForEachMode(pair, (held, want) => Check(dependency, [pair], held, want, found));
            }
        }
    }

    private static void ForEachMode(Dependency dependency, Action<HoldMode, WantMode> action)
    {
        for (var held = HoldMode.Exclusive; held <= HoldMode.Shared; held++)
        {
            for (var want = WantMode.Exclusive; want <= WantMode.Upgrade; want++)
            {
                if ((dependency.Modes & LockModes.Bit(held, want)) != 0) { action(held, want); }
            }
        }
    }

    /// <summary>The cycle that one edge closes; preferably one whose edges share no outer lock with it.</summary>
    private Cycle? FindCycle(Dependency closing, HoldMode held, WantMode want)
    {
        var path = closing.Guards.Length > 0 ? FindPath(closing, held, want, unguarded: true) : null;
        path ??= FindPath(closing, held, want, unguarded: false);
        if (path is not null && IsThrottled([closing, .. path])) { path = FindPath(closing, held, want, unguarded: false, unthrottled: true); }
        if (path is null) { return null; }
        Cycle? cycle = Judge([closing, .. path]);

        // The runs of a map say more than the map does, but the shortest way may lead by that.
        if (cycle?.Grade < LockGrade.Confirmed && path.Exists(static edge => edge.IsOfAnyRun) && FindPath(closing, held, want, unguarded: false, runs: true) is { } ofRuns) { cycle = Better(cycle, Judge([closing, .. ofRuns])); }
        return cycle;
    }

    private static Cycle? Judge(Dependency[] edges)
    {
        // Methods that wait for each other's tasks are no cycle: the next task is another one.
        if (!edges.Any(edge => edge.From.Class.Kind.IsLock())) { return null; }

        // The runtime sees type initialisers that wait for each other, and lets one of them through.
        if (edges.All(edge => edge.From.Class.Kind == LockKind.TypeInitializer)) { return null; }
        return new Cycle(edges, GradeOf(edges));
    }

    private static LockGrade GradeOf(Dependency[] edges)
    {
        foreach (Guard guard in edges[0].Guards)
        {
            if (edges.Skip(1).All(edge => guard.ExcludesAny(edge.Guards))) { return LockGrade.Guarded; }
        }

        // Code that is waited for holds nothing by itself: who holds are those that wait, for it or for a lock.
        Dependency[] holders = Array.FindAll(edges, static edge => edge.From.Class.Kind.IsLock());
        if (holders.Length > 1 && holders[0].Thread != Dependency.ManyThreads && Array.TrueForAll(holders, edge => edge.Thread == holders[0].Thread) && !Array.Exists(edges, static edge => edge.From.Class.Kind == LockKind.Context)) { return LockGrade.OneThread; }
        return edges[0].From is LockInstance && MapsAreTold(edges) && !edges.Any(edge => edge.Might) ? LockGrade.Confirmed : LockGrade.ClassLevel;
    }

    /// <summary>A map stands for all tasks of one method. Where it is not known which of them it was, each lock must be the only one of its class.</summary>
    private static bool MapsAreTold(Dependency[] edges)
        => Array.TrueForAll(edges, static edge => edge.From.Class.Kind != LockKind.Map)
            || (Array.TrueForAll(edges, static edge => edge.From.Class.Kind != LockKind.Context)
                && (Array.TrueForAll(edges, static edge => !edge.IsOfAnyRun) || Array.TrueForAll(edges, static edge => !edge.From.Class.Kind.IsLock() || edge.From.Class.Instances == 1)));

    /// <summary>The shortest strong path from the wanted side of an edge back to its held side, or null.</summary>
    private List<Dependency>? FindPath(Dependency closing, HoldMode held, WantMode want, bool unguarded, bool unthrottled = false, bool runs = false)
    {
        LockNode target = closing.From;
        bool classes = target is LockClass;
        _search++;
        _queue.Clear();
        Visit(closing.To, 1 << (int)want, -1, null);
        for (int next = 0; next < _queue.Count; next++)
        {
            Step step = _queue[next];
            if (ReferenceEquals(step.Node, target) && LockModes.Blocks(held, step.Want, target.Class.HasWriters)) { return PathTo(next); }
            if (ReferenceEquals(step.Node, target)) { continue; }
            var after = step.Node.After;
            for (int i = 0; i < after.Count; i++)
            {
                Dependency edge = after[i];
                EdgesVisited++;
                LockClass to = edge.To.Class;
                if (to.Unordered || edge.From == edge.To || (classes && (!to.Kind.IsOrderedByClass() || to.IsSiblingOf(edge.From.Class)))) { continue; }
                if (runs && edge.To is LockInstance { IsRun: false, Class.Kind: LockKind.Map }) { continue; }
                if ((unguarded && edge.IsExcludedBy(closing)) || (unthrottled && edge.SharesThrottleWith(closing))) { continue; }
                int wants = LockModes.StrongWants(edge.Modes, step.Want, step.Node.Class.HasWriters);
                if (wants != 0) { Visit(edge.To, wants, next, edge); }
            }
        }

        return null;
    }

    private void Visit(LockNode node, int wants, int parent, Dependency? edge)
    {
        if (node.Search != _search) { (node.Search, node.Reached) = (_search, 0); }
        int news = wants & ~node.Reached;
        node.Reached |= wants;
        for (int want = 0; news != 0; want++, news >>= 1)
        {
            if ((news & 1) != 0) { _queue.Add(new Step(node, (WantMode)want, parent, edge)); }
        }
    }

    private List<Dependency> PathTo(int index)
    {
        var path = new List<Dependency>();
        for (; _queue[index].Edge is { } edge; index = _queue[index].Parent) { path.Add(edge); }
        path.Reverse();
        return path;
    }
}
