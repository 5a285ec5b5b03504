using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ncsan.Runtime.Races.Watching;

/// <summary>
/// The watchpoint slots, and the four verbs that move a slot through its states: insert (free to armed), try-consume (armed to consumed,
/// by the thread that hits), consume (by its owner), remove (to free).
/// </summary>
/// <remarks>
/// Fast: <see cref="AnyNear"/>. Slow: everything else. As in KCSAN a location's page chooses its slot; a watchpoint may also sit in either
/// neighbour, so that a lookup reads three slots and insertion has three places to try. Two slots more than the page hash yields save
/// the fast path a modulo.
/// </remarks>
internal static unsafe class Watchpoints
{
    internal const int Count = 64, Adjacent = 1, Near = 1 + (2 * Adjacent), Capacity = Count + (2 * Adjacent);

    /// <summary>Native memory, so that the fast path has neither bounds checks nor a write barrier. Static and read-only, so that the
    /// JIT sees a constant.</summary>
    private static readonly ulong* s_stamps = Allocate();

    private static readonly ulong* s_words = Allocate();

    private static readonly Watcher[] s_watchers = MakeWatchers();

    /// <summary>How long to wait for a stamp that somebody is about to write who may have lost his core: naps of so many microseconds.</summary>
    private const int MostNaps = 50, Nap = 20;

    private static ulong s_epoch;

    /// <summary>How many slots are taken.</summary>
    internal static int Used
    {
        get
        {
            int used = 0;
            for (int i = 0; i < Capacity; i++) { used += s_stamps[i] == 0 ? 0 : 1; }
            return used;
        }
    }

    /// <summary>Whether a slot that could hold a watchpoint on <paramref name="address"/> is taken. The address may be stale: a wrong
    /// slot means a miss, never a false match.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool AnyNear(nuint address)
    {
        ulong* stamps = s_stamps + (address / WatchWord.PageSize % Count);
        return (stamps[0] | stamps[1] | stamps[2]) != 0;
    }

    /// <summary>Arms a slot for a location that the caller has pinned.</summary>
    /// <returns>The slot, or -1 when its page's slots are all taken.</returns>
    internal static int Insert(nuint address, in Access access, out Stamp stamp)
    {
        int first = First(address);
        ReadOnlySpan<int> order = [first + Adjacent, first + Adjacent + 1, first];
        foreach (int slot in order)
        {
            if (s_stamps[slot] == 0 && Interlocked.CompareExchange(ref s_stamps[slot], Stamp.Reserved.Value, 0) == 0)
            {
                stamp = Stamp.Armed(Interlocked.Increment(ref s_epoch));
                s_words[slot] = WatchWord.Encode(address, access.Size, access.Kind).Value;
                Watcher watcher = s_watchers[slot];
                (watcher.Thread, watcher.Site, watcher.Kind, watcher.Hit) = (access.Thread, access.Site, access.Kind, null);

                // The word must be there before the stamp that vouches for it.
                Volatile.Write(ref s_stamps[slot], stamp.Value);
                return slot;
            }
        }

        stamp = default;
        return -1;
    }

    /// <summary>Looks for a watchpoint that the access conflicts with.</summary>
    /// <returns>The slot, or -1.</returns>
    internal static int Find(ref byte location, int size, AccessKind kind, out Stamp stamp)
    {
        int first = First((nuint)Unsafe.AsPointer(ref location));
        for (int slot = first; slot < first + Near; slot++)
        {
            if (Matches(slot, ref location, size, kind, out stamp)) { return slot; }
        }

        stamp = default;
        return -1;
    }

    /// <summary>Looks for a watchpoint that an access at a bare address conflicts with. <paramref name="collections"/> must still be the
    /// number of collections, or the address may be another object's by now.</summary>
    internal static int FindAt(nuint address, int collections, int size, AccessKind kind, out Stamp stamp)
    {
        int first = First(address);
        for (int slot = first; slot < first + Near; slot++)
        {
            stamp = new Stamp(Volatile.Read(ref s_stamps[slot]));
            if (stamp.IsArmed && GC.CollectionCount(0) == collections && new WatchWord(s_words[slot]).Conflicts(address, size, kind)) { return slot; }
        }

        stamp = default;
        return -1;
    }

