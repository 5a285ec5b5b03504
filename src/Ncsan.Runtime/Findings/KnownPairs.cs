namespace Ncsan.Runtime.Findings;

/// <summary>The pairs of sites that have been reported, so that a repeat costs a count and no stack trace.</summary>
/// <remarks>A fixed table without locks; when it is full, repeats are recognised by the reporter thread only.</remarks>
internal static class KnownPairs
{
    private const int Capacity = 4096, Probes = 16;

    private static readonly long[] s_keys = new long[Capacity];
    private static readonly int[] s_counts = new int[Capacity];

    internal static bool Contains(int site1, int site2) => IndexOf(Key(site1, site2)) >= 0;

    /// <summary>Counts one more encounter of a known pair.</summary>
    internal static bool TryCount(int site1, int site2)
    {
        int index = IndexOf(Key(site1, site2));
        if (index < 0) { return false; }
        Interlocked.Increment(ref s_counts[index]);
        return true;
    }

    /// <summary>How often the pair was counted since it became known.</summary>
    internal static int CountOf(int site1, int site2) => IndexOf(Key(site1, site2)) is >= 0 and var index ? Volatile.Read(ref s_counts[index]) : 0;

    /// <summary>Only the reporter thread adds.</summary>
    internal static void Add(int site1, int site2)
    {
        long key = Key(site1, site2);
        for (int i = 0; i < Probes; i++)
        {
            ref long slot = ref s_keys[(Hash(key) + i) % Capacity];
            if (slot == key) { return; }
            if (slot == 0)
            {
                Volatile.Write(ref slot, key);
                return;
            }
        }
    }

    private static int IndexOf(long key)
    {
        for (int i = 0; i < Probes; i++)
        {
            int index = (Hash(key) + i) % Capacity;
            long found = Volatile.Read(ref s_keys[index]);
            if (found == key) { return index; }
            if (found == 0) { return -1; }
        }

        return -1;
    }

    private static long Key(int site1, int site2) => (1L << 62) | ((long)Math.Min(site1, site2) << 31) | (uint)Math.Max(site1, site2);

    private static int Hash(long key) => (int)((ulong)key * 0x9E3779B97F4A7C15 >> 52);
}
