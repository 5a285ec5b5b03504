using System.Numerics;

namespace Ncsan.Runtime.Races;

/// <summary>The permissive policy: data races that are usually harmless, alone in a file so that one can audit what is not reported
/// (kernel/kcsan/permissive.h).</summary>
internal static class Permissive
{
    /// <summary>A plain read of a flags word in which one bit changed, unless it looks like a boolean: then a stale value matters.</summary>
    internal static bool Ignores(AccessKind kind, int size, ulong before, ulong after)
    {
        if ((kind & ~AccessKind.Scoped) != AccessKind.Read || size > sizeof(ulong)) { return false; }
        ulong difference = before ^ after;
        if (BitOperations.PopCount(difference) != 1) { return false; }
        bool looksBoolean = difference == 1 && (before == 0 || after == 0);
        return !looksBoolean;
    }
}
