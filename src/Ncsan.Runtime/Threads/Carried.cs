using System.Diagnostics;
using Ncsan.Runtime.Findings;

namespace Ncsan.Runtime.Threads;

/// <summary>What a delegate that is handed on remembers of its maker, for whoever runs it without the execution context of that: the Unsafe calls of the pool and of cancellation tokens, what is
/// made while the flow is suppressed, a timer inside of the framework.</summary>
/// <remarks>Where a context does flow, it tells the same and more, and nothing is done.</remarks>
internal sealed class Carried
{
    private readonly Actor? _maker;
    private readonly Fork _fork;
    private readonly CurrentTest.Test? _test;
    private Actor? _marker;

    private Carried(Actor? maker, Fork fork, CurrentTest.Test? test) => (_maker, _fork, _test) = (maker, fork, test);

    /// <summary>What the current thread hands on at a site, or null when there is nothing to remember.</summary>
    internal static Carried? By(int site)
    {
        CurrentTest.Test? test = CurrentTest.Value;
        if (test is null && !Candidates.AreKept) { return null; }
        SanitizedThread thread = SanitizedThread.Current;
        if (thread.Guard != 0) { return null; }
        thread.Guard++;
        try
        {
            Actor? maker = Candidates.AreKept ? Actors.Current(thread) : null;
            return new Carried(maker, maker is null ? default : Fork.By(maker, site, Stopwatch.GetTimestamp()), test);
        }
        catch (Exception fault) { Faults.Disable("the order of work", fault); }
        finally { thread.Guard--; }
        return null;
    }

    /// <summary>The delegate begins to run.</summary>
    /// <returns>Whether <see cref="Ends"/> is to be called: nothing has flowed here.</returns>
    internal bool Begins()
    {
        if (Actors.Marker is not null || CurrentTest.Value is not null) { return false; }
        CurrentTest.Value = _test;

        // A thread of its own knows where it was started.
        if (_maker is not null && Thread.CurrentThread.IsThreadPoolThread) { Actors.Marker = _marker ??= Actor.ForkedBy(_maker, _fork); }
        return true;
    }

    /// <summary>It has come to an end, and what the thread runs next has nothing to do with it.</summary>
    internal static void Ends()
    {
        CurrentTest.Value = null;
        Actors.Marker = null;
    }
}
