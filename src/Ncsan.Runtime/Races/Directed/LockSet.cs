using Ncsan.Runtime.Locks;

namespace Ncsan.Runtime.Races.Directed;

/// <summary>The locks that a thread holds at an access, as far as there is room: what one knows of a lock here only ever spares a delay.</summary>
/// <remarks>Numbers of lock instances, each with the mode in its lowest two bits; 0 where there is none.</remarks>
internal readonly record struct LockSet(int First, int Second, int Third)
{
    private const int ModeBits = 2;

    /// <summary>What the current thread holds, as the lock validator has it; nothing when that is off.</summary>
    internal static LockSet Held()
    {
        if (LockThreads.CurrentOrNull is not { Depth: > 0 } held) { return default; }
        int first = 0, second = 0, third = 0;
        for (int i = held.Depth - 1; i >= 0 && third == 0; i--)
        {
            ref HeldLock entry = ref held.Entries[i];
            if (!Excludes(entry)) { continue; }
            int number = ((int)entry.Lock.Id << ModeBits) | (int)entry.Mode;
            if (first == 0) { first = number; } else if (second == 0) { second = number; } else { third = number; }
        }

        return new LockSet(first, second, third);
    }

    /// <summary>Whether two accesses cannot happen at once, because a lock is held at both, at one of them alone.</summary>
    internal bool Excludes(LockSet other) =>
        (First != 0 && other.Has(First)) || (Second != 0 && other.Has(Second)) || (Third != 0 && other.Has(Third));

    /// <summary>Whether whoever held this held nothing that was not held with the other, too.</summary>
    internal bool IsWithin(LockSet other) => IsOneOf(First, other) && IsOneOf(Second, other) && IsOneOf(Third, other);

    private static bool IsOneOf(int number, LockSet all) => number == 0 || number == all.First || number == all.Second || number == all.Third;

    private bool Has(int number) => Meets(First, number) || Meets(Second, number) || Meets(Third, number);

    /// <summary>One lock, held so that the other side cannot hold it as it does: readers let readers in, the upgradeable one among them.</summary>
    private static bool Meets(int mine, int other) =>
        (mine ^ other) >> ModeBits == 0 && (ModeOf(mine), ModeOf(other)) is (HoldMode.Exclusive, _) or (_, HoldMode.Exclusive) or (HoldMode.Upgradeable, HoldMode.Upgradeable);

    private static HoldMode ModeOf(int number) => (HoldMode)(number & ((1 << ModeBits) - 1));

    /// <summary>A lock that one flow at a time can hold alone, and of which we know which one it is.</summary>
    private static bool Excludes(in HeldLock entry) =>
        entry.Class.Kind.IsLock() && (entry.Flags & AcquireFlags.Pending) == 0 && !entry.Lock.IsStandIn
        && (!entry.Class.Kind.IsSemaphore() || (!entry.Class.Unordered && entry.Object is SemaphoreSlim { CurrentCount: 0 }));
}
