using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks.Graph;

/// <summary>A vertex of the order graph: a lock class, or one lock. Both levels keep the same kind of edges, so one search serves both.</summary>
internal abstract class LockNode
{
    private List<Dependency>? _after, _before;

    /// <summary>What was wanted while this was held. Guarded by the graph's lock.</summary>
    internal IReadOnlyList<Dependency> After => _after ?? [];

    /// <summary>What was held while this was wanted. Guarded by the graph's lock.</summary>
    internal IReadOnlyList<Dependency> Before => _before ?? [];

    /// <summary>The search that visited this vertex last, and the wanted modes it was reached with. Guarded by the graph's lock.</summary>
    internal int Search, Reached;

    /// <summary>The class that this vertex is or belongs to.</summary>
    internal abstract LockClass Class { get; }

    internal void AddAfter(Dependency dependency) => (_after ??= []).Add(dependency);

    internal void AddBefore(Dependency dependency) => (_before ??= []).Add(dependency);
}

/// <summary>Where locks of one kind live: all locks that a field, a static or a site yields. The order of classes is what is proved.</summary>
internal sealed class LockClass(int id, string name, LockKind kind, int subclass) : LockNode
{
    /// <summary>Dense, from 0, never reused.</summary>
    internal readonly int Id = id;

    /// <summary>What the lock is for.</summary>
    internal readonly LockKind Kind = kind;

    /// <summary>The nesting level that an annotation gave, so that parents and children of one field are different classes.</summary>
    internal readonly int Subclass = subclass;

    /// <summary>In source terms: <c>Bank._gate</c>, <c>Bank._gate/1</c> for a subclass.</summary>
    internal readonly string Name = subclass == 0 ? name : $"{name}/{subclass}";

    /// <summary>How its waiters wait. An annotation can make any lock a spinning one.</summary>
    internal WaitType WaitType = kind.WaitType();

    /// <summary>Its holder may take it again.</summary>
    internal bool Reentrant = kind.IsReentrant();

    /// <summary>Recorded, never ordered: an annotation said so, the semaphore is a signal or a throttle, or the class table is full.</summary>
    internal volatile bool Unordered;

    /// <summary>It is unordered since nobody holds it as a lock: a signal, or left out. A throttle is held.</summary>
    internal volatile bool IsNoLock;

    /// <summary>Why it is unordered, for the listing.</summary>
    internal string? UnorderedBecause;

    /// <summary>Some flow wanted one of its locks alone, so readers can be kept waiting by a waiting writer.</summary>
    internal bool HasWriters = kind is not (LockKind.ReaderWriterLockSlim or LockKind.ReaderWriterLock);

    /// <summary>It is named after a parameter or a result, through which any lock can pass, or is the context of an event: its locks are judged one by one.</summary>
    internal bool IsWeak;

    /// <summary>The field or static its locks live in, which it shares with the classes of other owners' types; null for what has no such place.</summary>
    internal string? Place;

    /// <summary>How many locks of it there were.</summary>
    internal int Instances;

    /// <summary>A semaphore of this class was released by the flow that took it, so it is used as a lock.</summary>
    internal bool SeenBalanced;

    /// <summary>A method that takes a semaphore of this class releases it further down, so it looks like a lock before it was ever released.</summary>
    internal bool LooksBalanced;

    /// <summary>For a map: its code has ended with a lock that it took, for whoever awaits it.</summary>
    internal volatile bool HandsOn;

    /// <summary>For a context: it is entered on the very thread that holds the lock, which a re-entrant lock survives.</summary>
    internal bool EnteredInline;

    /// <summary>Contention, counted only when somebody had to wait.</summary>
    internal long Contentions, WaitTicks, MaxWaitTicks;

    /// <summary>Locks of one field whose owners have different types. Among themselves they are ordered by instance, as those of one class are: a program that orders them by
    /// number does so whatever their types.</summary>
    internal bool IsSiblingOf(LockClass other) => this == other || (Place is not null && Place == other.Place && Kind == other.Kind && Subclass == other.Subclass);

    /// <inheritdoc/>
    internal override LockClass Class => this;
}

/// <summary>One lock. Its number is never reused, so what is known about a collected lock cannot be mistaken for another's.</summary>
internal sealed class LockInstance(long id, LockClass lockClass) : LockNode
{
    /// <summary>From 1, never reused.</summary>
    internal readonly long Id = id;

    /// <summary>What the chain keys mix in.</summary>
    internal readonly ulong Hash = ChainKey.Mix((ulong)id ^ (ulong)(uint)lockClass.Id << 40);

    /// <summary>The lock itself, once it was met often enough to be worth recognising without a look at the table.</summary>
    internal WeakReference<object>? Target;

    /// <summary>Whether it is the lock behind an object. False as well of one that was not met often.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Is(object? lockObject) => Target is { } target && target.TryGetTarget(out object? known) && ReferenceEquals(known, lockObject);

    /// <summary>How often the table was asked for it.</summary>
    internal int Lookups;

    /// <summary>It stands for any lock of its class, so which of them is held is not known: spin locks, which are structs, where only their address is known.</summary>
    internal bool IsStandIn;

    /// <summary>For a map: by place, the lock that its code took there first. Guarded by the graph's lock.</summary>
    internal Dictionary<int, Dependency>? TakenAt;

    /// <summary>For a map: it stands for those of its runs alone that are told from the others.</summary>
    internal bool IsRun;

    /// <summary>How often a task has handed it on to somebody who has not been seen to take it yet.</summary>
    internal int HandedOn;

    /// <summary>For a semaphore: how often it was released, by whomever. A hold of a semaphore that is a lock ends with the next one.</summary>
    internal int Releases;

    /// <summary>For a semaphore that may be a signal: the thread that had it when it disposed of it.</summary>
    internal HeldLocks? DisposedBy;

    /// <summary>For a semaphore that the first of several takes: what guards the counter. Whoever holds the one keeps the others from wanting it under the other.</summary>
    internal LockInstance? CountedUnder;

    /// <summary>For what guards such a counter: the semaphore. Its taker asks for the guard again to leave, and which of them is the last one is not known.</summary>
    internal LockInstance? Counts;

    /// <summary>For a semaphore that lets several in: how many, as far as it is known. 0 for anything else.</summary>
    internal int Room;

    /// <summary>How a thread holds it that has ended, if one does: nobody can release it any more.</summary>
    internal HoldMode? LeftBehind;

    /// <summary>For a lock that is held once: how that went.</summary>
    internal OneShot? OneShot;

    /// <summary>The suspended flow that holds it, as of the last suspension; it may have gone on since.</summary>
    internal SuspendedFlow? Keeper;

    /// <inheritdoc/>
    internal override LockClass Class { get; } = lockClass;
}
