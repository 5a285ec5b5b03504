namespace Ncsan.Runtime.Locks.Graph;

/// <summary>A lock that was held outside of a dependency every time.</summary>
/// <param name="Lock">Its instance number on an edge between locks, its class number on one between classes.</param>
/// <param name="Mode">How it was held; the weakest of several ways.</param>
internal readonly record struct Guard(long Lock, HoldMode Mode)
{
    /// <summary>Whether two edges of which one has this and the other that cannot be walked at the same time.</summary>
    internal bool Excludes(Guard other) => Lock == other.Lock && LockModes.Excludes(Mode, other.Mode);

    /// <summary>Whether any of some does.</summary>
    internal bool ExcludesAny(ReadOnlySpan<Guard> others)
    {
        foreach (Guard other in others) { if (Excludes(other)) { return true; } }
        return false;
    }

    /// <summary>What is left of some guards when others were held the next time.</summary>
    internal static Guard[] Common(Guard[] known, ReadOnlySpan<Guard> now)
    {
        var common = new List<Guard>(known.Length);
        foreach (Guard guard in known)
        {
            foreach (Guard other in now)
            {
                if (guard.Lock != other.Lock) { continue; }
                common.Add(guard.Mode >= other.Mode ? guard : other);
                break;
            }
        }

        return common.Count == known.Length && common.SequenceEqual(known) ? known : [.. common];
    }
}
