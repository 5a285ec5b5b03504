using Ncsan.Runtime.Races;

namespace Ncsan.Runtime.Threads;

/// <summary>A lock of ours for short sections on slow paths that threads of the program run.</summary>
/// <remarks>Not System.Threading.Lock: waiting for that ends with an exception when somebody interrupts the thread, and the interrupt would be lost
/// to the program.</remarks>
internal sealed class Gate
{
    private const int Nap = 20;

    private int _held;

    internal void Enter()
    {
        while (Interlocked.CompareExchange(ref _held, 1, 0) != 0) { Native.Sleep(Nap); }
    }

    internal void Leave() => Volatile.Write(ref _held, 0);
}
