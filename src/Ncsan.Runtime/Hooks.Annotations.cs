using Ncsan.Runtime.Races;

namespace Ncsan.Runtime;

// What the annotations of a program turn into. Scopes are balanced, so these are called whatever State says.
public static unsafe partial class Hooks
{
    /// <summary>A scope of intended races begins on this thread: its accesses are neither watched nor reported. Nests.</summary>
    public static void IgnoreBegin() => Scopes.BeginIgnoring();

    /// <summary>A scope of intended races ends.</summary>
    public static void IgnoreEnd() => Scopes.EndIgnoring();

    /// <summary>Asserts that nobody writes <paramref name="location"/> now.</summary>
    public static void AssertExclusiveWriter<T>(ref T location, int site) => Detector.CheckValue(ref location, AccessKind.Read | AccessKind.Assert, site);

    /// <summary>Asserts that nobody reads or writes <paramref name="location"/> now.</summary>
    public static void AssertExclusiveAccess<T>(ref T location, int site) => Detector.CheckValue(ref location, AccessKind.Write | AccessKind.Assert, site);

    /// <summary>Asserts that nobody changes the bits of <paramref name="mask"/> in <paramref name="location"/> now. The thread's next access,
    /// which is taken for the one that uses those bits, counts as marked.</summary>
    public static void AssertExclusiveBits<T>(ref T location, T mask, int site) where T : unmanaged => Scopes.AssertBits(ref location, mask, site);

    /// <summary>Asserts that nobody writes <paramref name="location"/> from now on, until <see cref="AssertScopeEnd"/>.</summary>
    public static void AssertWriterScopeBegin<T>(ref T location, int site) => Scopes.BeginAsserting(ref location, AccessKind.Read | AccessKind.Assert | AccessKind.Scoped, site);

    /// <summary>Asserts that nobody reads or writes <paramref name="location"/> from now on, until <see cref="AssertScopeEnd"/>.</summary>
    public static void AssertAccessScopeBegin<T>(ref T location, int site) => Scopes.BeginAsserting(ref location, AccessKind.Write | AccessKind.Assert | AccessKind.Scoped, site);

    /// <summary>The assertion scope that began last on this thread ends.</summary>
    public static void AssertScopeEnd() => Scopes.EndAsserting();

    /// <summary>A region begins on this thread whose accesses count as marked. Nests, as a writer's region does.</summary>
    public static void AtomicNestableBegin() => Scopes.BeginAtomic();

    /// <summary>A nestable atomic region ends.</summary>
    public static void AtomicNestableEnd() => Scopes.EndAtomic();

    /// <summary>A region begins on this thread whose accesses count as marked. Does not nest: one end ends it, as a reader's region does.</summary>
    public static void AtomicFlatBegin() => Scopes.BeginFlatAtomic();

    /// <summary>The flat atomic region ends.</summary>
    public static void AtomicFlatEnd() => Scopes.EndFlatAtomic();

    /// <summary>The next <paramref name="count"/> accesses of this thread count as marked.</summary>
    public static void AtomicNext(int count) => Scopes.NextAtomic(count);

    /// <summary>Threads in two methods are to meet where they touch the same, until <see cref="RendezvousEnd"/>.</summary>
    public static void RendezvousBegin(string? first, string? second) => Meetings.Begin(first, second);

    /// <summary>The rendezvous that was begun last ends.</summary>
    public static void RendezvousEnd() => Meetings.End();
}
