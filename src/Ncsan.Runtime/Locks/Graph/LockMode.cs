using System.Numerics;

namespace Ncsan.Runtime.Locks.Graph;

/// <summary>How a lock is held.</summary>
internal enum HoldMode : byte
{
    /// <summary>Alone.</summary>
    Exclusive,

    /// <summary>Together with readers, with the right to become the writer.</summary>
    Upgradeable,

    /// <summary>Together with other readers.</summary>
    Shared,
}

/// <summary>How a lock is wanted.</summary>
internal enum WantMode : byte
{
    /// <summary>Alone.</summary>
    Exclusive,

    /// <summary>As the one upgradeable reader.</summary>
    Upgradeable,

    /// <summary>As a reader that waits behind a waiting writer.</summary>
    Shared,

    /// <summary>As a reader that passes waiting writers (lockdep's recursive reader).</summary>
    RecursiveShared,

    /// <summary>Alone, by the flow that already holds it upgradeable.</summary>
    Upgrade,
}

/// <summary>
/// Which holder blocks which wanter, and the set of (held, wanted) pairs that a dependency was seen with.
/// </summary>
/// <remarks>
/// lockdep has two of either side, which makes the four kinds ER, EN, SR and SN (E exclusive or S shared holder, R recursive reader or N
/// anyone else wants). Upgradeable holders and upgrades add a row and a column; the rule for strong paths stays the same: a dependency
/// that wants a lock may be followed by one that holds it only if that holder blocks that wanter.
/// </remarks>
internal static class LockModes
{
    private const int Wants = 5;

    /// <summary>How a lock that was wanted like this is then held.</summary>
    internal static HoldMode Held(this WantMode want) => want switch
    {
        WantMode.Upgradeable => HoldMode.Upgradeable,
        WantMode.Shared or WantMode.RecursiveShared => HoldMode.Shared,
        _ => HoldMode.Exclusive,
    };

    /// <summary>Whether a holder keeps a wanter waiting.</summary>
    /// <param name="hold">How the lock is held.</param>
    /// <param name="want">How another flow wants it.</param>
    /// <param name="hasWriters">Some flow has ever wanted the lock alone: a waiting writer stands between a reader and a reader.</param>
    internal static bool Blocks(HoldMode hold, WantMode want, bool hasWriters) => (hold, want) switch
    {
        (_, WantMode.Upgrade) => hold == HoldMode.Shared, // The one who upgrades holds it upgradeably, so nobody else does, nor alone.
        (HoldMode.Exclusive, _) => true,
        (_, WantMode.RecursiveShared) => false,
        (HoldMode.Upgradeable, WantMode.Upgradeable) => true,
        (_, WantMode.Exclusive) => true,
        _ => hasWriters,
    };

    /// <summary>Whether two flows cannot hold one lock at once.</summary>
    internal static bool Excludes(HoldMode one, HoldMode other) => one == HoldMode.Exclusive || other == HoldMode.Exclusive || (one == HoldMode.Upgradeable && other == HoldMode.Upgradeable);

    /// <summary>The bit of one pair in a dependency's set.</summary>
    internal static ushort Bit(HoldMode hold, WantMode want) => (ushort)(1 << ((int)hold * Wants + (int)want));

    /// <summary>The two modes of a set of one.</summary>
    internal static (HoldMode Held, WantMode Want) Of(ushort mode) => ((HoldMode)(BitOperations.TrailingZeroCount(mode) / Wants), (WantMode)(BitOperations.TrailingZeroCount(mode) % Wants));

    /// <summary>The ways in which the second lock is wanted by a dependency whose first lock blocks <paramref name="incoming"/>, as bits of <see cref="WantMode"/>.</summary>
    internal static int StrongWants(ushort modes, WantMode incoming, bool hasWriters)
    {
        int wants = 0;
        for (var hold = HoldMode.Exclusive; hold <= HoldMode.Shared; hold++)
        {
            if (Blocks(hold, incoming, hasWriters)) { wants |= modes >> ((int)hold * Wants) & ((1 << Wants) - 1); }
        }

        return wants;
    }

    /// <summary>The one way in which the first lock was held each time, or null.</summary>
    internal static HoldMode? OnlyHold(ushort modes)
    {
        HoldMode? only = null;
        for (var hold = HoldMode.Exclusive; hold <= HoldMode.Shared; hold++)
        {
            if ((modes >> ((int)hold * Wants) & ((1 << Wants) - 1)) == 0) { continue; }
            if (only is not null) { return null; }
            only = hold;
        }

        return only;
    }

    /// <summary>A way in which the second lock was wanted, if it was then held in the same mode each time; else null.</summary>
    internal static WantMode? OnlyWant(ushort modes)
    {
        WantMode? only = null;
        for (int bit = 0; bit < Wants * ((int)HoldMode.Shared + 1); bit++)
        {
            var want = (WantMode)(bit % Wants);
            if ((modes & (1 << bit)) == 0) { continue; }
            if (only is { } before && before.Held() != want.Held()) { return null; }
            only = want;
        }

        return only;
    }

    /// <summary>The set in lockdep's words: any of ER, EN, SR, SN.</summary>
    internal static string Describe(ushort modes)
    {
        var kinds = new SortedSet<string>(StringComparer.Ordinal);
        for (var hold = HoldMode.Exclusive; hold <= HoldMode.Shared; hold++)
        {
            for (var want = WantMode.Exclusive; want <= WantMode.Upgrade; want++)
            {
                if ((modes & Bit(hold, want)) != 0) { kinds.Add((hold == HoldMode.Exclusive ? "E" : "S") + (want == WantMode.RecursiveShared ? "R" : "N")); }
            }
        }

        return string.Join(' ', kinds);
    }
}
