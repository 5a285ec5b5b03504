using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks;

/// <summary>What is special about one acquire.</summary>
[Flags]
internal enum AcquireFlags : ushort
{
    None = 0,

    /// <summary>It cannot wait forever: it depends on nothing, but others depend on it once it is held.</summary>
    Try = 1,

    /// <summary>A boundary: code above it belongs to another flow, which the maps below it say nothing about.</summary>
    Mark = 2,

    /// <summary>Held by the async flow, not by the thread.</summary>
    Async = 4,

    /// <summary>Asked for, but the await has not come back yet: dropped if it never does.</summary>
    Pending = 8,

    /// <summary>On a mark: the flow was resumed, so whoever called it first is not below it.</summary>
    Resumed = 16,

    /// <summary>It waits for as long as nobody cancels it: ordered like any other, but a wait that lasts proves nothing.</summary>
    Cancelable = 32,

    /// <summary>On a mark: whoever called it awaits it on the spot, so what he holds is held for as long as it runs.</summary>
    Awaited = 64,

    /// <summary>Held by the flow that awaits this one: it orders, but it is not this flow's to release.</summary>
    Inherited = 128,

    /// <summary>On a mark: the flow was not suspended yet, so whoever called it runs it himself, and nobody can wait for its task, which he has when it comes back.</summary>
    Begins = 256,
}

/// <summary>One entry of the stack of held locks.</summary>
internal struct HeldLock
{
    internal LockInstance Lock;

    /// <summary>The lock itself, kept while it is held, so that releases find it without asking what it is bound to; of a warm entry a weak reference to it.</summary>
    private object? _object;

    /// <summary>The chain key of the stack below this entry, when it was pushed.</summary>
    internal ulong KeyBelow;

    /// <summary>The chain key of the stack up to this entry.</summary>
    internal ulong Key;

    /// <summary>The same without maps.</summary>
    internal ulong LockKey;

    /// <summary>Where it was taken.</summary>
    internal int Site;

    /// <summary>How often its holder took it; of a semaphore that is asked for, whether he seems to have it already.</summary>
    internal int Count;

    /// <summary>Which release of the lock comes next, as of the acquire: once that has happened the entry stands for nothing, whoever did it.</summary>
    internal int Epoch;

    /// <summary>How often it is pinned: it must not be released while it is.</summary>
    internal short Pins;

    internal WantMode Want;
    internal AcquireFlags Flags;

    /// <summary>When <see cref="WarmLocks"/> made it, which knows the lock by a weak reference and leaves the entry behind where it was; 0 for any other.</summary>
    internal int WarmAt;

    /// <summary>On the mark of a resumed flow: on whose behalf the thread ran before.</summary>
    internal FlowOrigin? Outer;

    /// <inheritdoc cref="_object"/>
    /// <remarks>The hang watch reads it while it changes.</remarks>
    internal object? Object
    {
        readonly get => _object is var kept && WarmAt != 0 && kept is WeakReference<object> weak ? (weak.TryGetTarget(out object? known) ? known : null) : kept;
        set => (_object, WarmAt) = (value, 0);
    }

    /// <summary>Whether it is the entry of a lock object. Only of one that is warm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly bool IsWarmFor(object? lockObject) => Unsafe.As<WeakReference<object>>(_object)!.TryGetTarget(out object? known) && ReferenceEquals(known, lockObject);

    internal void Warm(int age) => (_object, WarmAt) = (Lock.Target, age);

    internal void Cool() => Object = Object;

    internal readonly HoldMode Mode => Want.Held();
    internal readonly LockClass Class => Lock.Class;

    /// <summary>The maps below are another flow's, which needs nothing of what is taken from here on.</summary>
    internal readonly bool HidesMaps => (Flags & (AcquireFlags.Mark | AcquireFlags.Awaited | AcquireFlags.Begins)) == AcquireFlags.Mark;

    /// <summary>It is a copy, or was left behind, of a hold that somebody else has ended: the method that a suspended flow awaits, or the one that took it for its caller.</summary>
    internal readonly bool IsOver => Lock.Class.Kind.IsSemaphore() && Epoch != Lock.Releases && (Flags & AcquireFlags.Pending) == 0 && !Lock.Class.Unordered;
}

/// <summary>The stack of the locks, maps and contexts that one thread is inside of, oldest first. Touched by its own thread alone.</summary>
internal sealed class HeldLocks(ThreadIdentity thread)
{
    internal HeldLock[] Entries = new HeldLock[16];

