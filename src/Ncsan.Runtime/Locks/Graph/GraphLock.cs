namespace Ncsan.Runtime.Locks.Graph;

/// <summary>The lock over the order graph: a word to spin on, so that no lock that user code, Console or CoreLib can hold is ever taken under a hook.</summary>
internal sealed class GraphLock
{
    private int _held;

    internal void Enter()
    {
        var spin = new SpinWait();
        while (Interlocked.CompareExchange(ref _held, 1, 0) != 0) { spin.SpinOnce(); }
    }

    internal void Exit() => Volatile.Write(ref _held, 0);
}