    /// <summary>Looks for an older watchpoint that conflicts with the one just armed: of two threads that arm at one moment, the younger gives way.</summary>
    internal static int FindOlder(ref byte location, in Access access, Stamp mine, out Stamp stamp)
    {
        int first = First((nuint)Unsafe.AsPointer(ref location));
        for (int slot = first; slot < first + Near; slot++)
        {
            // Who has a slot but no stamp may be the older one. Both have reserved theirs before they look, so one of the two sees that.
            for (int naps = 0; Volatile.Read(ref s_stamps[slot]) == Stamp.Reserved.Value && naps < MostNaps; naps++) { Native.Sleep(Nap); }
            if (Matches(slot, ref location, access.Size, access.Kind, out stamp) && stamp.Value < mine.Value) { return slot; }
        }

        stamp = default;
        return -1;
    }

    /// <summary>Whether another thread stands at this very site and location with an access that does not conflict: two readers that both wait miss the writer.</summary>
    internal static bool IsWatchedFrom(ref byte location, int site)
    {
        int first = First((nuint)Unsafe.AsPointer(ref location));
        for (int slot = first; slot < first + Near; slot++)
        {
            if (new Stamp(Volatile.Read(ref s_stamps[slot])).IsArmed && s_watchers[slot].Site == site && new WatchWord(s_words[slot]).Address == (nuint)Unsafe.AsPointer(ref location))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes the watchpoint for the thread that hits it. Success proves that the location was pinned at the address it was
    /// compared at, from before the comparison until now.</summary>
    internal static bool TryConsume(int slot, Stamp stamp) =>
        Interlocked.CompareExchange(ref s_stamps[slot], stamp.Consumed.Value, stamp.Value) == stamp.Value;

    /// <summary>Takes the watchpoint for its owner, so that nobody hits it any more.</summary>
    /// <returns>Whether nobody had hit it.</returns>
    internal static bool Consume(int slot, Stamp stamp) => TryConsume(slot, stamp);

    internal static bool IsConsumed(int slot) => new Stamp(Volatile.Read(ref s_stamps[slot])).IsConsumed;

    /// <summary>Frees the slot. The location may be unpinned only after this.</summary>
    internal static void Remove(int slot)
    {
        (s_watchers[slot].Thread, s_watchers[slot].Hit) = (null, null);
        Volatile.Write(ref s_stamps[slot], Stamp.Free.Value);
    }

    /// <summary>Who armed the slot. Stable for a caller that has consumed it.</summary>
    internal static Watcher WatcherOf(int slot) => s_watchers[slot];

    /// <summary>Not inlined: within a loop the JIT could compute the address once, before the stamps are loaded.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Matches(int slot, ref byte location, int size, AccessKind kind, out Stamp stamp)
    {
        stamp = new Stamp(Volatile.Read(ref s_stamps[slot]));

        // Only now the address: were it computed before the stamp, a collection between the two could move the object and put another one there.
        return stamp.IsArmed && new WatchWord(s_words[slot]).Conflicts((nuint)Unsafe.AsPointer(ref location), size, kind);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int First(nuint address) => (int)((uint)(address / WatchWord.PageSize) % Count);

    private static Watcher[] MakeWatchers()
    {
        var watchers = new Watcher[Capacity];
        for (int i = 0; i < watchers.Length; i++) { watchers[i] = new Watcher(); }
        return watchers;
    }

    private static ulong* Allocate()
    {
        const int Bytes = Capacity * sizeof(ulong);
        void* memory = NativeMemory.AlignedAlloc(Bytes + 64, 64);
        NativeMemory.Clear(memory, Bytes + 64);
        return (ulong*)memory;
    }
}
