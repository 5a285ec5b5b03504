using System.Diagnostics;
using System.Runtime.CompilerServices;
using Ncsan.Runtime.Collections;
using Ncsan.Runtime.Framework;
using Ncsan.Runtime.Settings;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races;

/// <summary>Decides what becomes of an access: consume a watchpoint that matches it, set one up, or nothing.</summary>
/// <remarks>
/// Fast, inlined into the hooks: <see cref="Check"/>: three stamps, the heat of the site, the skip counter. Slow: everything else; only there
/// thread statics, locks of ours and allocations are allowed.
/// </remarks>
internal static unsafe class Detector
{
    /// <summary>Addresses below are null with an offset: the access itself throws, as it would have without us.</summary>
    private const nuint NullPage = 65536;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Check(ref byte location, int size, AccessKind kind, int site)
    {
        // This address may be stale by the time it is used: it only says where to look. See Watchpoints.Matches.
        if (Watchpoints.AnyNear((nuint)Unsafe.AsPointer(ref location))
            || ((kind & AccessKind.Marked) != 0 ? Sampler.IsNoted(site) : Sampler.IsDue(site)))
        {
            CheckSlow(ref location, size, kind, site, null);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void CheckValue<T>(ref T location, AccessKind kind, int site)
    {
        ref byte start = ref Unsafe.As<T, byte>(ref location);
        if (!typeof(T).IsValueType)
        {
            Check(ref start, sizeof(nint), kind | AccessKind.Reference, site);
        }
        else if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            Check(ref start, Unsafe.SizeOf<T>(), kind, site);
        }
        else
        {
            if (Watchpoints.AnyNear((nuint)Unsafe.AsPointer(ref location)) || Sampler.IsDue(site)) { CheckStructSlow(ref location, kind, site); }
        }
    }

    /// <summary>A struct that holds references, by the handle of its type.</summary>
    internal static void CheckStruct(ref byte location, int size, nint type, AccessKind kind, int site)
    {
        if (Watchpoints.AnyNear((nuint)Unsafe.AsPointer(ref location)) || Sampler.IsDue(site)) { CheckStructSlow(ref location, size, type, kind, site); }
    }

    /// <summary>A range is checked whole, page by page.</summary>
    internal static void CheckRange(ref byte location, nuint size, AccessKind kind, int site)
    {
        for (nuint at = 0; at < size; at += WatchWord.PageSize)
        {
            Check(ref Unsafe.AddByteOffset(ref location, at), (int)nuint.Min(size - at, WatchWord.PageSize), kind, site);
        }
    }

    /// <summary>A run of references, or of structs that hold some, is checked whole, page by page.</summary>
    /// <remarks>Not element by element: a thread that is made to wait at one of them lets whoever races on another one pass.</remarks>
    internal static void CheckEach<T>(ref T first, int length, AccessKind kind, int site)
    {
        int most = Unsafe.SizeOf<T>() < WatchWord.PageSize ? WatchWord.PageSize / Unsafe.SizeOf<T>() : 1;
        for (int at = 0; at < length; at += most)
        {
            ref T start = ref Unsafe.Add(ref first, at);
            int count = length - at < most ? length - at : most;
            if (Watchpoints.AnyNear((nuint)Unsafe.AsPointer(ref start)) || Watchpoints.AnyNear((nuint)Unsafe.AsPointer(ref Unsafe.Add(ref start, count - 1)))
                || Sampler.IsDue(site))
            {
                CheckRunSlow(ref start, count, kind, site);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CheckRunSlow<T>(ref T start, int count, AccessKind kind, int site)
    {
        if (!typeof(T).IsValueType) { kind |= AccessKind.Reference; }
        CheckSlow(ref Unsafe.As<T, byte>(ref start), count * Unsafe.SizeOf<T>(), kind, site, typeof(T).IsValueType ? ReferenceMap.Of<T>() : null);
    }

    internal static void CheckCollection(object? collection, AccessKind kind, int site)
    {
        if (collection is not null) { CheckBehind(collection, dispatched: false, atOnce: false, kind, site); }
    }

    internal static void CheckDispatched(object? receiver, AccessKind kind, int site)
    {
        if (receiver is not null) { CheckBehind(receiver, dispatched: true, atOnce: false, kind, site); }
    }

    internal static void CheckEnumerated(object? source, int site)
    {
        if (source is not null) { CheckBehind(source, dispatched: true, atOnce: true, AccessKind.Read | AccessKind.Collection, site); }
    }

    private static void CheckBehind(object receiver, bool dispatched, bool atOnce, AccessKind kind, int site)
    {
        object? collection = UnsafeCollections.Behind(receiver, dispatched, writes: (kind & AccessKind.Write) != 0, atOnce, out bool onlyReads);
        CheckOwner(collection, onlyReads ? AccessKind.Read | AccessKind.Collection : kind, site);
    }

    internal static void CheckView<T>(ref T view, AccessKind kind, int site)
    {
        CheckOwner(UnsafeCollections.BehindView(ref view, writes: (kind & AccessKind.Write) != 0), kind, site);
    }

    /// <summary>The first byte of its data stands for the whole collection.</summary>
    private static void CheckOwner(object? collection, AccessKind kind, int site)
    {
        if (collection is not null) { Check(ref UnsafeCollections.Data(collection), 1, kind, site); }
    }

    internal static void Barrier(BarrierKind kind)
    {
        if (Sampler.IsAttentive()) { WeakMemory.Order(SanitizedThread.Current, kind); }
    }

    internal static void MethodExit(int site, int count)
    {
        if (Sampler.IsAttentive()) { MethodExitSlow(site, count); }
    }

    /// <summary>Hooks come before their accesses, so this is the only check that comes after the last one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MethodExitSlow(int site, int count)
    {
        SanitizedThread thread = SanitizedThread.Current;
        if (thread.Guard != 0 || !thread.Reordered.IsThere || (uint)(thread.Reordered.Site - site) >= (uint)count) { return; }
        thread.Guard++;
        try
        {
            if (WeakMemory.TryGet(thread, out HeldAccess held)) { CheckAt(held, thread, isChosen: WeakMemory.WatchesAtExit(thread)); }
            WeakMemory.Drop(thread);
        }
        catch (Exception fault)
        {
            Findings.Faults.Disable("the race detector", fault);
        }
        finally
        {
            thread.Guard--;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CheckStructSlow<T>(ref T location, AccessKind kind, int site) =>
        CheckSlow(ref Unsafe.As<T, byte>(ref location), Unsafe.SizeOf<T>(), kind, site, ReferenceMap.Of<T>());

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CheckStructSlow(ref byte location, int size, nint type, AccessKind kind, int site)
    {
        if (SanitizedThread.OutsideOrNull is not { } thread) { return; }
        thread.Guard++;
        ReferenceMap references;
        try { references = ReferenceMap.Of(type, size); }
        finally { thread.Guard--; }
        CheckSlow(ref location, size, kind, site, references);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CheckSlow(ref byte location, int size, AccessKind kind, int site, ReferenceMap? references)
    {
        if (SanitizedThread.OutsideOrNull is not { } thread || size == 0 || (nuint)Unsafe.AsPointer(ref location) < NullPage) { return; }
        thread.Guard++;
        try { CheckUnderGuard(ref location, size, kind, site, references, thread); }
        finally { thread.Guard--; }
    }

    [UnderGuard]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CheckUnderGuard(ref byte location, int size, AccessKind kind, int site, ReferenceMap? references, SanitizedThread thread)
    {
        if (size > WatchWord.MaxSize)
        {
            Statistics.Count(ref Statistics.UnencodableAccesses);
            size = WatchWord.MaxSize;
        }

        try
        {
            if ((kind & AccessKind.Marked) != 0) { WeakMemory.Order(thread, kind); }
            (bool isFirst, bool isCold, int visit) = Sampler.Visit(site);
            var access = new Access(kind, site, size, references, thread) { Visit = visit };
            if (Configuration.Locks && Locks.LockValidation.IsOn) { UsualLocks.Count(access); }
            int slot = Watchpoints.Find(ref location, size, kind, out Stamp stamp);
            bool met = slot >= 0 && Encounter.HitSlow(slot, stamp, ref location, access);
            if (!met && ShouldWatch(ref location, access, isCold, out int delay, out Candidate? directed)) { WatchSlow(ref location, access, delay, directed); }
            else if (!met && Sampler.IsAttentive()) { CheckHeldSlow(thread); }
            if (isFirst && Candidates.AreKept && thread.Ignoring == 0) { NearMisses.Touch((nuint)Unsafe.AsPointer(ref location), access); }
        }
        catch (Exception fault)
        {
            Findings.Faults.Disable("the race detector", fault);
        }
    }

    private static bool ShouldWatch(ref byte location, in Access access, bool isCold, out int delay, out Candidate? directed)
    {
        (delay, directed) = (0, null);
        SanitizedThread thread = access.Thread;
        if (Hooks.State == 0 || thread.Ignoring > 0) { return false; }
        nuint address = (nuint)Unsafe.AsPointer(ref location);

        // A marked access waits only where a plain one is known to come.
        bool isMarked = Policy.IsMarked(thread, address, access.Size, access.Kind);
        if (isMarked && !access.Is(AccessKind.Marked)) { return false; }
        if (Sampler.IsDirected(access.Site) && (!Watchpoints.IsWatchedFrom(ref location, access.Site) || DirectedWatch.Relieve(address, access.Site))) { directed = DirectedWatch.Choose(address, access); }
        if (directed is null && !isMarked) { delay = Sampler.Decide(access, isCold); }
        if (directed is null && (delay == 0 || Candidates.DecideAlone(access))) { return false; }

        // In an instrumented framework the accesses of a collection are seen themselves: the turn of its call goes to one of them. The call is watched only where two are known to come close,
        // since what they touch may be two halves of the collection.
        if (directed is null && access.Is(AccessKind.Collection) && FrameworkLink.IsOn)
        {
            Sampler.Lead(thread);
            return false;
        }

        if (thread.IsOnStack(address))
        {
            Statistics.Count(ref Statistics.StackAccesses);
            return false;
        }

        return true;
    }

    /// <summary>Pins the location, arms a slot, waits, and looks what happened.</summary>
    private static void WatchSlow(ref byte location, in Access access, int delay, Candidate? directed)
    {
        // A bad pointer faults here, before anything is armed.
        _ = Volatile.Read(ref location);
        fixed (byte* address = &location)
        {
            if (!WatchPinned(address, access, delay, directed)) { return; }
            if (Configuration.WeakMemory && !FrameworkLink.IsFrameworkSite(access.Site) && (access.Kind & (AccessKind.Assert | AccessKind.Collection | AccessKind.Marked)) == 0)
            {
                WeakMemory.Hold(access.Thread, (nuint)address, access.Size, access.Kind, access.Site);
            }
        }
    }

    /// <summary>The same for an access that outlasted its hook. The address is pinned first and trusted only then: a collection before the pin shows in the count.</summary>
    private static void WatchAt(in HeldAccess held, in Access access, int delay)
    {
        fixed (byte* address = &Unsafe.AsRef<byte>((void*)held.Address))
        {
            if (held.IsGood) { WatchPinned(address, access, delay, null); }
        }
    }

    /// <returns>Whether the location was watched.</returns>
    private static bool WatchPinned(byte* address, in Access access, int delay, Candidate? directed)
    {
        if (!WatchWord.CanEncode((nuint)address, access.Size))
        {
            Statistics.Count(ref Statistics.UnencodableAccesses);
            return false;
        }

        // Whoever hits may have written by the time that the slot is armed and this thread goes on.
        var before = ValueSnapshot.Take(address, access, access.Thread.FirstScratch(access.Size));
        int slot = Watchpoints.Insert((nuint)address, access, out Stamp stamp);
        if (slot < 0)
        {
            Statistics.Count(ref Statistics.NoCapacity);
            return false;
        }

        if (Watchpoints.FindOlder(ref *address, access, stamp, out Stamp older) is >= 0 and var other && Candidates.MayMeet(Watchpoints.WatcherOf(other).Site, access.Site) && Watchpoints.Consume(slot, stamp))
        {
            Watchpoints.Remove(slot);

            // The older one may just have come to its end.
            return !Encounter.HitSlow(other, older, ref *address, access) && WatchPinned(address, access, delay, directed);
        }

        try
        {
            Statistics.Count(ref Statistics.SetupWatchpoints);
            long started = Stopwatch.GetTimestamp();
            int window = Sampler.Window;
            if (directed is null)
            {
                Delay.Wait(slot, delay);
                Sampler.Delayed(access.Thread, started, delay);
            }
            else
            {
                DirectedWatch.Wait(slot, (nuint)address, directed, access);
            }

            if (!Watchpoints.Consume(slot, stamp)) { Encounter.WasHit(slot, stamp, address, before, access); }
            else { Encounter.WasNotHit(address, before, access, othersWereSeen: Hooks.State != 0 && Sampler.Window == window); }
        }
        finally
        {
            // Before the location is unpinned.
            Watchpoints.Remove(slot);
        }

        return true;
    }

    /// <summary>Checks the accesses that outlast their hooks: the one that memory may hold back, and assertions of open scopes.</summary>
    private static void CheckHeldSlow(SanitizedThread thread)
    {
        if (WeakMemory.TryGet(thread, out HeldAccess held)) { CheckAt(held, thread, isChosen: false); }
        for (int i = thread.Asserted.Count - 1; i >= 0; i--)
        {
            HeldAccess asserted = thread.Asserted[i];
            if (!asserted.IsThere) { continue; }
            if (asserted.IsGood) { CheckAt(asserted, thread, isChosen: false); }
            else
            {
                // The object may have moved. The scope stays open, so that its end finds it.
                Statistics.Count(ref Statistics.LostScopes);
                thread.Asserted[i] = default;
            }
        }
    }

    /// <summary>As a check, at an address that is good for as long as no collection happens: the slot first, then the count, then the comparison.</summary>
    private static void CheckAt(in HeldAccess held, SanitizedThread thread, bool isChosen)
    {
        var access = new Access(held.Kind, held.Site, held.Size, null, thread);
        int slot = Watchpoints.FindAt(held.Address, held.Collections, held.Size, held.Kind, out Stamp stamp);
        if (slot >= 0) { Encounter.HitAt(slot, stamp, access); }
        else if (thread.Ignoring == 0 && Hooks.State != 0 && Sampler.Decide(access, cold: false, isChosen) is > 0 and var delay && !thread.IsOnStack(held.Address)) { WatchAt(held, access, delay); }
    }
}
