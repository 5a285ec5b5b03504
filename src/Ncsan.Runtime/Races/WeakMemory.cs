using Ncsan.Runtime.Threads;

namespace Ncsan.Runtime.Races;

/// <summary>
/// The model of a weakly ordered processor (KCSAN's reorder_access): of each thread one plain access is held back and checked again at each
/// later one, as if it only happened then, until a barrier orders it. That finds a barrier missing before a publishing access.
/// </summary>
/// <remarks>
/// The access is kept by address, so it is dropped as soon as a collection has happened; also when the method that made it has returned, and when
/// State went down, since barriers of clean copies are not seen. Only stores and loads that are late are modelled, not loads that are early: a
/// missing barrier on the acquiring side is not found.
/// </remarks>
internal static unsafe class WeakMemory
{
    /// <summary>Hooks have frames of different sizes below that of the method that calls them.</summary>
    private const nuint FrameSlack = 256;

    /// <summary>After a plain access was watched it becomes the one that is held back.</summary>
    internal static void Hold(SanitizedThread thread, nuint address, int size, AccessKind kind, int site)
    {
        byte here;
        thread.SetAttention(thread.Reordered.IsThere, true);
        thread.Reordered = new HeldAccess(address, size, kind | AccessKind.Reordered, site, GC.CollectionCount(0), Sampler.Window, (nuint)(&here));
    }

    /// <summary>A barrier comes: what it orders is no longer held back.</summary>
    internal static void Order(SanitizedThread thread, BarrierKind barrier)
    {
        if (thread.Reordered.IsThere && IsOrdered(thread.Reordered.Kind, barrier)) { Drop(thread); }
    }

    /// <summary>A marked access is a barrier too: a volatile write releases, an interlocked operation orders everything, a volatile read only
    /// acquires, which is not modelled.</summary>
    internal static void Order(SanitizedThread thread, AccessKind marked)
    {
        if ((marked & AccessKind.Compound) != 0) { Order(thread, BarrierKind.Full); }
        else if ((marked & AccessKind.Write) != 0) { Order(thread, BarrierKind.Release); }
    }

    /// <summary>The access that is held back, if it still may be.</summary>
    internal static bool TryGet(SanitizedThread thread, out HeldAccess held)
    {
        byte here;
        held = thread.Reordered;
        if (!held.IsThere) { return false; }
        if (held.IsGood && held.Window == Sampler.Window && (nuint)(&here) <= held.Frame + FrameSlack) { return true; }
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