    internal int Depth;

    /// <summary>The chain key of the whole stack.</summary>
    internal ulong Key => Depth == 0 ? ChainKey.Empty : Entries[Depth - 1].Key;

    /// <summary>The key without maps: what is left of the stack for whoever enters another one.</summary>
    internal ulong LockKey => Depth == 0 ? ChainKey.Empty : Entries[Depth - 1].LockKey;

    /// <summary>How many spinning locks are held: nothing may block while there are any.</summary>
    internal int Spinning;

    internal readonly ThreadIdentity Thread = thread;

    /// <summary>What the key of a chain starts from: work on pool threads is interchangeable, a thread of its own is not.</summary>
    internal readonly ulong Strand = thread.IsPool ? 0 : (ulong)(uint)thread.Id << 8;

    /// <summary>The acquire that is under way: wanted, not yet held. The hang watch reads it, so <see cref="Wanted"/> is written last.</summary>
    internal volatile LockInstance? Wanted;

    internal object? WantedObject;
    internal WantMode WantedMode;
    internal AcquireFlags WantedFlags;
    internal int WantedSite;

    /// <summary>The stack of a wait that turned out to block; null for one that did not.</summary>
    internal volatile object? WaitStack;

    /// <summary>The lock whose entry lies ready above the stack is being taken, which looked free.</summary>
    internal volatile bool Tries;

    /// <summary>The lock that the thread waits for, as another thread sees it.</summary>
    internal LockInstance? WaitsFor => Wanted ?? (Tries && Entries is var entries && Depth is var depth && depth < entries.Length ? entries[depth].Lock : null);

    /// <summary>Grows with every acquire that had to wait, so that two looks can tell whether it is still the same one.</summary>
    internal long Waits;

    /// <summary>What the thread blocks for that is no lock: a task, an array of tasks, bodies, a thread, or the name of a signal. Null again when it goes on, however it does.</summary>
    internal volatile object? Awaited;

    /// <summary>The synchronization context that the thread has sent something to and waits for, in whatever way that context does.</summary>
    internal volatile SynchronizationContext? SendsTo;

    /// <summary>Where it blocks for <see cref="Awaited"/>.</summary>
    internal int AwaitedSite;

    /// <summary>The semaphore that a wait of the flow that runs now has come back without, since it runs on this thread; and the one that it gave back last, and which release that was.</summary>
    internal LockInstance? Missed, GivenBack;
    internal int GivenBackEpoch;

    /// <summary>How deep the stack was when the test began that runs on the thread.</summary>
    internal int TestFrom;

    /// <summary>The async method that came back last with locks that it took for its caller, and where on the stack those begin.</summary>
    internal LockInstance? LeftMap;
    internal int LeftDepth;

    /// <summary>The lock that Monitor.Wait has let go of for the time being.</summary>
    internal volatile LockInstance? Lent;

    /// <summary>The async method that the pool runs for somebody who has its task already, and where on the stack it begins. Null outside of any.</summary>
    internal IAsyncBody? Runs;
    internal int RunsAt;

    /// <summary>The async method that is entered next is awaited on the spot by the one that calls it.</summary>
    internal bool AwaitsNext;

    /// <summary>The method that is called next does nothing but wait for a semaphore, and is awaited on the spot.</summary>
    internal bool AwaitsForward;

    /// <summary>The semaphore that is wanted is one that the flow seems to have.</summary>
    internal bool WantsAgain;

    /// <summary>The lock that an annotation said is taken next under a parent, and the parent.</summary>
    internal LockInstance? NestChild, NestParent;

    /// <summary>On whose behalf the thread runs, where that is known.</summary>
    internal FlowOrigin? Flow;

    /// <summary>How many locks that are held once it holds.</summary>
    internal int OneShots;

    /// <summary>Greater than zero inside the validator: its own calls are no events of the program.</summary>
    internal int Inside;

    /// <summary>The thread; null in tests.</summary>
    internal Thread? Managed;

    /// <summary>The locks met last, by site: most sites take one lock over and over.</summary>
    internal readonly LockInstance?[] Recent = new LockInstance?[RecentSize];

    internal const int RecentSize = 16;

