using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Races.Directed;

/// <summary>The last touches of eight bytes, which may be several members.</summary>
internal struct TouchRow
{
    /// <summary>Reads and writes of two threads, and of a neighbour.</summary>
    private const int Capacity = 6;

    /// <summary>Whoever has the row lost its core meanwhile, if it takes longer.</summary>
    private const int Patience = 200;

    private const int Pause = 8;

    /// <summary>Which eight bytes.</summary>
    internal nuint Granule;

    private Six _touches;
    private int _taken;

    /// <summary>In no order; those of actor 0 are none.</summary>
    [UnscopedRef]
    internal readonly ReadOnlySpan<Touch> Touches => _touches;

    /// <summary>Takes the row for one touch. Two threads that come at one moment, which is as near as two can miss each other, would else overwrite each other's.</summary>
    internal bool TryEnter()
    {
        for (int i = 0; i < Patience; i++)
        {
            if (Interlocked.CompareExchange(ref _taken, 1, 0) == 0) { return true; }
            Thread.SpinWait(Pause);
        }

        return false;
    }

    internal void Leave() => Volatile.Write(ref _taken, 0);

    /// <summary>Puts a touch in the place of one that says no more than it, else in a free place or that of the oldest; reads make each other go before they make the only write go.</summary>
    internal void Add(nuint granule, Touch now)
    {
        if (Granule != granule) { (Granule, _touches) = (granule, default); }
        int oldest = 0, oldestRead = -1, writes = 0;
        for (int i = 0; i < Capacity; i++)
        {
            ref readonly Touch known = ref _touches[i];
            if (now.Supersedes(known)) { _touches[i] = now; return; }
            if (known.Time < _touches[oldest].Time) { oldest = i; }
            if (known.Writes) { writes++; }
            else if (oldestRead < 0 || known.Time < _touches[oldestRead].Time) { oldestRead = i; }
        }

        _touches[writes == 1 && _touches[oldest].Writes ? oldestRead : oldest] = now;
    }

    /// <summary>Whether somebody else was seen at a site with these bytes.</summary>
    internal readonly bool HasSeen(nuint granule, int site, int notActor)
    {
        if (Granule != granule) { return false; }
        foreach (ref readonly Touch touch in Touches) { if (touch.Site == site && touch.Actor != notActor) { return true; } }
        return false;
    }

    [InlineArray(Capacity)]
    private struct Six
    {
        private Touch _first;
    }
}

/// <summary>Who touched a location, where and when.</summary>
/// <param name="Actor">The number of who it was.</param>
/// <param name="Site">Where.</param>
/// <param name="Time">When.</param>
/// <param name="Bytes">Which of the row's eight bytes, a bit each.</param>
/// <param name="Writes">Whether the access writes.</param>
/// <param name="IsMarked">Whether the access is marked: with another marked one it is no race.</param>
/// <param name="Locks">What was held.</param>
/// <param name="Test">The number of the test that ran, or 0.</param>
internal readonly record struct Touch(int Actor, int Site, long Time, byte Bytes, bool Writes, bool IsMarked, LockSet Locks, int Test)
{
    /// <summary>Whether an earlier touch tells nothing beside this one: it was made by the same actor, or both write, and the same bytes were touched again, not less plainly
    /// and with no lock more: of a double check, the look without the lock is the one to remember.</summary>
    internal bool Supersedes(in Touch earlier) =>
        Writes == earlier.Writes && (Writes || Actor == earlier.Actor) && (earlier.Bytes & ~Bytes) == 0 && (earlier.IsMarked || !IsMarked) && Locks.IsWithin(earlier.Locks);
}
