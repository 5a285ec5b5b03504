using System.Diagnostics;
using System.Runtime.CompilerServices;
using Ncsan.Runtime.Findings;
using Ncsan.Runtime.Sites;

namespace Ncsan.Runtime.Threads;

/// <summary>Remembers where threads and work items were made, for the creation chain of a report.</summary>
internal static class Creation
{
    private static readonly ConditionalWeakTable<Thread, Origin> s_origins = [];

    /// <summary>Not the shared empty array, which would be compiled for this type at every start.</summary>
    private static readonly Fork[] s_noForks = new Fork[0];

    internal static void Starting(Thread? thread, int site)
    {
        if (thread is null) { return; }
        SanitizedThread current = SanitizedThread.Current;
        current.Guard++;
        Origin? origin = null;
        try
        {
            origin = new Origin(site, new StackTrace(2, fNeedFileInfo: false), Actor.ForkedBy(Actors.Current(current), site, Stopwatch.GetTimestamp()).Forks);
            s_origins.AddOrUpdate(thread, origin);
        }
        catch (Exception fault) { Faults.Disable("the creation chain", fault); }
        finally { current.Guard--; }
        int marker = Actors.Forking(site);
        if (origin is not null) { origin.Marker = marker; }
    }

    /// <summary>The current thread has waited for the end of another.</summary>
    internal static void Joined(Thread thread)
    {
        if (s_origins.TryGetValue(thread, out Origin? origin)) { Actors.Joined(origin.Marker); }
    }

    /// <summary>Where the thread was started, innermost frame first; of work that a pool thread or a resumed method did, where it was queued or suspended, and where that
    /// was, as far as the same test did it: a test that ends can be what lets the test platform begin another one.</summary>
    internal static IReadOnlyList<Frame> ChainOf(SanitizedThread thread, Actor? actor, int test)
    {
        if (s_origins.TryGetValue(thread.Managed, out Origin? origin)) { return StackFrames.Resolve(origin.Stack, origin.Site, Modules.Find(origin.Site)); }
        var frames = new List<Frame>();
        foreach (Fork fork in (actor?.Forks ?? []).TakeWhile(fork => fork.Test == test)) { if (Modules.Find(fork.Site) is { } site) { frames.Add(new Frame(site.Method, site.File, site.Line)); } }
        return frames;
    }

    /// <summary>The threads that rewritten code started and that have not ended.</summary>
    internal static List<Thread> Alive()
    {
        var alive = new List<Thread>();
        foreach (var (thread, _) in s_origins) { if (IsAlive(thread)) { alive.Add(thread); } }
        return alive;
    }

    /// <summary>Whether a thread runs. The table still hands out threads whose finalizer has run, and those refuse to answer.</summary>
    private static bool IsAlive(Thread thread)
    {
        try { return thread.IsAlive; }
        catch (ThreadStateException) { return false; }
    }

    /// <summary>The marker that a thread runs under, or 0.</summary>
    internal static int MarkerOf(Thread thread) => s_origins.TryGetValue(thread, out Origin? origin) ? origin.Marker : 0;

    /// <summary>When a thread was started and by whom, back to the first one.</summary>
    internal static Fork[] ForksOf(Thread thread) => s_origins.TryGetValue(thread, out Origin? origin) ? origin.Forks : s_noForks;

    private sealed record Origin(int Site, StackTrace Stack, Fork[] Forks)
    {
        /// <summary>The marker that the thread runs under, or 0.</summary>
        internal int Marker { get; set; }
    }
}
