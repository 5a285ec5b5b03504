using System.Runtime.CompilerServices;

namespace Ncsan.Runtime.Locks.Graph;

/// <summary>The 64-bit hash of a stack of held locks, extended by one lock at a time.</summary>
internal static class ChainKey
{
    /// <summary>The key of an empty stack.</summary>
    internal const ulong Empty = ulong.MaxValue;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Add(ulong key, ulong hash, int mode) => (System.Numerics.BitOperations.RotateLeft(key, 23) ^ (hash + (ulong)(uint)mode)) * 0x9E3779B97F4A7C15;

    /// <summary>A finaliser of splitmix64: every bit of the input changes half of the output.</summary>
    internal static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