    internal void Push(LockInstance instance, WantMode want, AcquireFlags flags, int site, object? lockObject = null)
    {
        if (Depth == Entries.Length) { Array.Resize(ref Entries, Depth * 2); }
        ref HeldLock entry = ref Entries[Depth];
        entry.Lock = instance;
        entry.Object = lockObject;
        entry.Site = site;
        entry.Count = 1;
        entry.Pins = 0;
        entry.Epoch = instance.Releases;
        entry.Want = want;
        entry.Flags = flags;
        entry.Outer = null;
        Extend(ref entry);
        Depth++;
        if (instance.Class.WaitType == WaitType.Spin) { Spinning++; }
    }

    /// <summary>What was asked for is held from now on, on top of all that was taken meanwhile.</summary>
    internal void Hold(int index)
    {
        if (index < Depth - 1)
        {
            HeldLock got = Entries[index];
            RemoveAt(index);
            Push(got.Lock, got.Want, got.Flags & ~AcquireFlags.Pending, got.Site, got.Object);
            return;
        }

        ref HeldLock entry = ref Entries[index];
        entry.Flags &= ~AcquireFlags.Pending;
        entry.Count = 1;
        entry.Epoch = entry.Lock.Releases;
        Depth = index;
        Extend(ref entry);
        Depth = index + 1;
    }

    /// <summary>Another flow runs on the thread from now on.</summary>
    internal void Switch() => Missed = GivenBack = null;

    /// <summary>Takes an entry up again as it was. False when what it stands for has come to an end meanwhile.</summary>
    internal bool PushAgain(in HeldLock entry)
    {
        if (entry.IsOver) { return false; }
        Push(entry.Lock, entry.Want, entry.Flags, entry.Site, entry.Object);
        Entries[Depth - 1].Epoch = entry.Epoch;
        Entries[Depth - 1].Count = entry.Count;
        return true;
    }

    /// <summary>Removes one entry; those above it move down and get new keys.</summary>
    internal void RemoveAt(int index)
    {
        ref HeldLock gone = ref Entries[index];
        if (gone.Class.WaitType == WaitType.Spin) { Spinning--; }
        int last = Depth - 1;
        for (Depth = index; Depth < last; Depth++)
        {
            Entries[Depth] = Entries[Depth + 1];
            Extend(ref Entries[Depth]);
        }

        Entries[Depth] = default;
    }

    /// <summary>Sets the keys of what comes to lie on top of the stack.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Extend(ref HeldLock entry)
    {
        (ulong below, ulong locksBelow) = (Key, LockKey);
        bool isMap = entry.Lock.Class.Kind == LockKind.Map;
        int mode = (int)entry.Want | (int)(entry.Flags & (AcquireFlags.Pending | AcquireFlags.Awaited | AcquireFlags.Begins)) << 4;
        entry.KeyBelow = below;
        entry.Key = ChainKey.Add(isMap && entry.HidesMaps ? locksBelow : below, entry.Lock.Hash, mode);
        entry.LockKey = isMap ? locksBelow : ChainKey.Add(locksBelow, entry.Lock.Hash, mode);
    }

    /// <summary>The topmost entry of a lock, or -1.</summary>
    internal int Find(LockInstance instance)
    {
        for (int i = Depth - 1; i >= 0; i--) { if (ReferenceEquals(Entries[i].Lock, instance)) { return i; } }
        return -1;
    }

    /// <summary>The innermost mark, or -1.</summary>
    internal int TopMark()
    {
        for (int i = Depth - 1; i >= 0; i--) { if ((Entries[i].Flags & AcquireFlags.Mark) != 0) { return i; } }
        return -1;
    }

    /// <summary>The topmost entry of a lock object, or -1.</summary>
    internal int FindObject(object lockObject)
    {
        for (int i = Depth - 1; i >= 0; i--) { if (ReferenceEquals(Entries[i].Object, lockObject)) { return i; } }
        return -1;
    }

    /// <summary>The topmost entry of a lock object that is held in one mode, or -1.</summary>
    internal int FindObject(object lockObject, HoldMode mode)
    {
        for (int i = Depth - 1; i >= 0; i--) { if (ReferenceEquals(Entries[i].Object, lockObject) && Entries[i].Mode == mode) { return i; } }
        return -1;
    }

    /// <summary>The topmost entry of a lock that is held in one mode, or -1.</summary>
    internal int Find(LockInstance instance, HoldMode mode)
    {
        for (int i = Depth - 1; i >= 0; i--) { if (ReferenceEquals(Entries[i].Lock, instance) && Entries[i].Mode == mode) { return i; } }
        return -1;
    }
}
