using System.Collections.Concurrent;

namespace Ncsan.Runtime.Locks;

/// <summary>Something to bind a spin lock's class to: the lock itself is a struct that moves. All spin locks of one origin share it.</summary>
internal static class SpinLocks
{
    private static readonly ConcurrentDictionary<string, object> s_byOrigin = new(StringComparer.Ordinal);

    internal static object Of(string origin) => s_byOrigin.TryGetValue(origin, out object? known) ? known : s_byOrigin.GetOrAdd(origin, static _ => new object());
}
