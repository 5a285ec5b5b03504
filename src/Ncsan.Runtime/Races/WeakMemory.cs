using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races;

/// <summary>
/// The model of a weakly ordered processor (KCSAN's reorder_access): of each thread one plain access is held back and checked again at each
/// later one, as if it only happened then, until a barrier orders it. That finds a barrier missing before a publishing access.
/// </summary>
/// <remarks>
/// The access is kept by address, so it is dropped as soon as a collection has happened; also when the method that made it is left, in good order
/// or by an exception, since whoever called it may order memory unseen; and when State went down, since barriers of clean copies are not seen. Only
/// stores and loads that are late are modelled, not loads that are early: a missing barrier on the acquiring side is not found.
/// </remarks>
internal static class WeakMemory
{
    /// <summary>An exception leaves methods without a word.</summary>
    internal static void Start() => AppDomain.CurrentDomain.FirstChanceException += static (_, _) =>
    {
        if (Sampler.IsAttentive()) { Drop(SanitizedThread.Current); }
    };

    /// <summary>How many of the accesses that nothing ordered until their method is left are watched there.</summary>
    private const uint WatchedAtExit = 4;

    /// <summary>Whether to watch there this time, where the last store of the method is behind the thread.</summary>
    internal static bool WatchesAtExit(SanitizedThread thread) => thread.NextRandom(WatchedAtExit) == 0;

    /// <summary>After a plain access was watched it becomes the one that is held back.</summary>
    internal static void Hold(SanitizedThread thread, nuint address, int size, AccessKind kind, int site)
    {
        thread.SetAttention(thread.Reordered.IsThere, true);
        thread.Reordered = new HeldAccess(address, size, kind | AccessKind.Reordered, site, GC.CollectionCount(0), Sampler.Window);
    }

    /// <summary>A barrier comes: what it orders is no longer held back.</summary>
    internal static void Order(SanitizedThread thread, BarrierKind barrier)
    {
        if (thread.Reordered.IsThere && IsOrdered(thread.Reordered.Kind, barrier)) { Drop(thread); }
    }

    /// <summary>A marked access is a barrier too.</summary>
    internal static void Order(SanitizedThread thread, AccessKind marked)
    {
        if (BarrierOf(marked) is { } barrier) { Order(thread, barrier); }
    }

    /// <summary>A volatile write releases, an interlocked operation orders everything, a volatile read only acquires, which is not modelled.</summary>
    internal static BarrierKind? BarrierOf(AccessKind marked) =>
        (marked & AccessKind.Compound) != 0 ? BarrierKind.Full : (marked & AccessKind.Write) != 0 ? BarrierKind.Release : null;

    /// <summary>The access that is held back, if it still may be.</summary>
    internal static bool TryGet(SanitizedThread thread, out HeldAccess held)
    {
        held = thread.Reordered;
        if (!held.IsThere) { return false; }
        if (held.IsGood && held.Window == Sampler.Window) { return true; }
        Drop(thread);
        return false;
    }

    internal static void Drop(SanitizedThread thread)
    {
        thread.SetAttention(thread.Reordered.IsThere, false);
        thread.Reordered = default;
    }

    internal static bool IsOrdered(AccessKind kind, BarrierKind barrier) => barrier switch
    {
        BarrierKind.Write => (kind & (AccessKind.Write | AccessKind.Compound)) != 0,
        BarrierKind.Read => (kind & AccessKind.Write) == 0 || (kind & AccessKind.Compound) != 0,
        _ => true,
    };
}
