using System.Diagnostics;
using Ncsan.Runtime.Settings;
using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races.Watching;

/// <summary>How long a watchpoint stays, and how its thread waits.</summary>
/// <remarks>KCSAN spins 80 us. Here the thread sleeps: on few cores a spinning watcher keeps the very thread it waits for from running.</remarks>
internal static class Delay
{
    private const int Nap = 50;

    /// <summary>A random delay of at most <paramref name="longest"/> microseconds: from nothing for plain accesses, from half of it for
    /// read-modify-writes, assertions and cold sites, which are worth more.</summary>
    internal static int Draw(SanitizedThread thread, int longest, AccessKind kind, bool cold)
    {
        if (!Configuration.DelayRandomize) { return longest; }
        int least = cold || (kind & (AccessKind.Compound | AccessKind.Assert)) != 0 ? longest / 2 : 1;
        return longest - (int)thread.NextRandom((uint)(longest - least));
    }

    /// <summary>Waits at a slot; ends at once when somebody hits it.</summary>
    internal static void Wait(int slot, int microseconds)
    {
        long end = Stopwatch.GetTimestamp() + (microseconds * Stopwatch.Frequency / 1_000_000);
        while (!Watchpoints.IsConsumed(slot) && Stopwatch.GetTimestamp() < end) { Native.Sleep(Nap); }
    }
}
